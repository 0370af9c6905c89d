"""Sizes of a model of sound's tokens, as stored in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import MISSING, dataclass

from musicrnn.bounds import share, whole
from musicrnn.context.linear_prediction import SAID
from musicrnn.context.sound import FIELDS
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sizes import Sizes

NEAREST = 4  # frames
INNER_CELL = "gru"  # of the network over books


@dataclass(frozen=True)
class SoundSizes(Sizes):
    """What of the network does not follow from the tokens: ``inner`` are the units of the network
    over the books of a frame; ``unheard`` is the share of frames that training hides from the next
    ones, so that what is said hangs on what was asked, and one odd frame does not lead astray
    (Bowman et al. 2016). At every frame training looks ``ahead`` times farther, at the first book
    NEAREST frames on, twice as far, and so on: the next frame follows from the last ones, those far
    on from what was asked (Gloeckle et al. 2024)."""

    cell: str = "gru"
    embedding: int = whole(128, 1, 4096)
    hidden: int = whole(384, 1, 4096)
    layers: int = whole(1, 1, 16)
    inner: int = whole(192, 1, 4096)
    dropout: float = share(0.2)
    unheard: float = share(0.0)
    ahead: int = whole(0, 0, 6)


@dataclass(frozen=True)
class SoundConfig(SoundSizes):
    """The whole configuration: a frame has ``books`` numbers below ``codes``, or is a sample, with
    linear prediction fitted on ``linear`` of them; the others say how many values each field of
    musicrnn.context.sound has, 0 of one that is not heard."""

    books: int = whole(MISSING, 1, 32)
    codes: int = whole(MISSING, 2, 4096)
    linear: int = whole(0, 0, 8192)
    label: int = whole(0, 0, 10_001)
    left: int = whole(0, 0, 10_000)
    tempo: int = whole(0, 0, 10_000)
    sixteenth: int = whole(0, 0, 10_000)
    part: int = whole(0, 0, 10_000)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.linear and (self.books, self.codes) != (1, SAID):
            raise MusicRNNError(
                f"linear prediction is of one book of {SAID} codes, got {self.books} of "
                f"{self.codes}"
            )

    @property
    def looks(self) -> list[int]:
        """How many frames on training looks besides the next one."""
        return [NEAREST * 2**look for look in range(self.ahead)]

    @property
    def tokens(self) -> tuple[int, int, int]:
        """Books, codes and ``linear``, of the tokens that the network learns."""
        return self.books, self.codes, self.linear

    @property
    def places(self) -> list[tuple[int, int]]:
        """Of each field where its rows begin in the table of all, and how many there are."""
        sizes = [getattr(self, name) for name in FIELDS]
        return [(sum(sizes[:index]), size) for index, size in enumerate(sizes)]

    @property
    def values(self) -> int:
        """How many rows the table of all fields has, one at least."""
        return max(1, sum(size for _, size in self.places))
