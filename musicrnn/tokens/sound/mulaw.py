"""Samples by mu-law: 256 loudnesses, finer where it is soft.

Conventions. One id a sample. x in -1..1 is companded, y = sign(x) ln(1 + 255 |x|) / ln 256 (the
continuous law of ITU-T G.711, mu = 255, as van den Oord 2016 takes it), and y is rounded to the
nearest of 256 steps from -1 to 1. Samples outside +-1 are those at +-1. A sound that was quantized
stays as it is.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from musicrnn.arrays import Ids, Samples
from musicrnn.errors import MusicRNNError
from musicrnn.tokens.sound.protocol import END, FIRST, START, Decoder, Encoder, SoundTokenizer

LEVELS = 256
MU = LEVELS - 1
RATES = (8000, 16_000)  # Hz


class MuLawTokenizer(SoundTokenizer):
    """``rate`` 8000 or 16000 Hz.

    Raises:
        MusicRNNError: another rate.
    """

    name: ClassVar[str] = "mulaw"

    def __init__(self, rate: int = 16_000) -> None:
        if rate not in RATES:
            said = " or ".join(map(str, RATES))
            raise MusicRNNError(f"the rate of mu-law tokens must be {said} Hz, got {rate!r}")
        self.rate = rate

    @property
    def vocabulary(self) -> tuple[str, ...]:
        special = {START: "start", END: "end"}
        return (*special.values(), *(f"level {level}" for level in range(LEVELS)))

    @property
    def ids_a_second(self) -> float:
        return float(self.rate)

    @property
    def bits_a_second(self) -> float:
        return 8.0 * self.rate

    def configuration(self) -> dict[str, Any]:
        return {"rate": self.rate}

    def encoder(self) -> Encoder:
        return _Encoder()

    def decoder(self) -> Decoder:
        return _Decoder()


class _Encoder:
    def push(self, samples: Samples) -> Ids:
        return levels(samples) + np.int32(FIRST)

    def finish(self) -> Ids:
        return np.zeros(0, np.int32)


class _Decoder:
    def push(self, ids: Ids) -> Samples:
        return of_levels(ids - FIRST)

    def finish(self) -> Samples:
        return np.zeros(0, np.float32)


def levels(samples: Samples) -> Ids:
    """Samples of any shape -> 0..255; silence is 128."""
    within = np.clip(samples.astype(np.float64), -1.0, 1.0)
    companded = np.sign(within) * np.log1p(MU * np.abs(within)) / np.log(LEVELS)
    return np.floor((companded + 1) / 2 * MU + 0.5).astype(np.int32)


def of_levels(levels: Ids) -> Samples:
    """0..255 of any shape -> samples in -1..1; none is 0: silence, 128, is 8.6e-5, -81 dB."""
    companded = 2.0 * levels / MU - 1.0
    return (np.sign(companded) * (LEVELS ** np.abs(companded) - 1) / MU).astype(np.float32)
