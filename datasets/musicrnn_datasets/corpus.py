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


def split_by_hash(name: str, valid: float = 0.1, test: float = 0.1) -> Split:
    """A reproducible split: the sha256 of ``name`` as a fraction of 1, test first, then valid."""
    fraction = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    if fraction < test:
        return "test"
    return "valid" if fraction < test + valid else "train"


def own_card(name: str, title: str, *, holds: Literal["scores", "sounds"], split: str) -> Card:
    """The card of a folder of the user's own files."""
    return Card(name, title, holds, "the user's own files", "the user's to know", split)
