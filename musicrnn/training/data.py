"""What models learn from: pieces of corpora with their terms, and the same as a network reads them.

Conventions. ``split`` is "train", "valid" or "test". Reading is lazy: a file that cannot be read
raises MusicRNNError from ``read``, and :func:`read_all` makes that a SkippedFile with its reason.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.score import Score

Split = Literal["train", "valid", "test"]
SPLITS: tuple[Split, ...] = ("train", "valid", "test")
SPLIT_LIST = ".csv"  # the suffix of a split file
MOST_MIX = 1e6
DIGITS = 8  # of a sha256 by which the pieces of a list are known again
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
    ratings: tuple[str, ...] = ()  # what its pieces are rated for
    listed: Mapping[Split, Sequence[str]] = field(default_factory=dict[Split, Sequence[str]])
    """The pieces that a split file lists, see split_list."""
    language: str = ""  # what is spoken in it, where known
    get: str = ""  # how to get it; see musicrnn.sources.catalogue


@dataclass(frozen=True)
class Piece:
    """One piece of a corpus of scores; ``abc`` is its own text where the source is ABC.

    ``ratings`` are +1 or -1, by what they are of, where known. Pieces of one ``group``, such as
    those of one game, are alike; "" is a group of its own. ``feel`` is what its rhythm is called,
    such as "funk", where known; ``is_fill`` says that all of it is a drum fill. ``digest`` is the
    sha256 of its content, where a list may name it.
    """

    name: str
    split: Split
    read: Callable[[], Score] = field(repr=False)
    abc: str | None = field(default=None, repr=False)
    ratings: Mapping[str, int] = field(default_factory=dict[str, int])
    group: str = ""
    feel: str = ""
    is_fill: bool = False
    digest: str = ""


class Digested(Protocol):
    """A piece or a file with its split and the sha256 of its content, "" where not known."""

    @property
    def split(self) -> Split: ...

    @property
    def digest(self) -> str: ...


def split_list(pieces: Iterable[Digested]) -> dict[Split, list[str]]:
    """The first DIGITS of the digests of all pieces, by split."""
    found: dict[Split, list[str]] = {split: [] for split in SPLITS}
    for piece in pieces:
        if piece.digest:
            found[piece.split].append(piece.digest[:DIGITS])
    return found


def read_split_list(listed: Mapping[Any, Any]) -> dict[str, Split]:
    """The split of each piece by the first DIGITS of its digest: split_list's inverse."""
    found: dict[str, Split] = {}
    for split in SPLITS:
        digests: Any = listed.get(split)
        if isinstance(digests, list):
            found |= {str(digest): split for digest in cast(list[Any], digests)}
    return found


Sources = Sequence[tuple[Card, Sequence[Piece]]]


@dataclass(frozen=True)
class SkippedFile:
    """A file that was left out, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Loaded(Generic[T]):
    """A piece with what was loaded of it."""

    piece: Piece
    content: T


@dataclass(frozen=True)
class DataRequest:
    """What a user names as data: corpora or folders, and how they are to be read.

    ``folder`` is where corpora lie; ``tokens`` names a tokenizer; ``mix`` says how often each
    source is read, beside the others; ``split_file`` lists files, labels and splits;
    ``backgrounds`` is a folder of sounds without words. What a kind of model has no
    use for is refused. ``split_by`` are the words in which the card of an earlier reading says how
    folders were split, "" for as it is done today. ``rehearse``: corpora that a base learnt from.
    ``convert``: the system's ffmpeg may decode sound that is not read.
    ``none_of_these``: learn also from recordings without a label; None: beside a corpus alone.
    Where data are read as a model reads them, ``relabel`` says that it is a base for labels of
    their own, ``whole`` that a folder that it has not learnt from is measured on as a whole.
    """

    sources: tuple[str, ...]
    folder: Path | None = None
    tokens: str | None = None
    mix: tuple[float, ...] | None = None
    split_file: Path | None = None
    backgrounds: Path | None = None
    split_by: str = ""
    rehearse: tuple[str, ...] = ()
    convert: bool | None = None
    none_of_these: bool | None = None
    relabel: bool = False
    whole: bool = False

    @property
    def has_list(self) -> bool:
        """Whether a split file says which piece is for what."""
        lists = (source.lower().endswith(SPLIT_LIST) for source in self.sources)
        return self.split_file is not None or any(lists)


def check_mix(mix: Sequence[float] | None, sources: int) -> None:
    """Raises MusicRNNError for a mix that is not one positive number for each source."""
    if mix is not None and (len(mix) != sources or not all(0 < m <= MOST_MIX for m in mix)):
        raise MusicRNNError(
            f"a mix is one positive number for each of {counted(sources, 'source')}, got "
            f"{listed(mix)} ({MOST_MIX:g} is the most)"
        )


@dataclass(frozen=True, eq=False)
class Folds:
    """Training examples of few people, who are crossed over: ``numbers`` [n] say which network each
    is held out of, -1 for none, ``people`` [n] whose it is."""

    numbers: NDArray[np.int64]
    people: Sequence[str]

    @property
    def count(self) -> int:
        return int(self.numbers.max()) + 1


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Examples of three splits, as one kind of model reads them.

    ``encoding`` is what made them of music or sound: a tokenizer, a grid, a recipe of features.
    ``description`` goes into the model file: corpora, terms, counts, hash. ``title`` says in words
    what was found. ``names`` are those of the examples, where they have any. ``said`` are sentences
    on how they were split. ``language`` is what is spoken, such as "English", where known.
    ``whole``: all of a folder is in the test split, for the model has not learnt from it.
    ``folds``: nobody is held out for good, the training examples are crossed over.
    """

    examples: dict[Split, Any]
    encoding: Any
    description: dict[str, Any]
    labels: tuple[str, ...] = ()
    refused: Sequence[SkippedFile] = field(default_factory=list[SkippedFile])
    title: str = ""
    names: Mapping[Split, Sequence[str]] = field(default_factory=dict[Split, Sequence[str]])
    said: Sequence[str] = ()
    language: str = ""
    whole: bool = False
    folds: Folds | None = None

    def counts(self) -> dict[str, int]:
        """How many examples each split has."""
        return {split: len(found) for split, found in self.examples.items()}

    def require(self, split: Split, what: str) -> Any:
        """The examples of a split.

        Raises:
            MusicRNNError: there is none; ``what`` says what of.
        """
        if not len(self.examples[split]):
            counts = ", ".join(f"{name} {counted(n, what)}" for name, n in self.counts().items())
            raise MusicRNNError(
                f"the {split} split has no {what} that the model can read: {counts} "
                f"({reasons(self.refused)})"
            )
        return self.examples[split]


def read_all(
    pieces: Iterable[Piece], use: Callable[[Piece], T]
) -> tuple[list[Loaded[T]], list[SkippedFile]]:
    """``use(piece)`` for every piece; for one that raises MusicRNNError a SkippedFile."""
    kept: list[Loaded[T]] = []
    refused: list[SkippedFile] = []
    for piece in pieces:
        with skipping(piece.name, refused):
            kept.append(Loaded(piece, use(piece)))
    return kept, refused


def reading_said(read: Iterable[Loaded[Score]]) -> list[str]:
    """A sentence where pieces were read without all that their files hold."""
    said = [(item.piece.name, item.content.said[0]) for item in read if item.content.said]
    if not said:
        return []
    without = counted(len(said), "piece is read", "pieces are read")
    name, sentence = said[0]
    return [f"{without} without all that the file holds, {name}: {sentence}"]


@contextmanager
def skipping(name: str, refused: list[SkippedFile], because: str = "") -> Generator[None]:
    """A MusicRNNError in the body ends it, and the file joins those that are left out."""
    try:
        yield
    except MusicRNNError as error:
        refused.append(SkippedFile(name, because + beside(name, str(error))))


def beside(name: str, sentence: str) -> str:
    """A sentence on a file where its ``name`` stands beside it: the path, with which the sentence
    begins or which cannot be read, is "it"."""
    for own in (name, name.replace("/", os.sep)):
        before, found, after = sentence.partition(own)
        start = "cannot read " if before.startswith("cannot read ") else ""
        folder = before.removeprefix(start)
        if found and (not folder or folder.endswith(("/", os.sep))) and ": " not in folder:
            return after.removeprefix(": ") if after.startswith(": ") else f"{start}it{after}"
    return sentence


def reasons(refused: Sequence[SkippedFile]) -> str:
    """How many files were left out and the three most frequent reasons."""
    most = Counter(refusal.reason for refusal in refused).most_common(3)
    listed = "; ".join(f"{count} x {reason}" for reason, count in most)
    return f"{len(refused)} left out: {listed}" if refused else "none left out"


def described(
    cards: Iterable[Card],
    arrays: Iterable[NDArray[Any]],
    counts: Mapping[str, Mapping[str, int]],
    refused: int = 0,
) -> dict[str, Any]:
    """What a model file says of its data; ``arrays`` are all examples, which are hashed."""
    return {
        "corpora": [
            briefly(card) | ({"listed": dict(card.listed)} if card.listed else {}) for card in cards
        ],
        **counts,
        "refused": refused,
        "sha256": sha256_of(arrays),
    }


def briefly(card: Card) -> dict[str, Any]:
    """Name, source, terms and split of a corpus."""
    return {name: getattr(card, name) for name in ("name", "source", "licence", "split")}


def sha256_of(arrays: Iterable[NDArray[Any]]) -> str:
    """Of the arrays' sizes and bytes, in their order."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape if array.ndim > 1 else len(array)} ".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
