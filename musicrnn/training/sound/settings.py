"""Sizes of a model of sound's tokens and of its batches. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from musicrnn.bounds import whole
from musicrnn.networks.sound_config import SoundSizes


@dataclass(frozen=True)
class SoundSettings(SoundSizes):
    """``batch_size`` sounds at once, ``sequence_length`` frames of each an update."""

    batch_size: int = whole(32, 1, 2**16)
    sequence_length: int = whole(128, 1, 2**20)
