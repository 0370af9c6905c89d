"""Sizes of a network that hears words and what its batches are made of. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass, field

from musicrnn.augmentation.clips import AugmentationSettings
from musicrnn.bounds import check, share, whole
from musicrnn.errors import MusicRNNError
from musicrnn.networks.words_config import WordsSizes


@dataclass(frozen=True)
class Drawing:
    """What a batch is made of."""

    unknown: float = share(0.1)  # share of rows that are spoken and no word
    silence: float = share(0.1)  # share of rows without speech
    carry: float = share(0.5)  # share of rows that go on from the row's last clip
    mixed: float = share(0.0)  # share of rows that are two words at once
    smoothing: float = share(0.1)
    variation: AugmentationSettings = field(default_factory=AugmentationSettings)

    def __post_init__(self) -> None:
        check(self, "drawing.")
        if self.unknown + self.silence > 0.9:
            raise MusicRNNError(
                "unknown and silence must leave a tenth of the rows to words, got "
                f"{self.unknown} and {self.silence}"
            )


@dataclass(frozen=True)
class WordsSettings(WordsSizes):
    """``depth`` as of commands-small, the usual recipe."""

    depth: int = whole(1, 0, 16)
    batch_size: int = whole(128, 2, 4096)
    drawing: Drawing = field(default_factory=Drawing)
