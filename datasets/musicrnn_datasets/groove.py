"""The Groove MIDI Dataset (Gillick et al. 2019): 1,150 performances of ten drummers.

Conventions. One drum track a piece, with the drummer's own velocities and timing against the
click: 480 ticks a quarter, tempo and time signature of the click at tick 0 (they agree with
``info.csv`` in all files). The official split; its "validation" is our "valid". The title says
style and kind: "funk/groove1 beat", "rock fill".

Source: Gillick et al., Learning to Groove with Inverse Sequence Transformations, ICML 2019.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import read_midi
from musicrnn.score import Score
from musicrnn.training.data import Card, Piece, Split

_SPLITS: dict[str, Split] = {"train": "train", "validation": "valid", "test": "test"}


class Groove:
    """The corpus; ``folder`` holds ``info.csv``."""

    card = Card(
        name="groove",
        title="Groove MIDI Dataset: human drumming",
        holds="scores",
        source="https://magenta.tensorflow.org/datasets/groove",
        licence="CC BY 4.0",
        split="official, 897/124/129",
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        table = folder / "info.csv"
        try:
            with table.open(newline="") as file:
                rows = list(csv.DictReader(file))
        except OSError as error:
            raise MusicRNNError(f"cannot read {table}: {error.strerror}") from error
        for row in rows:
            title = f"{row['style']} {row['beat_type']}"
            path = folder / row["midi_filename"]
            yield Piece(row["id"], _SPLITS[row["split"]], partial(_read, path, title))


GROOVE = Groove()


def _read(path: Path, title: str) -> Score:
    return replace(read_midi(path), title=title)
