"""How well a voices model foretells one voice from the others, beside counting.

Conventions. Nats a cell (a sixteenth of one voice) and nats a note (the nats of all cells of the
voice by its number of notes), the other voices given whole; every cell of the split weighs the
same. ``in_turn``: the voice's own cells are foretold one after the other in random order, each
given those before it, by the network's conditionals; this is the mean over orders of a likelihood
that sums to one, estimated without bias from DRAWS masks a piece (of k hidden cells of T, k drawn
from 1 to T, the mean loss of the hidden ones; Uria, Murray and Larochelle, ICML 2014). ``at_once``:
all of the voice's cells at once, independent of each other. Baselines know the voice alone: the
unigram and the bigram of what sounds in it sixteenth by sixteenth, counted on the train split,
smoothed on the valid split, the first cell foretold too. A held cell and the pitch that goes on are
the same event, so the figures compare.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.likelihood import fit_baselines
from musicrnn.models.voices import VoicesModel
from musicrnn.tokens.voices import VoiceGrid
from musicrnn.training.voices import Mask, VoicePiece, piece_losses
from musicrnn_datasets.corpus import Refusal, Split, reasons
from musicrnn_datasets.voices import PreparedVoices, prepare_voices

DRAWS = 8
START = 129  # an id before the first cell; 0 is silence, others a pitch and one
KINDS = ("in_turn", "at_once", "bigram", "unigram")


@dataclass(frozen=True)
class VoicesEvaluation:
    """Of ``n`` pieces: nats a cell by kind and voice, and the voices' cells and notes."""

    n: int
    nats_per_cell: dict[str, dict[str, float]]
    cells: int  # of one voice
    notes: dict[str, int]
    refused: tuple[Refusal, ...]

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


def evaluate_voices_model(
    checkpoint: Checkpoint, data: str, *, split: Split = "test", found: Path | None = None
) -> VoicesEvaluation:
    """Every voice given the others; see the module's text.

    Raises:
        MusicRNNError: the split has no piece whose voices keep to the model's ranges.
    """
    grid = VoiceGrid.from_configuration(checkpoint.entry("tokenizer"))
    model = VoicesModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    prepared = prepare_voices([data], grid=grid, data=found)
    pieces = prepared.pieces[split]
    if not pieces:
        raise MusicRNNError(
            f"the {split} split of {data} has no piece for this model ({reasons(prepared.refused)})"
        )
    figures: dict[str, dict[str, float]] = {"in_turn": {}, "at_once": {}}
    notes: dict[str, int] = {}
    for voice, name in enumerate(grid.names):
        figures["in_turn"][name] = _in_turn(model, pieces, voice)
        figures["at_once"][name] = _nats(model, pieces, [_hidden(p, voice) for p in pieces])
        notes[name] = sum(int((p.symbols[:, voice] < grid.pitches).sum()) for p in pieces)
    cells = sum(len(piece.symbols) for piece in pieces)
    figures |= voice_baselines(prepared, split)
    return VoicesEvaluation(len(pieces), figures, cells, notes, tuple(prepared.refused))


def voice_baselines(found: PreparedVoices, split: Split) -> dict[str, dict[str, float]]:
    """Nats a cell by "unigram" and "bigram" and voice; none without a training piece."""
    if not found.pieces["train"] or not found.pieces[split]:
        return {}
    figures: dict[str, dict[str, float]] = {"bigram": {}, "unigram": {}}
    for voice, name in enumerate(found.grid.names):

        def ids(of: Split, voice: int = voice) -> list[np.ndarray[Any, np.dtype[np.int32]]]:
            lines = [pitches[:, voice] for pitches in found.pitches(of)]
            return [np.append(START, line + 1).astype(np.int32) for line in lines]

        counted = fit_baselines(ids("train"), ids("valid"), vocabulary_size=START + 1)
        for kind, nats in counted.nats(ids(split)).items():
            figures[kind][name] = nats
    return figures


def _hidden(piece: VoicePiece, voice: int) -> Mask:
    mask = np.zeros(piece.symbols.shape, np.bool_)
    mask[:, voice] = True
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
            mask = np.zeros(piece.symbols.shape, np.bool_)
            mask[:, voice] = hidden
            masks.append(mask)
        draws.append(_nats(model, pieces, masks))
    return float(np.mean(draws))


def _nats(model: VoicesModel, pieces: list[VoicePiece], masks: list[Mask]) -> float:
    """Nats a cell, every cell of the pieces of the same weight."""
    weights = [len(piece.symbols) for piece in pieces]
    return float(np.average(piece_losses(model, pieces, masks), weights=weights))
