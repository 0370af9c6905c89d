"""Sizes of a frame model and of its batches. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from musicrnn.bounds import number, whole
from musicrnn.networks.frame_config import FrameSizes

MAX_SHIFT = 48  # semitones


@dataclass(frozen=True)
class FrameSettings(FrameSizes):
    """``batch_size`` pieces at once, ``sequence_length`` frames an update, each piece transposed by
    up to ``augment`` semitones, anew every epoch."""

    hidden: int = whole(128, 1, 2**14)
    batch_size: int = whole(16, 1, 2**16)
    sequence_length: int = whole(256, 1, 2**20)
    augment: int = whole(0, 0, MAX_SHIFT)
    gradient_norm_regulariser: float = number(0.0, 0)  # Pascanu, Mikolov and Bengio 2013
