"""The sizes of a classifier, as they stand in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import MISSING, dataclass

from musicrnn.bounds import share, whole
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sizes import Sizes

FRAME_BRANCHES = ("spectral", "windowed", "whole", "familiar")  # see musicrnn.networks.branches
TOKEN_BRANCHES = ("reading", "sliced")


@dataclass(frozen=True)
class ClassifierSizes(Sizes):
    """What of a classifier does not follow from the data; ``branches`` are names joined by "+",
    of TOKEN_BRANCHES for tokens. ``slices`` and ``slice_depth`` are those of the sliced one
    (musicrnn.layers.sliced)."""

    branches: str = "windowed+whole"
    cell: str = "gru"
    hidden: int = whole(64, 1, 4096)
    layers: int = whole(1, 1, 16)
    channels: int = whole(16, 1, 256)
    dropout: float = share(0.3)
    slices: int = whole(8, 1, 1024)
    slice_depth: int = whole(3, 0, 6)


@dataclass(frozen=True)
class ClassifierConfig(ClassifierSizes):
    """The whole configuration."""

    labels: int = whole(MISSING, 1, 10_000)
    size: int = whole(MISSING, 2, 100_000)  # bands of a frame, or the size of the vocabulary
    views: int = whole(0, 0, 8)  # narrower channels through which frames are heard besides

    def __post_init__(self) -> None:
        super().__post_init__()
        known = TOKEN_BRANCHES if self.reads_tokens else FRAME_BRANCHES
        if not set(self.names) <= set(known) or len(set(self.names)) < len(self.names):
            raise MusicRNNError(
                f"branches must be some of {', '.join(FRAME_BRANCHES)} joined by +, or of tokens "
                f"some of {', '.join(TOKEN_BRANCHES)}, got {self.branches!r}"
            )
        if not self.reads_tokens and not 32 <= self.size <= 512:
            raise MusicRNNError(f"a branch needs 32 to 512 bands, got {self.size}")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.branches.split("+"))

    @property
    def reads_tokens(self) -> bool:
        return self.names[0] in TOKEN_BRANCHES
