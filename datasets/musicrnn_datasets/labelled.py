"""What a corpus of labelled recordings gives: examples, each with its label, split and windows.

Conventions. ``read`` gives the windows that a classifier reads (musicrnn.listening.windows): uint8
log-mel frames [T, F] or int32 tokens [N]. It raises MusicRNNError for what cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from musicrnn.features.logmel import LogMel
from musicrnn.training.data import Card, Split

Windows = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Example:
    """One recording of a labelled corpus."""

    name: str
    label: str
    split: Split
    read: Callable[[], Windows]


class LabelledCorpus(Protocol):
    """A corpus with labels; ``folder`` is its own folder, e.g. $MUSICRNN_DATA/gtzan."""

    @property
    def card(self) -> Card: ...

    @property
    def recipe(self) -> LogMel:
        """How the windows were made from sound."""
        ...

    def examples(self, folder: Path) -> Iterator[Example]: ...
