"""A corpus that is new: a folder of MIDI files. datasets/musicrnn_datasets/airs.py"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from musicrnn.io.midi import read_midi
from musicrnn.sources.corpus import split_by_hash
from musicrnn.training.data import Card, Piece


class Airs:
    """The corpus; ``folder`` holds the files."""

    card = Card(
        name="airs",
        title="Airs that a test made up",
        holds="scores",
        source="tests/recipes",
        licence="MIT",
        split="none official: sha256 of the file's name, 80/10/10",
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        for path in sorted(folder.glob("*.mid")):
            yield Piece(path.stem, split_by_hash(path.stem), partial(read_midi, path))


AIRS = Airs()
