"""Words with times: those spoken in a recording, and those detected in it.

Conventions. Times are seconds from the recording's start.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DetectedWord:
    """A word that was detected: the time of the detection and its probability."""

    time: float
    label: str
    probability: float


@dataclass(frozen=True)
class Spoken:
    """Where a word begins and ends; ``label`` None for speech that is none of the words."""

    start: float
    end: float
    label: str | None


@dataclass(frozen=True)
class Stretch:
    """A part of a recording over one kind of background, ``snr`` dB below the words."""

    start: float
    end: float
    background: str
    snr: float


@dataclass(frozen=True)
class Script:
    """All that is spoken in a recording, in order, and over what; stretches leave no gap."""

    spoken: tuple[Spoken, ...]
    stretches: tuple[Stretch, ...]

    @property
    def seconds(self) -> float:
        return self.stretches[-1].end if self.stretches else 0.0
