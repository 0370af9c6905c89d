"""The sizes of a classifier, as they stand in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import MISSING, dataclass

from musicrnn.bounds import share, whole
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sizes import Sizes

FRAME_BRANCHES = ("spectral", "windowed", "whole", "familiar")  # see musicrnn.networks.branches
TOKEN_BRANCH = "reading"


@dataclass(frozen=True)
class ClassifierSizes(Sizes):
    """What of a classifier does not follow from the data; ``branches`` are names joined by "+",
    "reading" for tokens."""

    branches: str = "windowed+whole"
    cell: str = "gru"
    hidden: int = whole(64, 1, 4096)
    layers: int = whole(1, 1, 16)
    channels: int = whole(16, 1, 256)
    dropout: float = share(0.3)


@dataclass(frozen=True)
class ClassifierConfig(ClassifierSizes):
    """The whole configuration."""

    labels: int = whole(MISSING, 1, 10_000)
    size: int = whole(MISSING, 2, 100_000)  # bands of a frame, or the size of the vocabulary
    views: int = whole(0, 0, 8)  # narrower channels through which frames are heard besides

    def __post_init__(self) -> None:
        super().__post_init__()
        names = self.names
        if not self.reads_tokens and (
            not set(names) <= set(FRAME_BRANCHES) or len(set(names)) < len(names)
        ):
            raise MusicRNNError(
                f"branches must be some of {', '.join(FRAME_BRANCHES)} joined by +, or "
                f"reading alone, got {self.branches!r}"
            )
        if not self.reads_tokens and not 32 <= self.size <= 512:
            raise MusicRNNError(f"a branch needs 32 to 512 bands, got {self.size}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.branches.split("+"))

    @property
    def reads_tokens(self) -> bool:
        return self.names == (TOKEN_BRANCH,)
