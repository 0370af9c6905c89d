"""OpenEWLD: 502 lead sheets of songs and standards, melody with chord symbols, in MusicXML.

Conventions. A piece is a sheet, named by its folder below its writers' (``A_Smile``, with a number
where two are called so); ``abc`` is its text, with repeats and jumps played out. Split by tune
family as Nottingham is: sheets that share a title or a run of 16 intervals fall on one side.

Source: F. Simonetta, F. Carnovalini, N. Orio, A. Roda, "Symbolic Music Similarity through a
Graph-Based Representation" (2018), after the Enhanced Wikifonia Leadsheet Dataset.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import parse_abc, write_abc
from musicrnn.io.musicxml import read_musicxml
from musicrnn.sources.corpus import split_by_hash
from musicrnn.sources.families import families, runs, simple_title
from musicrnn.training.data import Card, Piece


class OpenEwld:
    """The corpus; ``folder`` holds ``dataset``."""

    card = Card(
        name="openewld",
        title="OpenEWLD, 502 lead sheets with chord symbols in MusicXML",
        holds="scores",
        source="https://github.com/00sapo/OpenEWLD",
        licence="MIT for the collection; its tunes are stated to be in the public domain",
        get="clone https://github.com/00sapo/OpenEWLD as openewld",
        split="by tune family (same title, or 16 intervals in common), sha256 of the family",
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        """In the order of the folders' names."""
        paths = sorted((folder / "dataset").glob("*/*/*.mxl"))
        if not paths:
            raise MusicRNNError(f"{folder} has no dataset/*/*/*.mxl, so it is not OpenEWLD")
        scores = [read_musicxml(path) for path in paths]
        names = _names(paths)
        marks = [
            [simple_title(path.parent.name.replace("_", " ")), *runs(score)]
            for path, score in zip(paths, scores, strict=True)
        ]
        found = families([filter(None, each) for each in marks])
        for name, score, first in zip(names, scores, found, strict=True):
            text = write_abc(score)
            yield Piece(name, split_by_hash(names[first]), partial(parse_abc, text), text)


OPENEWLD = OpenEwld()


def _names(paths: list[Path]) -> list[str]:
    seen = Counter[str]()
    names: list[str] = []
    for path in paths:
        name = path.parent.name
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return names
