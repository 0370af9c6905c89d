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
are the same event, so the figures compare. Intervals are over pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float64Array
from musicrnn.metrics.bootstrap import Interval, ratio_interval
from musicrnn.metrics.likelihood import fit_baselines
from musicrnn.metrics.piece_losses import MODEL, PieceLosses, numbered
from musicrnn.metrics.tables import between, number, table
from musicrnn.networks.voices import VoicesModel
from musicrnn.tokens.voices import VoiceGrid, sounding
from musicrnn.training.data import Split, TrainingData
from musicrnn.training.voices.objective import Mask, piece_losses
from musicrnn.training.voices.piece import VoicePiece

DRAWS = 8
START = 129  # an id before the first cell; 0 is silence, others a pitch and one
BASELINES = ("bigram", "unigram")
ROWS = {
    "in_turn": "model, cells in random order",
    "at_once": "model, all cells at once",
    "bigram": "bigram of the voice",
    "unigram": "unigram of the voice",
}


ByVoice = dict[str, Float64Array]  # nats of each piece [N], by voice


@dataclass(frozen=True)
class VoicesEvaluation:
    """Nats a cell by kind and voice, the voices' cells and notes, and for each voice the interval
    of the model's cells in turn; ``examples`` are the nats of all voices in turn."""

    nats_per_cell: dict[str, dict[str, float]]
    intervals: dict[str, Interval | None]
    cells: int  # of one voice
    notes: dict[str, int]
    examples: PieceLosses

    @property
    def n(self) -> int:
        return len(self.examples.names)

    def nats_per_note(self, kind: str, voice: str) -> float:
        return self.nats_per_cell[kind][voice] * self.cells / max(1, self.notes[voice])

    def as_json(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return {
            "n": self.n,
            "cells_per_voice": self.cells,
            "notes": self.notes,
            "nats_per_cell": self.nats_per_cell,
            "interval_per_cell": self.intervals,
            "nats_per_note": {
                kind: {voice: self.nats_per_note(kind, voice) for voice in self.notes}
                for kind in self.nats_per_cell
            },
            "pieces": self.examples.as_json(),
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
            if unit == "cell":
                rows.insert(1, ["  95 % interval", *(between(self.intervals[n]) for n in names)])
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
    pieces: list[VoicePiece] = data.require(split, "piece")
    lengths = np.array([len(piece.symbols) for piece in pieces], np.float64)
    nats: dict[str, ByVoice] = {"in_turn": {}, "at_once": {}}
    notes: ByVoice = {}
    for voice, name in enumerate(grid.names):
        nats["in_turn"][name] = _in_turn(model, pieces, voice)
        nats["at_once"][name] = _nats(model, pieces, [_hidden(p, voice) for p in pieces])
        heard = [(piece.symbols[:, voice] < grid.pitches).sum() for piece in pieces]
        notes[name] = np.array(heard, np.float64)
    nats |= _baseline_nats(data, split)
    cells = int(lengths.sum())
    called = {MODEL: "in_turn", **{kind: kind for kind in nats if kind in BASELINES}}
    examples = PieceLosses(
        data.names.get(split) or numbered(len(pieces)),
        {name: sum(nats[kind].values(), np.zeros(len(pieces))) for name, kind in called.items()},
        {"cell": len(grid.names) * lengths, "note": sum(notes.values(), np.zeros(len(pieces)))},
    )
    return VoicesEvaluation(
        _per_cell(nats, cells),
        {name: ratio_interval(of, lengths) for name, of in nats["in_turn"].items()},
        cells,
        {name: int(of.sum()) for name, of in notes.items()},
        examples,
    )


def voice_baselines(data: TrainingData, split: Split) -> dict[str, dict[str, float]]:
    """Nats a cell by "unigram" and "bigram" and voice; none without a training piece."""
    cells = sum(len(piece.symbols) for piece in data.examples[split])
    return _per_cell(_baseline_nats(data, split), cells)


def _baseline_nats(data: TrainingData, split: Split) -> dict[str, ByVoice]:
    """By the baseline's name."""
    if not data.examples["train"] or not data.examples[split]:
        return {}
    grid: VoiceGrid = data.encoding
    found: dict[str, ByVoice] = {name: {} for name in BASELINES}
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
        for kind, nats in baselines.piece_nats(ids[split]).items():
            found[kind][name] = nats
    return found


def _per_cell(nats: dict[str, ByVoice], cells: int) -> dict[str, dict[str, float]]:
    return {
        kind: {name: float(of.sum()) / cells for name, of in by_voice.items()}
        for kind, by_voice in nats.items()
    }


def _hidden(piece: VoicePiece, voice: int, steps: NDArray[np.bool_] | bool = True) -> Mask:
    """What is hidden: these ``steps`` of one voice, or all of them."""
    mask = np.zeros(piece.symbols.shape, np.bool_)
    mask[:, voice] = steps
    return mask


def _in_turn(model: VoicesModel, pieces: list[VoicePiece], voice: int) -> Float64Array:
    """Nats of the voice in each piece [N], the mean over the draws."""
    random = np.random.default_rng([7, voice])
    draws: list[Float64Array] = []
    for draw in range(DRAWS):
        masks: list[Mask] = []
        for piece in pieces:
            steps = len(piece.symbols)
            share = (draw + random.random()) / DRAWS  # k from 1 to T, evenly over the draws
            hidden = random.permutation(steps) < 1 + int(share * steps)
            masks.append(_hidden(piece, voice, hidden))
        draws.append(_nats(model, pieces, masks))
    return np.mean(draws, axis=0)


def _nats(model: VoicesModel, pieces: list[VoicePiece], masks: list[Mask]) -> Float64Array:
    """Nats of all cells of a voice in each piece, [N], as the hidden ones have them in the mean."""
    return piece_losses(model, pieces, masks) * [len(piece.symbols) for piece in pieces]
