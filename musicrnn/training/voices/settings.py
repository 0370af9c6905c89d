"""Sizes of a voices model and of its batches. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from musicrnn.bounds import whole
from musicrnn.networks.voices_config import VoicesSizes


@dataclass(frozen=True)
class VoicesSettings(VoicesSizes):
    """``batch_size`` pieces at once, ``sequence_length`` sixteenths of each."""

    batch_size: int = whole(16, 1, 2**16)
    sequence_length: int = whole(128, 1, 2**20)
    augment: bool = True
