"""The key of a piece, estimated from how long each pitch class sounds.

Conventions. Pitch class 0 is C. The profiles are the probe-tone ratings of Krumhansl and Kessler,
"Tracing the dynamic changes in perceived tonal organization in a spatial representation of musical
keys" (Psychological Review 89, 1982); the key is the one of 24 whose profile correlates best with
the piece's pitch classes weighted by duration (the Krumhansl-Schmuckler algorithm: Krumhansl,
"Cognitive Foundations of Musical Pitch", 1990, chapter 4).

The key that is *heard* in a finished piece is measured with other profiles, counted from music and
not from listeners' ratings, so that what was asked for by the one is not judged by the same: those
of Temperley, "Music and Probability", 2007, from the Kostka-Payne corpus.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from musicrnn.score import Key, Score

MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
COUNTED_MAJOR_PROFILE = (
    0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400,
)  # fmt: skip
COUNTED_MINOR_PROFILE = (
    0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330,
)  # fmt: skip
MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10)  # the natural one


def _all_keys(major: Sequence[float], minor: Sequence[float]) -> NDArray[np.float64]:
    """[24, 12], C major to B major, then C minor to B minor; each of mean 0 and length 1."""
    rows = np.array([np.roll(profile, t) for profile in (major, minor) for t in range(12)])
    rows -= rows.mean(axis=1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


_KEYS = _all_keys(MAJOR_PROFILE, MINOR_PROFILE)
_COUNTED_KEYS = _all_keys(COUNTED_MAJOR_PROFILE, COUNTED_MINOR_PROFILE)


def estimate_key(score: Score) -> Key:
    """The key of the whole piece, at tick 0; drums do not count.

    C major for a score without pitched notes or with all pitch classes alike. Of equals the major
    key and then the lower tonic wins.
    """
    weights = [0.0] * 12
    for track in score.tracks:
        if not track.is_drum:
            for note in track.notes:
                weights[note.pitch % 12] += note.duration
    return key_of_pitch_classes(weights)


def key_of_pitch_classes(weights: ArrayLike) -> Key:
    """The key, at tick 0, of how much of each pitch class there is, [12]; see estimate_key."""
    return _best(key_correlations(weights))


def key_correlations(weights: ArrayLike) -> NDArray[np.float64]:
    """[24], how well each key's profile fits, C major to B major, then C minor to B minor."""
    return _correlations(_KEYS, weights)


def heard_key(weights: ArrayLike) -> tuple[Key, float]:
    """The key, at tick 0, that is heard in how much of each pitch class there is, [12], and how
    clearly: its correlation, at most 1. See the top of the module for its profiles."""
    correlations = _correlations(_COUNTED_KEYS, weights)
    return _best(correlations), float(correlations.max())


def relative_key(key: Key) -> Key:
    """The key of the same notes in the other mode: A minor for C major."""
    return Key(key.tick, (key.tonic + (3 if key.minor else 9)) % 12, not key.minor)


def _correlations(keys: NDArray[np.float64], weights: ArrayLike) -> NDArray[np.float64]:
    """[24], how well each key's profile fits, in the order of the profiles."""
    centred = np.asarray(weights, dtype=np.float64)
    centred = centred - centred.mean()
    return keys @ centred / max(float(np.linalg.norm(centred)), 1e-12)


def _best(correlations: NDArray[np.float64]) -> Key:
    found = correlations.tolist()
    best = max(range(24), key=lambda key: round(found[key], 9))
    return Key(0, best % 12, best >= 12)


def scale_of(key: Key) -> NDArray[np.bool_]:
    """[12], True for the pitch classes of the key's major or natural minor scale."""
    inside = np.zeros(12, dtype=np.bool_)
    inside[[(key.tonic + step) % 12 for step in (MINOR_SCALE if key.minor else MAJOR_SCALE)]] = True
    return inside
