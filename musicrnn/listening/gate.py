"""What is no music: too short, noise, or a sound that never changes; and how loud silence is.

Conventions. A window is rejected with a reason, or classified. Levels are dB below full scale;
flatness is the geometric over the arithmetic mean of the mean power in the bands below 3.5 kHz
(white noise has 1); steadiness is the deviation of each band over time, dB, averaged over bands. In
windows of the 999 GTZAN clips, 5 to 15 s long, flatness is at most 0.84 and steadiness (10 s or
more) at least 3.1; white and 8-bit noise have a flatness of 0.98 or more, and stationary noise of
any colour a steadiness of 2.7 dB or less.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIN_SECONDS = 1.0  # seconds
SILENCE_DB = -70.0  # dB below full scale, mean square
MAX_FLATNESS = 0.93
MIN_DEVIATION_DB = 2.9  # dB
STEADY_SECONDS = 10.0
FLAT_BELOW = 70 / 128  # share of the bands: 3.5 kHz of 11 kHz on the mel scale


def too_short(seconds: float) -> str | None:
    """The reason when there is less than a second of sound."""
    if seconds < MIN_SECONDS:
        least = f"at least {MIN_SECONDS:g} s are needed"
        return f"{int(seconds * 100) / 100:.2f} s of sound is too short to tell: {least}"
    return None


def no_music(decibels: NDArray[np.float32], seconds: float) -> str | None:
    """The reason when log-mel frames [T, F] of so many seconds are noise."""
    bands = max(2, int(decibels.shape[1] * FLAT_BELOW))
    power = (10.0 ** (decibels[:, :bands].astype(np.float64) / 10)).mean(axis=0)
    flatness = float(np.exp(np.log(power).mean()) / power.mean())
    if flatness >= MAX_FLATNESS:
        return f"it is noise: spectral flatness {flatness:.2f}, music has less than {MAX_FLATNESS}"
    steadiness = float(decibels.std(axis=0).mean())
    if seconds >= STEADY_SECONDS and steadiness < MIN_DEVIATION_DB:
        return (
            f"it is a sound that never changes, such as noise: its bands vary by {steadiness:.1f} "
            f"dB over time, music by at least {MIN_DEVIATION_DB}"
        )
    return None
