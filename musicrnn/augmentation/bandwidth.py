"""Sound as it comes from other channels, in log-mel frames: an equaliser, a low-pass, a small mp3.

Conventions. Frames float32 [T, F] in dB relative to the loudest band of a window, 0 to -top_db, as
musicrnn.features.logmel makes them. A change is a gain of each band, dB [F]; afterwards the
loudest band and the floor are what they were, as if the changed sound itself had been heard. What
mp3 does is a mean and a deviation for each band, measured on music rendered here
(datasets/scripts/mp3_changes.py), not the codec itself.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random, Samples
from musicrnn.features.logmel import LogMel

LEAST_CUT, MOST_CUT = 3000.0, 11_000.0  # Hz, where a low-pass that is drawn may begin
NEAR = 3  # bands
STEEP = 96.0  # dB an octave
SMOOTH = 7  # points of an equaliser, over all bands
ALIKE = 16  # groups of bands that an mp3 changes each in its own way


def band_middles(recipe: LogMel) -> NDArray[np.float64]:
    """Hz of the middle of each band, [F]."""
    places = np.arange(recipe.bands.shape[1]) * recipe.rate / recipe.n_fft
    return (recipe.bands * places).sum(1) / np.maximum(recipe.bands.sum(1), 1e-9)


def low_pass(recipe: LogMel, hertz: float) -> Samples:
    """The gain of each band behind a low-pass at ``hertz``, dB [F]."""
    octaves = np.log2(np.maximum(band_middles(recipe), 1.0) / hertz)
    return (-STEEP * np.maximum(0.0, octaves)).astype(np.float32)


def mp3_forms() -> tuple[str, ...]:
    """The kinds of small mp3 that were measured, such as "32 kbit/s, mono"."""
    return tuple(name for name in _table() if name != "hertz")


def as_mp3(random: Random, recipe: LogMel, form: str) -> Samples:
    """The gain of each band in such an mp3, as it is of one piece, dB [F]."""
    told, hertz = _table()[form], _table()["hertz"]
    at = band_middles(recipe)
    mean = np.interp(at, hertz, told["mean"])
    deviation = np.interp(at, hertz, told["deviation"])
    points = random.standard_normal(ALIKE)  # neighbours among the bands differ alike
    other = np.interp(np.linspace(0, ALIKE - 1, len(at)), np.arange(ALIKE), points)
    return (mean + deviation * other).astype(np.float32)


def with_noise(random: Random, frames: Samples, form: str) -> Samples:
    """Frames [T, F] with the noise of such an mp3: between loud bands it is as loud as measured."""
    level = loudest_near(frames) + np.float32(_table()[form]["noise"])
    power = random.exponential(size=frames.shape).astype(np.float32)  # of noise, about its mean
    added = 10 ** (frames / 10) + power * 10 ** (level / 10)
    return (10 * np.log10(added)).astype(np.float32)


def loudest_near(frames: Samples) -> Samples:
    """Of each band of [T, F] the loudest of it and its NEAR neighbours to either side."""
    padded = np.pad(frames, ((0, 0), (NEAR, NEAR)), constant_values=-200.0)
    views = [padded[:, at : at + frames.shape[1]] for at in range(2 * NEAR + 1)]
    return np.maximum.reduce(views)


def changed(frames: Samples, gains: Samples, top_db: float) -> Samples:
    """Frames [T, F] with ``gains`` [F], the loudest band as loud as before."""
    moved = frames + gains
    moved += frames.max(initial=-top_db) - moved.max(initial=-2 * top_db)
    return np.maximum(moved, np.float32(-top_db))


def equalised(random: Random, frames: Samples, deviation: float, top_db: float) -> Samples:
    """Frames [T, F] as of another record or loudspeaker: gains that change smoothly from band to
    band, with such a deviation, dB."""
    points = random.normal(0, deviation, SMOOTH)
    at = np.linspace(0, SMOOTH - 1, frames.shape[1])
    return changed(frames, np.interp(at, np.arange(SMOOTH), points).astype(np.float32), top_db)


def narrowed(random: Random, recipe: LogMel, frames: Samples, *, coded: float) -> Samples:
    """Frames behind a low-pass somewhere from LEAST_CUT to MOST_CUT, or, in a share ``coded``, as
    of a small mp3, in half of these with the noise of one."""
    if random.uniform() >= coded:
        cut = float(np.exp(random.uniform(np.log(LEAST_CUT), np.log(MOST_CUT))))
        return changed(frames, low_pass(recipe, cut), recipe.top_db)
    form = mp3_forms()[int(random.integers(len(mp3_forms())))]
    if random.uniform() < 0.5:
        return changed(
            with_noise(random, frames, form), as_mp3(random, recipe, form), recipe.top_db
        )
    return changed(frames, as_mp3(random, recipe, form), recipe.top_db)


@cache
def _table() -> dict[str, Any]:
    file = resources.files("musicrnn.augmentation") / "mp3_changes.json"
    return json.loads(file.read_text(encoding="utf-8"))
