"""Sizes of a codec and what its batches are made of. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from musicrnn.bounds import number, whole
from musicrnn.networks.codec_config import CodecSizes


@dataclass(frozen=True)
class CodecSettings(CodecSizes):
    """``seconds`` is the length of an excerpt, ``softer`` how many dB of level it may lose.

    ``bands``, ``window`` and ``step`` (in samples) are of the frames; ``by_frames`` is the weight
    of the frames that the codes say, ``commitment`` of staying near the books' vectors."""

    batch_size: int = whole(16, 1, 4096)
    seconds: float = number(1.0, 0.2, 60)
    softer: float = number(20.0, 0, 60)
    bands: int = whole(80, 8, 512)
    window: int = whole(768, 64, 2048)
    step: int = whole(256, 16, 4096)
    by_frames: float = number(0.1, 0)  # a dB
    commitment: float = number(0.25, 0)
