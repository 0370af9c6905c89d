"""What a model of sound hears of the frame that it is to say: its label, what is left, the beat.

Conventions. A context is int32 [T, F], row t for frame t; 0 is "not known" in every field. Frames
are ``frame`` seconds apart; ``delay`` of them pass until all of a sound's beginning is there, so
that frame t is about the moment (t - delay / 2 + 1 / 2) * frame. Bars begin at the beginning of the
sound and have ``quarters`` quarters at one tempo; ``sixteenth`` is counted in the bar, ``part``
within the sixteenth, so that what is common to all sixteenths is learnt once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FIELDS = ("label", "left", "tempo", "sixteenth", "part")
TOLD = [FIELDS.index(name) for name in FIELDS if name != "left"]  # what a composer may be asked for
LEFT_CLASSES, LEFT_AN_OCTAVE = 160, 8  # classes of frames left, by their logarithm
SLOWEST, TEMPO_CLASSES, TEMPOS_AN_OCTAVE = 40.0, 84, 24  # quarters a minute, and classes
SIXTEENTHS, PARTS = 64, 12  # of a bar at most, and of a sixteenth

Context = NDArray[np.int32]


@dataclass(frozen=True)
class Framing:
    """Of a tokenizer: seconds a frame; how many frames later all of a moment is there; the code
    that stands before the first frame; and, of samples, how many linear prediction is fitted on at
    a time, else 0."""

    frame: float
    delay: int
    nothing: int
    linear: int = 0

    def count(self, seconds: float) -> int:
        """Frames of a sound of so many seconds."""
        return int(np.ceil(seconds / self.frame - 1e-6)) + self.delay

    def moments(self, span: slice) -> NDArray[np.float64]:
        """Seconds of the middle of each frame of a span from the beginning of the sound."""
        return (np.arange(span.start, span.stop) - self.delay / 2 + 0.5) * self.frame


@dataclass(frozen=True)
class Known:
    """What is known of a sound: ``label`` from 1, 0 for none; ``tempo`` in quarters a minute, 0
    where not known."""

    label: int = 0
    tempo: float = 0.0
    quarters: float = 4.0


def context_sizes(labels: int, *, tempos: bool) -> dict[str, int]:
    """How many values each field has; 0 of those that are never heard."""
    beat = {"tempo": TEMPO_CLASSES, "sixteenth": SIXTEENTHS, "part": PARTS} if tempos else {}
    known = {"label": labels, "left": LEFT_CLASSES, **beat}
    return {name: known[name] + 1 if known.get(name) else 0 for name in FIELDS}


def sound_context(count: int, known: Known, framing: Framing, span: slice | None = None) -> Context:
    """[T, F] of the frames in a span of a sound of ``count`` frames, of all when none is given."""
    span = span or slice(0, count)
    found = np.zeros((span.stop - span.start, len(FIELDS)), np.int32)
    found[:, 0] = known.label
    left = count - np.arange(span.start, span.stop)
    classes = np.floor(LEFT_AN_OCTAVE * np.log2(left)).astype(np.int32)
    found[:, 1] = 1 + np.minimum(classes, LEFT_CLASSES - 1)
    if known.tempo > 0:
        found[:, 2] = tempo_class(known.tempo)
        sixteenths = framing.moments(span) * known.tempo / 60 * 4
        counted = np.floor(sixteenths)
        found[:, 3] = 1 + np.minimum(counted % (4 * known.quarters), SIXTEENTHS - 1)
        found[:, 4] = 1 + np.floor((sixteenths - counted) * PARTS)
    return found


def tempo_class(tempo: float) -> int:
    """From 1 on."""
    place = round(TEMPOS_AN_OCTAVE * np.log2(tempo / SLOWEST))
    return int(np.clip(place, 0, TEMPO_CLASSES - 1)) + 1
