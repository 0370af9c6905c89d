"""Samples by mu-law, one id each (musicrnn.features.mulaw). A sound that was quantized stays."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from musicrnn.arrays import Ids, Samples
from musicrnn.errors import MusicRNNError
from musicrnn.features.linear_prediction import SECONDS
from musicrnn.features.mulaw import LEVELS, levels, of_levels
from musicrnn.tokens.sound.protocol import END, FIRST, START, Decoder, Encoder, SoundTokenizer

RATES = (8000, 16_000)  # Hz


class MuLawTokenizer(SoundTokenizer):
    """``rate`` 8000 or 16000 Hz.

    Raises:
        MusicRNNError: another rate.
    """

    name: ClassVar[str] = "mulaw"
    codes: int = LEVELS

    def __init__(self, rate: int = 16_000) -> None:
        if type(rate) is not int or rate not in RATES:
            said = " or ".join(map(str, RATES))
            raise MusicRNNError(f"the rate of mu-law tokens must be {said} Hz, got {rate!r}")
        self.rate, self.linear = rate, round(SECONDS * rate)

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
