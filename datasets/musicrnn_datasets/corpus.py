"""What a corpus of scores is, and how one without an official split is split.

Conventions. The split is official where one exists, otherwise drawn by :func:`split_by_hash` from a
name that all versions of one recording or tune share, so that no tune stands on both sides.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Protocol

from musicrnn.training.data import Card, Piece, Split


class ScoreCorpus(Protocol):
    """A corpus of pieces; ``folder`` is the corpus's own folder, e.g. $MUSICRNN_DATA/pop909."""

    @property
    def card(self) -> Card: ...

    def pieces(self, folder: Path) -> Iterator[Piece]: ...


def split_by_hash(name: str) -> Split:
    """A reproducible split, 80/10/10: the sha256 of ``name`` as a fraction of 1, test first."""
    fraction = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    if fraction < 0.1:
        return "test"
    return "valid" if fraction < 0.2 else "train"


def own_card(name: str, title: str, *, holds: Literal["scores", "sounds"], split: str) -> Card:
    """The card of a folder of the user's own files."""
    return Card(name, title, holds, "the user's own files", "the user's to know", split)
