"""The sizes of a voices model, as they stand in a checkpoint. Needs no torch."""

from __future__ import annotations

from dataclasses import MISSING, dataclass

from musicrnn.bounds import share, whole
from musicrnn.networks.sizes import Sizes


@dataclass(frozen=True)
class VoicesSizes(Sizes):
    """What of a voices model does not follow from the voices."""

    cell: str = "gru"
    embedding: int = whole(192, 1, 4096)
    hidden: int = whole(192, 1, 4096)  # in each direction
    layers: int = whole(2, 1, 16)
    dropout: float = share(0.3)


@dataclass(frozen=True)
class VoicesConfig(VoicesSizes):
    """The whole configuration; ``pitches`` is P, ``places`` is F."""

    voices: int = whole(MISSING, 1, 16)
    pitches: int = whole(MISSING, 1, 128)
    places: int = whole(MISSING, 1, 256)

    @property
    def hold(self) -> int:
        return self.pitches

    @property
    def rest(self) -> int:
        return self.pitches + 1

    @property
    def mask(self) -> int:
        return self.pitches + 2
