"""What a corpus is: scores, frames, labelled recordings, words or other speech, each with its card.

Conventions. ``folder`` is a corpus's own folder, e.g. $MUSICRNN_DATA/pop909; ``folders`` are the
names that it may have there, the usual one first. A corpus whose files come with its package names
their folder as ``bundled``. The split is official where one exists, otherwise drawn by
:func:`split_by_hash` from a name that all versions of one recording or tune share, so that no tune
stands on both sides. What is read gives windows as a classifier reads them
(musicrnn.listening.windows), uint8 log-mel frames [T, F] or int32 tokens [N], and raises
MusicRNNError for what cannot be read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Frames
from musicrnn.features.logmel import LogMel
from musicrnn.training.data import Card, Piece, Split, split_list

Windows = tuple[NDArray[Any], ...]
SOUND_RATE = 16_000  # Hz, of other sounds


class Corpus(Protocol):
    """Any corpus."""

    @property
    def card(self) -> Card: ...


class ScoreCorpus(Corpus, Protocol):
    """A corpus of pieces; its folder is called after it."""

    def pieces(self, folder: Path) -> Iterator[Piece]: ...


class FrameCorpus(Corpus, Protocol):
    """A corpus of frames uint8 [T, P]; column 0 is the pitch ``lowest``, a step lasts ``step``
    quarters."""

    @property
    def folders(self) -> tuple[str, ...]: ...

    @property
    def lowest(self) -> int: ...

    @property
    def step(self) -> float: ...

    def frames(self, folder: Path) -> dict[Split, list[Frames]]: ...


@dataclass(frozen=True)
class Example:
    """One recording of a labelled corpus."""

    name: str
    label: str
    split: Split
    read: Callable[[], Windows]


class LabelledCorpus(Corpus, Protocol):
    """A corpus with labels; its folder is called after it."""

    @property
    def recipe(self) -> LogMel:
        """How the windows were made from sound."""
        ...

    def examples(self, folder: Path) -> Iterator[Example]: ...


@dataclass(frozen=True)
class LabelledFile:
    """A file with its label and split; ``speaker`` "" when it is not known who speaks, ``digest``
    the sha256 of its content where it was read, ``tempo`` in quarters a minute where a list says
    one and the file begins on a bar line."""

    name: str
    path: Path
    label: str
    split: Split
    speaker: str = ""
    digest: str = ""
    tempo: float = 0.0


class SpokenCorpus(Corpus, Protocol):
    """A corpus of words: a clip is one file with one word in it, of any rate and length, read
    later. Where speakers are known, none is in two splits."""

    @property
    def folders(self) -> tuple[str, ...]: ...

    def clips(self, folder: Path) -> Iterator[LabelledFile]: ...

    def backgrounds(self, folder: Path) -> list[Path]:
        """Recordings without words, to be mixed under them."""
        ...


@dataclass(frozen=True, eq=False)
class OtherSound:
    """Sound in which no keyword is spoken, int16 [N] at SOUND_RATE: clips of one language and kind
    ("sentences" or "words"), one after the other, or a piece of "music"."""

    language: str
    kind: str
    samples: NDArray[np.int16]


class SoundCorpus(Corpus, Protocol):
    """Hours of sound that is no keyword; no language and no piece is in two splits."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it has: "sentences", "words", "music"."""
        ...

    def sounds(self, folder: Path, split: Split) -> Iterator[OtherSound]: ...


def split_by_hash(name: str, valid: float = 0.1, test: float = 0.1) -> Split:
    """A reproducible split: the sha256 of ``name`` as a fraction of 1, test first, then valid."""
    fraction = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    if fraction < test:
        return "test"
    return "valid" if fraction < test + valid else "train"


def own_card(
    name: str,
    title: str,
    *,
    holds: Literal["scores", "sounds"],
    split: str,
    files: Sequence[LabelledFile] = (),
) -> Card:
    """The card of a folder of the user's own files; ``files`` are listed by their content."""
    source, licence = "the user's own files", "the user's to know"
    listed = split_list(files) if files else {}
    return Card(name, title, holds, source, licence, split, listed=listed)
