"""What a corpus of spoken words gives: clips, each with its word, split and, where known, speaker.

Conventions. A clip is one file with one word in it, of any rate and length; it is read later
(musicrnn_datasets.word_cache). Background recordings hold no words. Where speakers are known, none
is in two splits.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from musicrnn.training.data import Card
from musicrnn_datasets.labelled_folder import LabelledFile


class SpokenCorpus(Protocol):
    """A corpus of words; ``folder`` is its own folder, e.g. $MUSICRNN_DATA/arabic-commands."""

    @property
    def card(self) -> Card: ...

    @property
    def folders(self) -> tuple[str, ...]:
        """The names that its folder may have among the corpora, the usual one first."""
        ...

    def clips(self, folder: Path) -> Iterator[LabelledFile]: ...

    def backgrounds(self, folder: Path) -> list[Path]:
        """Recordings without words, to be mixed under them."""
        ...
