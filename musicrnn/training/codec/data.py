"""Sounds to learn a codec from: excerpts of all of them, as if they lay one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Samples
from musicrnn.training.data import TrainingData
from musicrnn.waveform import in_full_scale


@dataclass(frozen=True, eq=False)
class Sound:
    """One channel int16 [N] and what it is called; ``source`` is the number of its corpus or
    folder. Where not known, ``label`` and ``speaker`` are "", ``tempo`` (quarters a minute) is
    0."""

    name: str
    samples: NDArray[np.int16] = field(repr=False)
    source: int = 0
    label: str = ""
    speaker: str = ""
    tempo: float = 0.0


@dataclass(frozen=True, eq=False)
class SoundsData(TrainingData):
    """Examples are lists of Sound; ``encoding`` is the rate in Hz. ``mix`` says how often each
    source is drawn from beside the others, () for by length."""

    mix: Sequence[float] = ()


@dataclass(frozen=True, eq=False)
class Joined:
    """Sounds one behind the other, and round again."""

    sounds: Sequence[Sound]

    @cached_property
    def ends(self) -> NDArray[np.int64]:
        return np.cumsum([len(sound.samples) for sound in self.sounds], dtype=np.int64)

    def __len__(self) -> int:
        return int(self.ends[-1]) if len(self.sounds) else 0

    def read(self, start: int, count: int) -> Samples:
        """Samples float32 [count] from ``start`` on."""
        parts: list[NDArray[np.int16]] = []
        index = int(np.searchsorted(self.ends, start, side="right"))
        at = start - (int(self.ends[index - 1]) if index else 0)
        while count:
            part = self.sounds[index].samples[at : at + count]
            parts.append(part)
            count, index, at = count - len(part), (index + 1) % len(self.sounds), 0
        return in_full_scale(np.concatenate(parts))
