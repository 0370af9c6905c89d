"""Sounds as codes to learn composing from: tokenized, once, with what is known of each.

Conventions. Codes int16 [T, Q] of a whole sound, with the frames of silence that its last samples
need. Takes of a training sound after the first begin up to a frame later and are up to SOFTER dB
softer, both drawn from its samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Samples
from musicrnn.context.linear_prediction import Foreseen, foreseen
from musicrnn.context.sound import Context, Framing, Known, sound_context
from musicrnn.tokens.sound import SoundTokenizer
from musicrnn.training.data import TrainingData
from musicrnn.waveform import Waveform, in_full_scale

SOFTER = 6.0  # dB
SOUND_RATE = 16_000  # Hz of what is read


@dataclass(frozen=True, eq=False)
class CodedSound:
    """The codes [T, Q] of one sound, and what is known of it."""

    name: str
    codes: NDArray[np.int16] = field(repr=False)
    known: Known = field(default_factory=Known)

    def __len__(self) -> int:
        return len(self.codes)

    def context(self, framing: Framing, span: slice) -> Context:
        """[T, F] of the frames in a span."""
        return sound_context(len(self.codes), self.known, framing, span)

    def foreseen(self, framing: Framing, span: slice) -> Foreseen:
        """Of samples: what linear prediction says of those in a span."""
        return foreseen(self.codes[:, 0], span, framing.linear)


@dataclass(frozen=True, eq=False)
class CodedData(TrainingData):
    """Examples are lists of CodedSound, ``encoding`` a SoundTokenizer. ``mix`` says how often each
    training sound is read beside the others, None for once an epoch."""

    mix: NDArray[np.float64] | None = None

    @property
    def framing(self) -> Framing:
        framing: Framing = self.encoding.framing
        return framing

    @property
    def knows_tempo(self) -> bool:
        """Whether any training sound has a tempo."""
        return any(sound.known.tempo for sound in self.examples["train"])


def coded(tokenizer: SoundTokenizer, samples: NDArray[np.int16], take: int) -> NDArray[np.int16]:
    """The codes [T, Q] of one channel at SOUND_RATE."""
    heard = in_full_scale(samples)
    if take:
        random = np.random.default_rng(
            [take, len(samples), int(np.abs(samples[:1000].astype(np.int64)).sum())]
        )
        late = int(random.integers(round(tokenizer.frame_seconds * SOUND_RATE) + 1))
        gain = 10 ** (-SOFTER * random.random() / 20)
        heard = np.concatenate([np.zeros(late, np.float32), heard]) * np.float32(gain)
    return tokenizer.frames(tokenizer.encode(at_rate(heard, tokenizer.rate))[1:-1])


def at_rate(samples: Samples, rate: int) -> Waveform:
    """One channel at another rate than SOUND_RATE."""
    return Waveform(samples[None], SOUND_RATE).resampled(rate)
