"""Sizes of a network that hears words and what its batches are made of. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass, field

from musicrnn.augmentation.clips import AugmentationSettings
from musicrnn.bounds import check, number, share, whole
from musicrnn.errors import MusicRNNError
from musicrnn.networks.words_config import WordsSizes


@dataclass(frozen=True)
class Drawing:
    """What a batch is made of, and what of it counts how much."""

    unknown: float = share(0.05)  # share of rows that are spoken and no word, made of words
    other: float = share(0.45)  # share that are real speech and music, where some is at hand
    silence: float = share(0.05)  # share of rows without speech
    mined: float = share(0.7)  # share of other sound that is drawn for how often it was mistaken
    coded: float = share(0.5)  # share of words that were sent through a codec
    carry: float = share(0.5)  # share of rows that go on from the row's last clip
    mixed: float = share(0.0)  # share of rows that are two words at once
    smoothing: float = share(0.05)
    stretch: float = number(0.5, 0, 10)  # weight of what a word is not before it has ended
    left_out: float = number(0.3, 0, 10)  # weight of being none of the other words
    variation: AugmentationSettings = field(default_factory=AugmentationSettings)

    def __post_init__(self) -> None:
        check(self, "drawing.")
        if self.unknown + self.other + self.silence > 0.9:
            raise MusicRNNError(
                "unknown, other and silence must leave a tenth of the rows to words, got "
                f"{self.unknown}, {self.other} and {self.silence}"
            )


@dataclass(frozen=True)
class WordsSettings(WordsSizes):
    """``depth`` as of commands-small, the usual recipe."""

    depth: int = whole(1, 0, 16)
    batch_size: int = whole(128, 2, 4096)
    drawing: Drawing = field(default_factory=Drawing)
