"""How well a model of sound's tokens predicts held-out sounds, beside counting.

Conventions. Nats a frame, of all its books; bits a second are those of one second of sound.
Baselines are counted on the train split and smoothed on the valid split, of each book by itself:
``uniform`` knows nothing, the ``unigram`` what is frequent, the ``bigram`` the same book of the
frame before. At most COUNTED training frames are counted. Samples are predicted by linear
prediction too (musicrnn.metrics.sample_baselines).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from musicrnn.arrays import Float64Array, Ids
from musicrnn.metrics.likelihood import Baselines, fit_baselines
from musicrnn.metrics.piece_losses import MODEL, PieceLosses
from musicrnn.metrics.sample_baselines import predicted
from musicrnn.metrics.tables import between, number, table
from musicrnn.networks.sound import SoundModel
from musicrnn.training.data import Split
from musicrnn.training.sound.data import CodedData, CodedSound
from musicrnn.training.sound.objective import sound_losses

COUNTED = 2_000_000  # frames
COUNTING = ("bigram", "unigram")
LINEAR = {"linear prediction": False, "linear, told its frame": True}


@dataclass(frozen=True, eq=False)
class SoundFigures:
    """Losses of held-out sounds; a second of sound has ``frames_a_second``."""

    examples: PieceLosses
    frames_a_second: float
    books: int
    codes: int

    @property
    def n(self) -> int:
        return len(self.examples.names)

    def as_json(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        nats = {name: self.examples.figure("frame", name) or 0.0 for name in self.examples.losses}
        nats["uniform"] = self.books * math.log(self.codes)
        found = nats.pop(MODEL)
        bits = self.frames_a_second / math.log(2)
        return {
            "n": self.n,
            "nats_per_frame": found,
            "interval": self.examples.interval("frame"),
            "bits_per_frame": found / math.log(2),
            "bits_a_second": bits * found,
            "frames": int(self.examples.counts["frame"].sum()),
            "baselines": nats,
            "pieces": self.examples.as_json(),
        }

    def as_text(self) -> str:
        """Nats and bits of the model and of counting; lower is better."""
        told, bit = self.as_json(), math.log(2)
        rows = [
            [name, number(nats), number(nats / bit), f"{nats / bit * self.frames_a_second:,.0f}"]
            for name, nats in [("model", told["nats_per_frame"]), *told["baselines"].items()]
        ]
        rows.insert(1, ["  95 % interval", between(told["interval"]), "", ""])
        return table(["", "nats a frame", "bits a frame", "bits a second"], rows)


def sound_figures(model: SoundModel, data: CodedData, split: Split) -> SoundFigures:
    """See the module's text."""
    sounds: Sequence[CodedSound] = data.examples[split]
    losses = sound_losses(model, sounds, data.framing)
    found = PieceLosses(
        [sound.name for sound in sounds],
        {
            MODEL: np.array([loss.sum() for loss in losses]),
            **baseline_nats(data, sounds),
        },
        {"frame": np.array(list(map(len, losses)), np.float64)},
        encoding={"name": data.encoding.name, **data.encoding.configuration()},
    )
    tokenizer = data.encoding
    return SoundFigures(found, 1 / tokenizer.frame_seconds, tokenizer.books, tokenizer.codes)


def counts(data: CodedData) -> list[Baselines] | None:
    """What counting finds of each book; None without a training sound."""
    train, valid = data.examples["train"], data.examples["valid"]
    if not train:
        return None
    every = max(1, sum(map(len, train)) // COUNTED)
    return [
        fit_baselines(
            book_ids(train[::every], book, data.encoding.codes),
            book_ids(valid[::every], book, data.encoding.codes),
            vocabulary_size=data.encoding.codes + 1,
        )
        for book in range(data.encoding.books)
    ]


def baseline_nats(data: CodedData, sounds: Sequence[CodedSound]) -> dict[str, Float64Array]:
    """The nats [N] of each baseline, of all books."""
    found, framing = dict[str, Float64Array](), data.framing
    if framing.linear:
        for name, itself in LINEAR.items():
            bits = [
                predicted(s.codes[:, 0].astype(np.int32), framing.linear, itself=itself).sum()
                for s in sounds
            ]
            found[name] = math.log(2) * np.array(bits)
    counted = counts(data)
    if counted is not None:
        found |= {name: np.zeros(len(sounds)) for name in COUNTING}
    for book, baselines in enumerate(counted or []):
        ids = book_ids(sounds, book, len(baselines.unigram) - 1)
        for name, nats in baselines.piece_nats(ids).items():
            found[name] = found[name] + nats
    return found


def book_ids(sounds: Sequence[CodedSound], book: int, nothing: int) -> list[Ids]:
    """The codes of one book of each sound, behind ``nothing``."""
    return [np.concatenate([[nothing], sound.codes[:, book]]).astype(np.int32) for sound in sounds]
