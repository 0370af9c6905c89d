"""How well speech is understood and how good it sounds, told by two measures that papers quote.

Conventions. Samples float32 [N] at RATE of both sounds, in step. STOI is in 0..1 (Taal et al.
2011, An Algorithm for Intelligibility Prediction), here as pystoi computes it; PESQ is in
1.04..4.64, wide band (ITU-T P.862.2), as the package pesq computes it. Both are packages of the
extra ``quality``; where they are not installed, a figure is NaN. So it is where a measure says
nothing of a sound: PESQ without an utterance, STOI of less than half a second.
"""

from __future__ import annotations

import math
import warnings
from importlib import import_module
from importlib.util import find_spec

from musicrnn.arrays import Samples

RATE = 16_000  # Hz
PACKAGES = ("pystoi", "pesq")


def lacking() -> list[str]:
    """The packages that are not installed."""
    return [name for name in PACKAGES if find_spec(name) is None]


def stoi(clean: Samples, heard: Samples) -> float:
    """Short-time objective intelligibility."""
    if find_spec("pystoi") is None:
        return math.nan
    measure = import_module("pystoi").stoi
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = float(measure(clean, heard, RATE))
    return math.nan if said else found  # it warns, and gives 1e-5, where frames are too few


def pesq(clean: Samples, heard: Samples) -> float:
    """Perceptual evaluation of speech quality, wide band."""
    if find_spec("pesq") is None or not (clean.any() and heard.any()):
        return math.nan
    package = import_module("pesq")
    try:
        return float(package.pesq(RATE, clean, heard, "wb"))
    except package.PesqError:
        return math.nan
