"""Sizes of a word-spotting network, as stored in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import MISSING, dataclass

from musicrnn.bounds import share, whole
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sizes import Sizes

FRAMES_A_STEP = 2  # frames that go into one step of the recurrent layers


@dataclass(frozen=True)
class WordsSizes(Sizes):
    """What of the network does not follow from the words: a ``bidirectional`` one reads whole clips
    in both directions, otherwise it can be streamed."""

    bidirectional: bool = False
    cell: str = "gru"
    hidden: int = whole(192, 1, 4096)
    layers: int = whole(1, 1, 16)
    channels: int = whole(32, 1, 512)  # of the first convolution; the second has twice as many
    last: int = whole(64, 1, 1024)  # channels of the last convolution
    depth: int = whole(0, 0, 16)  # further ones, with shortcuts, after the second and the last
    heads: int = whole(4, 1, 64)  # of the attention that reads both ways
    decay: float = share(0.92)  # of the attention to the recent past, a step
    dropout: float = share(0.2)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bidirectional and (2 * self.hidden) % self.heads:
            raise MusicRNNError(
                f"heads must divide the {2 * self.hidden} outputs of both directions, "
                f"got {self.heads}"
            )


@dataclass(frozen=True)
class WordsConfig(WordsSizes):
    """The whole configuration."""

    labels: int = whole(MISSING, 2, 10_000)
    bands: int = whole(40, 8, 512)


def bands_left(bands: int) -> int:
    """How many frequencies leave the convolutions for every channel: three times every second."""
    for _ in range(3):
        bands = (bands + 1) // 2
    return bands


Shape = tuple[int, int, int, int]


def convolution_shapes(config: WordsConfig) -> list[tuple[Shape, tuple[int, int]]]:
    """Of each convolution the weight's shape [outputs, inputs, time, frequency] and the stride."""
    first, second, last = config.channels, 2 * config.channels, config.last
    plain: tuple[int, int] = (1, 1)
    return [
        ((first, 1, 3, 5), (1, 2)),
        ((second, first, 3, 3), (FRAMES_A_STEP, 2)),
        *[((second, second, 3, 3), plain)] * config.depth,
        ((last, second, 3, 3), (1, 2)),
        *[((last, last, 3, 3), plain)] * config.depth,
    ]
