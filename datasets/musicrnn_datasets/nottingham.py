"""The Nottingham Music Database: British and American folk tunes in ABC, melody with chord symbols.

Conventions. A piece is a tune, named by its file and number (``jigs12``); ``abc`` is its own text.
Split by tune family: tunes that share a title (without articles, numbers, brackets and "the") or
that have a run of RUN_INTERVALS intervals in common, counting pitch alone, are one family and fall
on one side, so versions of a tune never straddle. The families follow from the corpus as a whole.

Source: E. Foxley, Nottingham Music Database; cleaned by Jukedeck.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import parse_abc, read_abc_tunes
from musicrnn.score import Score
from musicrnn.sources.corpus import split_by_hash
from musicrnn.training.data import Card, Piece

RUN_INTERVALS = 16  # intervals
_NOT_THE_NAME = re.compile(r"\([^)]*\)|\[[^]]*\]|\bno\.?\s*\d+|[^a-z ]|\b(?:the|a|an|of|and)\b")
_ARTICLE_BEHIND = re.compile(r",\s*(?:the|a|an)\s*$")


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
    from scipy.cluster.hierarchy import DisjointSet

    families = DisjointSet(range(len(tunes)))
    first_with: dict[object, int] = {}
    for index, tune in enumerate(tunes):
        score = parse_abc(tune.text)
        for mark in (simple_title(tune.title), *runs(score)):
            if mark:
                families.merge(first_with.setdefault(mark, index), index)
    return [tunes[min(families.subset(index))].name for index in range(len(tunes))]


def simple_title(title: str) -> str:
    """``The Keel Row (2)`` and ``Keel Row, The`` are both ``keel row``."""
    title = _ARTICLE_BEHIND.sub("", title.lower().replace("'", ""))
    return " ".join(_NOT_THE_NAME.sub(" ", title).split())


def runs(score: Score) -> set[tuple[int, ...]]:
    """Every run of RUN_INTERVALS intervals of the highest notes, in any transposition. Runs on one
    or two pitches are left out."""
    top = {note.start: note.pitch for note in score.tracks[0].notes}  # sorted: the highest is last
    pitches = list(top.values())
    steps = [b - a for a, b in pairwise(pitches)]
    found = {tuple(steps[i : i + RUN_INTERVALS]) for i in range(len(steps) - RUN_INTERVALS + 1)}
    return {run for run in found if len(set(run)) > 2}
