"""What a corpus of labelled recordings gives: examples, each with its label, split and windows.

Conventions. ``read`` gives the windows that a classifier reads (musicrnn.listening.windows): uint8
log-mel frames [T, F] or int32 tokens [N]. It raises MusicRNNError for what cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from musicrnn.training.data import Split

Windows = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Example:
    """One recording of a labelled corpus."""

    name: str
    label: str
    split: Split
    read: Callable[[], Windows]
