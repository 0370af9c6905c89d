"""The Nottingham Music Database: British and American folk tunes in ABC, melody with chord symbols.

Conventions. A piece is a tune, named by its file and number (``jigs12``); ``abc`` is its own text.
Split by tune family (musicrnn.sources.families): tunes that share a title (without articles,
numbers, brackets and "the") or a run of 16 intervals fall on one side, so versions of a tune never
straddle. The families follow from the corpus as a whole.

Source: E. Foxley, Nottingham Music Database; cleaned by Jukedeck.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import parse_abc, read_abc_tunes
from musicrnn.sources.corpus import split_by_hash
from musicrnn.sources.families import families, runs, simple_title
from musicrnn.training.data import Card, Piece


@dataclass(frozen=True)
class _Tune:
    name: str
    title: str
    text: str


class Nottingham:
    """The corpus; ``folder`` holds ``abc``."""

    card = Card(
        name="nottingham",
        title="Nottingham Music Database, 1,034 folk tunes in ABC",
        holds="scores",
        source="https://github.com/jukedeck/nottingham-dataset",
        licence="GPL-3.0",
        get="clone https://github.com/jukedeck/nottingham-dataset: its ABC_cleaned as abc",
        split="by tune family (same title, or 16 intervals in common), sha256 of the family",
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        """In the order of the files' names and of the tunes in them."""
        tunes = list(_tunes(folder))
        for tune, family in zip(tunes, _families(tunes), strict=True):
            yield Piece(tune.name, split_by_hash(family), partial(parse_abc, tune.text), tune.text)


NOTTINGHAM = Nottingham()


def _tunes(folder: Path) -> Iterator[_Tune]:
    paths = sorted((folder / "abc").glob("*.abc"))
    if not paths:
        raise MusicRNNError(f"{folder} has no abc/*.abc, so it is not the Nottingham corpus")
    for path in paths:
        for title, text in read_abc_tunes(path):
            number = re.match(r"X:\s*(\d+)", text)
            yield _Tune(f"{path.stem}{number[1] if number else ''}", title, text)


def _families(tunes: list[_Tune]) -> list[str]:
    """For each tune the name of its family: the first of its members."""
    marks = [[simple_title(tune.title), *runs(parse_abc(tune.text))] for tune in tunes]
    return [tunes[first].name for first in families([filter(None, each) for each in marks])]
