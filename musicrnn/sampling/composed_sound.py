"""What a model of sound has composed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from musicrnn.arrays import Ids
from musicrnn.presentable import Presentable
from musicrnn.waveform import Waveform

QUARTERS = 4  # of a bar


@dataclass(frozen=True, repr=False)
class SoundComposition(Presentable):
    """A sound as it came out of the sampler."""

    sound: Waveform
    ids: Ids
    label: str  # "" where none was asked for and none drawn
    tempo: float | None  # quarters a minute, of a model that knows tempos
    bars: int | None
    seed: int
    sampling_seconds: float  # its share of the time
    number: int = 0  # of its seed among the seeds
    style: str = ""  # the name of the model that composed it

    def __repr__(self) -> str:
        said = f"{self.label!r}, " if self.label else ""
        return f"<SoundComposition {self.style!r}: {said}{self.sound.seconds:.2f} s>"

    def facts(self) -> dict[str, Any]:
        """What ``--json`` prints of it."""
        return {
            "key": None,
            "tempo": self.tempo,
            "time_signature": None if self.bars is None else f"{QUARTERS}/4",
            "bars": self.bars,
            "form": None,
            "feel": self.label or None,
            "label": self.label or None,
            "density_reached": None,
            "notes": None,
            "tokens": len(self.ids),
            "seconds": round(self.sound.seconds, 2),
            "sampling_seconds": round(self.sampling_seconds, 4),
            "attempts": 1,
        }
