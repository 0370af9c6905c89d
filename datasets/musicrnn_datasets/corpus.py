"""What a corpus is: a card that says what it is and on what terms, and its pieces or clips.

Conventions. ``split`` is "train", "valid" or "test": official where one exists, otherwise drawn by
:func:`split_by_hash` from a name that all versions of one recording or tune share, so that no tune
stands on both sides. Reading is lazy: a file that cannot be read raises MusicRNNError from
``read``, and :func:`read_all` turns that into a Refusal with its reason.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Literal, Protocol, TypeVar

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score

Split = Literal["train", "valid", "test"]
T = TypeVar("T")


@dataclass(frozen=True)
class Card:
    """What a corpus is, where it comes from, and what one may do with it."""

    name: str
    title: str
    holds: Literal["scores", "sounds", "frames"]
    source: str
    licence: str
    split: str
    citation: str = ""


@dataclass(frozen=True)
class Piece:
    """One piece of a corpus of scores; ``abc`` is its own text where the source is ABC."""

    name: str
    split: Split
    read: Callable[[], Score]
    abc: str | None = None


@dataclass(frozen=True)
class Refusal:
    """A file that was left out, and why."""

    name: str
    reason: str


class ScoreCorpus(Protocol):
    """A corpus of pieces; ``folder`` is the corpus's own folder, e.g. $MUSICRNN_DATA/pop909."""

    @property
    def card(self) -> Card: ...

    def pieces(self, folder: Path) -> Iterator[Piece]: ...


@dataclass(frozen=True)
class Read(Generic[T]):
    """A piece with what was read of it."""

    piece: Piece
    content: T


def read_all(
    pieces: Iterable[Piece], use: Callable[[Piece], T]
) -> tuple[list[Read[T]], list[Refusal]]:
    """``use(piece)`` for every piece; those that raise MusicRNNError become refusals."""
    kept: list[Read[T]] = []
    refused: list[Refusal] = []
    for piece in pieces:
        try:
            kept.append(Read(piece, use(piece)))
        except MusicRNNError as error:
            refused.append(Refusal(piece.name, str(error)))
    return kept, refused


def reasons(refused: Sequence[Refusal]) -> str:
    """How many files were left out and the three most frequent reasons."""
    most = Counter(refusal.reason for refusal in refused).most_common(3)
    listed = "; ".join(f"{count} x {reason}" for reason, count in most)
    return f"{len(refused)} left out: {listed}" if refused else "none left out"


def split_by_hash(name: str, valid: float = 0.1, test: float = 0.1) -> Split:
    """A reproducible split: the sha256 of ``name`` as a fraction of 1, test first, then valid."""
    fraction = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    if fraction < test:
        return "test"
    return "valid" if fraction < test + valid else "train"
