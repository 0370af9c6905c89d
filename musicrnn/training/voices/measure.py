"""How well a voices model predicts one voice from the others, beside counting.

Conventions. Nats a cell (a sixteenth of one voice) and nats a note (the nats of all cells of the
voice by its number of notes), the other voices given whole; every cell of the split weighs the
same. ``in_turn``: the voice's own cells are predicted one after the other in random order, each
given those before it, by the network's conditionals; this is the mean over orders of a likelihood
that sums to one, estimated without bias from DRAWS masks a piece (of k hidden cells of T, k drawn
from 1 to T, the mean loss of the hidden ones; Uria, Murray and Larochelle, ICML 2014). ``at_once``:
all of the voice's cells at once, independent of each other. Baselines know the voice alone: the
unigram and the bigram of what sounds in it sixteenth by sixteenth, counted on the train split,
smoothed on the valid split, the first cell predicted too. A held cell and the pitch that goes on
are the same event, so the figures compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.metrics.likelihood import fit_baselines
from musicrnn.metrics.tables import number, table
from musicrnn.networks.voices import VoicesModel
from musicrnn.tokens.voices import VoiceGrid, sounding
from musicrnn.training.data import Split, TrainingData
from musicrnn.training.voices.objective import Mask, piece_losses
from musicrnn.training.voices.piece import VoicePiece

DRAWS = 8
START = 129  # an id before the first cell; 0 is silence, others a pitch and one
ROWS = {
    "in_turn": "model, cells in random order",
    "at_once": "model, all cells at once",
    "bigram": "bigram of the voice",
    "unigram": "unigram of the voice",
}


@dataclass(frozen=True)
class VoicesEvaluation:
    """Of ``n`` pieces: nats a cell by kind and voice, and the voices' cells and notes."""

    n: int
    nats_per_cell: dict[str, dict[str, float]]
    cells: int  # of one voice
    notes: dict[str, int]

    def nats_per_note(self, kind: str, voice: str) -> float:
        return self.nats_per_cell[kind][voice] * self.cells / max(1, self.notes[voice])

    def as_json(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return {
            "n": self.n,
            "cells_per_voice": self.cells,
            "notes": self.notes,
            "nats_per_cell": self.nats_per_cell,
            "nats_per_note": {
                kind: {voice: self.nats_per_note(kind, voice) for voice in self.notes}
                for kind in self.nats_per_cell
            },
        }

    def as_text(self) -> str:
        """Nats of each voice given the others; lower is better."""
        names = list(self.notes)
        figures = self.as_json()
        parts: list[str] = []
        for unit in ("cell", "note"):
            rows = [
                [ROWS[kind], *(number(by_voice[name]) for name in names)]
                for kind, by_voice in figures[f"nats_per_{unit}"].items()
            ]
            counts = [self.cells if unit == "cell" else self.notes[name] for name in names]
            rows.append(["n", *(f"{count:,}" for count in counts)])
            parts.append(table([f"nats per {unit}", *names], rows))
        parts.append(
            "a cell is a sixteenth of one voice; the model is given the other voices whole, the "
            "baselines the voice alone"
        )
        return "\n\n".join(parts)


def voices_evaluation(model: VoicesModel, data: TrainingData, split: Split) -> VoicesEvaluation:
    """Every voice given the others; see the module's text.

    Raises:
        MusicRNNError: the split has no piece whose voices keep to the model's ranges.
    """
    grid: VoiceGrid = data.encoding
    pieces = data.require(split, "piece")
    figures: dict[str, dict[str, float]] = {"in_turn": {}, "at_once": {}}
    notes: dict[str, int] = {}
    for voice, name in enumerate(grid.names):
        figures["in_turn"][name] = _in_turn(model, pieces, voice)
        figures["at_once"][name] = _nats(model, pieces, [_hidden(p, voice) for p in pieces])
        notes[name] = sum(int((p.symbols[:, voice] < grid.pitches).sum()) for p in pieces)
    cells = sum(len(piece.symbols) for piece in pieces)
    figures |= voice_baselines(data, split)
    return VoicesEvaluation(len(pieces), figures, cells, notes)


def voice_baselines(data: TrainingData, split: Split) -> dict[str, dict[str, float]]:
    """Nats a cell by "unigram" and "bigram" and voice; none without a training piece."""
    if not data.examples["train"] or not data.examples[split]:
        return {}
    grid: VoiceGrid = data.encoding
    figures: dict[str, dict[str, float]] = {"bigram": {}, "unigram": {}}
    pitches = {
        of: [sounding(grid.positions(piece.symbols)) for piece in pieces]
        for of, pieces in data.examples.items()
    }
    for voice, name in enumerate(grid.names):
        ids = {
            of: [np.append(START, piece[:, voice] + 1).astype(np.int32) for piece in pieces]
            for of, pieces in pitches.items()
        }
        baselines = fit_baselines(ids["train"], ids["valid"], vocabulary_size=START + 1)
        for kind, nats in baselines.nats(ids[split]).items():
            figures[kind][name] = nats
    return figures


def _hidden(piece: VoicePiece, voice: int, steps: NDArray[np.bool_] | bool = True) -> Mask:
    """What is hidden: these ``steps`` of one voice, or all of them."""
    mask = np.zeros(piece.symbols.shape, np.bool_)
    mask[:, voice] = steps
    return mask


def _in_turn(model: VoicesModel, pieces: list[VoicePiece], voice: int) -> float:
    random = np.random.default_rng([7, voice])
    draws: list[float] = []
    for draw in range(DRAWS):
        masks: list[Mask] = []
        for piece in pieces:
            steps = len(piece.symbols)
            share = (draw + random.random()) / DRAWS  # k from 1 to T, evenly over the draws
            hidden = random.permutation(steps) < 1 + int(share * steps)
            masks.append(_hidden(piece, voice, hidden))
        draws.append(_nats(model, pieces, masks))
    return float(np.mean(draws))


def _nats(model: VoicesModel, pieces: list[VoicePiece], masks: list[Mask]) -> float:
    """Nats a cell, every cell of the pieces of the same weight."""
    weights = [len(piece.symbols) for piece in pieces]
    return float(np.average(piece_losses(model, pieces, masks), weights=weights))
