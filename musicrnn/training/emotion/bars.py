"""What an emotion model reads of a score: numbers of each bar, and numbers of the whole piece.

Conventions. A rating is +1, -1, or 0 where none is known; the axes are AXES (Russell 1980). The
bars are those of the piece as bar-and-beat tokens hold it, [T, len(BAR_NUMBERS)]; the whole piece
is as it is written, [len(PIECE_NUMBERS)]. Drums do not count. Pitches are MIDI numbers, lengths
quarter notes, ``log`` the natural logarithm. Major minus minor: of the best correlations with the
key profiles of :mod:`musicrnn.key`. The baseline is a logistic regression on the second numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from musicrnn.bounds import number, share, whole
from musicrnn.key import key_correlations
from musicrnn.networks.sizes import Sizes
from musicrnn.score import Note, Score
from musicrnn.tokens.beat import BeatTokenizer

Array = NDArray[np.float64]
AXES = ("valence", "arousal")
BAR_NUMBERS = (
    "log tempo", "log notes a quarter", "log notes a second", "onsets a quarter", "empty", "minor",
    "pitch", "deviation of pitch", "lowest", "highest", "velocity", "deviation of velocity",
    "log length", "log length in seconds", "polyphony", "clarity of the key", "major minus minor",
    *(f"degree {degree}" for degree in range(12)),
)  # fmt: skip
HEARD = BAR_NUMBERS.index("pitch")  # from here on an empty bar has those of the bar before
PIECE_NUMBERS = (
    "minor", "clarity of the key", "major minus minor", "log notes a quarter", "log notes a second",
    "pitch", "pitch range", "log tempo", "velocity", "log length", "log length in seconds",
    "polyphony",
)  # fmt: skip
PENALTY = 10.0  # of the regression's squared weights, halved; nats
TOKENIZER = BeatTokenizer()


@dataclass(frozen=True)
class EmotionSizes(Sizes):
    """The sizes of an emotion network; a window is ``crop`` bars."""

    cell: str = "lstm"
    hidden: int = whole(48, 1, 4096)
    layers: int = whole(1, 1, 16)
    crop: int = whole(24, 1, 4000)
    input_dropout: float = share(0.1)
    dropout: float = share(0.5)


@dataclass(frozen=True)
class EmotionSettings(EmotionSizes):
    """``mixup`` is the parameter of Zhang et al. (2018), 0 for none."""

    batch_size: int = whole(32, 1, 4096)
    mixup: float = number(0.4, 0)
    smoothing: float = share(0.1)


@dataclass(frozen=True, eq=False)
class Reading:
    """bars float32 [T, len(BAR_NUMBERS)] and piece [len(PIECE_NUMBERS)] of a score."""

    bars: NDArray[np.float32]
    piece: Array


@dataclass(frozen=True, eq=False)
class RatedPiece:
    """A piece as it is read, with ``ratings`` [len(AXES)]; pieces of one ``group`` are alike."""

    name: str
    group: str
    ratings: NDArray[np.int8]
    reading: Reading


def read(score: Score) -> Reading:
    """Both sets of numbers.

    Raises:
        MusicRNNError: the score has no pitched note, or bar-and-beat tokens cannot hold it.
    """
    return Reading(bar_numbers(TOKENIZER.quantize(score)), piece_numbers(score))


def bar_numbers(score: Score) -> NDArray[np.float32]:
    """[T, len(BAR_NUMBERS)] of a score on the grid of bar-and-beat tokens, with its key."""
    lines, notes = score.bar_lines(), _notes(score)
    found: list[list[float]] = []
    for start, end in pairwise(lines):
        inside = notes[bisect_right(notes[:, 0], start - 1) : bisect_right(notes[:, 0], end - 1)]
        found.append(_bar(score, inside, start, end))
        if not len(inside) and len(found) > 1:
            found[-1][HEARD:] = found[-2][HEARD:]
    return np.array(found, np.float32)


def _bar(score: Score, notes: Array, start: int, end: int) -> list[float]:
    quarters = (end - start) / score.ticks_per_quarter
    tempo = float(np.log(60 * quarters / (score.seconds_at(end) - score.seconds_at(start))))
    key = score.keys[0]
    rate = float(np.log((len(notes) + 0.5) / quarters))
    onsets = len(np.unique(notes[:, 0])) / quarters
    row = [tempo, rate, rate + tempo, onsets, float(not len(notes)), float(key.minor)]
    if not len(notes):
        return row + [0.0] * (len(BAR_NUMBERS) - HEARD)
    _, pitch, duration, velocity = notes.T
    length = duration / score.ticks_per_quarter
    mean_log = float(np.log(length).mean())
    degrees = _pitch_classes(pitch - key.tonic, length)
    clarity, mode = _mode(degrees)
    return [
        *row,
        pitch.mean(), pitch.std(), pitch.min(), pitch.max(), velocity.mean(), velocity.std(),
        mean_log, mean_log - tempo, length.sum() / quarters, clarity, mode,
        *(degrees / degrees.sum()),
    ]  # fmt: skip


def piece_numbers(score: Score) -> Array:
    """[len(PIECE_NUMBERS)] of a score with a pitched note."""
    notes = _notes(score)
    start, pitch, duration, velocity = notes.T
    clarity, mode = _mode(_pitch_classes(pitch, duration))
    first, last = int(start.min()), int((start + duration).max())
    quarters = (last - first) / score.ticks_per_quarter
    seconds = score.seconds_at(last) - score.seconds_at(first)
    length = duration.mean() / score.ticks_per_quarter
    low, high = np.quantile(pitch, [0.05, 0.95])
    return np.array([
        float(mode < 0), clarity, mode, np.log(len(notes) / quarters), np.log(len(notes) / seconds),
        pitch.mean(), high - low, np.log(60 * quarters / seconds), velocity.mean(), np.log(length),
        np.log(length * seconds / quarters), duration.sum() / _sounding(start, start + duration),
    ])  # fmt: skip


def _notes(score: Score) -> Array:
    """Rows (start, pitch, duration, velocity) of the pitched notes, by their starts."""
    played: list[Note] = sorted(n for t in score.tracks if not t.is_drum for n in t.notes)
    return np.array([(n.start, n.pitch, n.duration, n.velocity) for n in played], float)


def _pitch_classes(pitch: Array, duration: Array) -> Array:
    """[12], for how long each sounds."""
    return np.bincount((pitch % 12).astype(int), duration, minlength=12).astype(np.float64)


def _mode(weights: Array) -> tuple[float, float]:
    """The best correlation with a key's profile; by how much major keys do better than minor."""
    found = key_correlations(weights)
    return float(found.max()), float(found[:12].max() - found[12:].max())


def _sounding(starts: Array, ends: Array) -> float:
    """For how long at least one note sounds; ``starts`` ascend."""
    before = np.maximum.accumulate(np.concatenate([starts[:1], ends[:-1]]))
    return float(np.maximum(0, ends - np.maximum(starts, before)).sum())


@dataclass(frozen=True, eq=False)
class Logistic:
    """Logistic regressions of AXES: features are brought to mean 0 and deviation 1 first.

    mean, scale [F]; weights [len(AXES), F + 1], the last column the bias.
    """

    mean: Array
    scale: Array
    weights: Array

    def logits(self, pieces: Sequence[RatedPiece]) -> Array:
        """[N, len(AXES)], the log-odds of +1."""
        x = np.stack([piece.reading.piece for piece in pieces])
        return _with_ones((x - self.mean) / self.scale) @ self.weights.T


def fit_logistic(pieces: Sequence[RatedPiece], penalty: float = PENALTY) -> Logistic:
    """The regressions with the least sum of nats and penalty / 2 |w|^2; the bias is free."""
    x, ratings = np.stack([p.reading.piece for p in pieces]), ratings_of(pieces)
    mean, scale = x.mean(0), x.std(0)
    scale[scale < 1e-9] = 1.0
    x = (x - mean) / scale
    axes = [logistic_weights(x[y != 0], y[y != 0] > 0, penalty) for y in ratings.T]
    return Logistic(mean, scale, np.stack(axes))


def logistic_weights(x: Array, positive: NDArray[np.bool_], penalty: float) -> Array:
    """[F + 1] of one regression, features x [N, F], by Newton's method."""
    x = _with_ones(x)
    w = np.zeros(x.shape[1])
    ridge = np.full(x.shape[1], penalty)
    ridge[-1] = 1e-6
    for _ in range(50):
        p = sigmoid(x @ w)
        gradient = x.T @ (p - positive) + ridge * w
        step = np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(ridge), gradient)
        w -= step
        if np.abs(step).max() < 1e-8:
            break
    return w


def ratings_of(pieces: Sequence[RatedPiece]) -> NDArray[np.int8]:
    """[N, len(AXES)]."""
    return np.stack([piece.ratings for piece in pieces])


def sigmoid(logits: Array) -> Array:
    """Probabilities of log-odds."""
    return 0.5 + 0.5 * np.tanh(logits / 2)


def _with_ones(x: Array) -> Array:
    return np.column_stack([x, np.ones(len(x))])
