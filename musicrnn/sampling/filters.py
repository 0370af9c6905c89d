"""What is done to the logits before a draw, and the draw.

Conventions. Everything happens in float64, row by row, in compiled loops; -inf excludes an id. The
order: grammar, closing, repetition penalty, temperature, top-k, top-p, min-p. Closing gives the end
the probability of another id (of another bar) where no more of that may come. Sources: top-p,
Holtzman et al. 2020; min-p, Nguyen et al. 2024; the penalty, Keskar et al. 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.bounds import check, check_number, positive, share
from musicrnn.cells.compiled import compiled, exp
from musicrnn.errors import MusicRNNError
from musicrnn.tokens.protocol import END

Logits = NDArray[np.float64]
MIN_TEMPERATURE = 1e-6  # temperature; far below it, quotients are no numbers any more


@dataclass(frozen=True)
class Settings:
    """How freely to draw.

    Args:
        temperature: divides the logits, 1e-6 (always the likeliest) to 100; 1 leaves them.
        top_k: only the k likeliest ids; 0 switches it off.
        top_p: only the likeliest ids that together have this probability, in (0, 1].
        min_p: only ids at least this share as likely as the likeliest, in [0, 1).
        repetition_penalty: at least 1; ids among the last 64 become that much less likely.
        velocity_temperature: that of loudness, where it is another (musicrnn.sampling.velocities).
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = positive(1.0, 1)
    min_p: float = share(0.0)
    repetition_penalty: float = 1.0
    velocity_temperature: float | None = positive(None, 100)

    def __post_init__(self) -> None:
        for name in ("temperature", "top_k", "repetition_penalty"):
            check_number(name, getattr(self, name), whole=name == "top_k")
        if not MIN_TEMPERATURE <= self.temperature <= 100:
            asked = f"temperature must be in [1e-6, 100], got {self.temperature}"
            raise MusicRNNError(f"{asked}: for the likeliest alone take top_k 1")
        if self.top_k < 0:
            raise MusicRNNError(f"top_k must be 0 (off) or more, got {self.top_k}")
        check(self)
        if not 1 <= self.repetition_penalty <= 100:
            raise MusicRNNError(
                f"repetition_penalty must be in [1, 100], got {self.repetition_penalty}"
            )


PENALTY_WINDOW = 64  # ids that the repetition penalty looks back on
MAX_INT32 = 2**31 - 1  # of numbers in compiled code; no vocabulary has as many ids
MAX_NATS_BELOW = 700.0  # nats below the likeliest: e^-700 is 0
NOT_FINITE = "the model gives logits that are not finite: its weights are broken"
NO_RECENT_IDS = np.zeros((0, 0), np.int64)
NO_CLOSING = np.zeros(0, np.int64)


def choose(
    logits: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    settings: Settings,
    recent: NDArray[np.int64],
    uniforms: NDArray[np.float64],
    *,
    closing: NDArray[np.int64] = NO_CLOSING,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """One id a row, and its log-probability in nats before the filters, among the allowed ids.

    Args:
        logits: [B, V].
        allowed: [B, V], which ids the grammar lets follow.
        recent: [B, R], each row's last ids, -1 where there are fewer; :data:`NO_RECENT_IDS` will
            do without a repetition penalty.
        uniforms: [B] in [0, 1).
        closing: [B], the id whose probability the end takes over where it is allowed; -1 for none,
            :data:`NO_CLOSING` for none in all rows.

    Raises:
        MusicRNNError: logits that are not finite.
    """
    ids, likelihoods = np.empty(len(logits), np.int64), np.empty(len(logits))
    numbers = _numbers(settings)
    if not _choose(logits, allowed, closing, numbers, recent, uniforms, (ids, likelihoods)):
        raise MusicRNNError(NOT_FINITE)
    return ids, likelihoods


def filtered(logits: Logits, settings: Settings, history: Sequence[Sequence[int]] = ()) -> Logits:
    """[B, V] after all filters that the settings switch on; ``history`` holds each row's ids."""
    logits = np.array(logits, np.float64, order="C")
    _filter_rows(logits, _numbers(settings), recent_ids(history, len(logits)))
    return logits


def draw(logits: Logits | NDArray[np.float32], uniforms: NDArray[np.float64]) -> NDArray[np.int64]:
    """One id a row by inverse CDF: the first whose cumulated probability exceeds the uniform.

    uniforms [B] in [0, 1). The same uniforms give the same ids on every engine.
    """
    ids = np.empty(len(logits), np.int64)
    _draw_rows(np.array(logits, np.float64, order="C"), uniforms, ids)
    return ids


def recent_ids(history: Sequence[Sequence[int]], rows: int) -> NDArray[np.int64]:
    """[B, PENALTY_WINDOW], the last ids of each row, -1 where there are fewer."""
    recent = np.full((rows, PENALTY_WINDOW), -1, np.int64)
    for row, ids in enumerate(history):
        last = ids[-PENALTY_WINDOW:]
        recent[row, : len(last)] = last
    return recent


def _numbers(settings: Settings) -> tuple[float, int, float, float, float]:
    s = settings
    return (
        float(s.temperature),
        min(int(s.top_k), MAX_INT32),
        float(s.top_p),
        float(s.min_p),
        float(s.repetition_penalty),
    )


@compiled
def _choose(
    logits: Any,
    allowed: Any,
    closing: Any,
    numbers: Any,
    recent: Any,
    uniforms: Any,
    drawn: Any,
) -> bool:
    """False if a logit is not finite; ``drawn`` are ids and likelihoods, to be filled."""
    ids, likelihoods = drawn
    rows, size = logits.shape
    row = np.empty(size)
    for b in range(rows):
        finite = True
        for v in range(size):
            finite &= np.isfinite(logits[b, v])
            row[v] = logits[b, v] if allowed[b, v] else -np.inf
        if not finite:
            return False
        if closing.shape[0] and closing[b] >= 0 and allowed[b, END]:
            _take_over(row, logits[b, closing[b]])
        ending = row[END]
        whole = _log_sum(row)
        if recent.shape[0] and numbers[4] > 1:
            _penalize(row, recent[b], numbers[4], whole)
        _filter(row, numbers)
        ids[b] = _draw(row, uniforms[b])
        likelihoods[b] = (ending if ids[b] == END else logits[b, ids[b]]) - whole
    return True


@compiled
def _take_over(row: Any, logit: float) -> None:
    """The end's probability becomes the sum of its own and that of another logit."""
    low, high = min(row[END], logit), max(row[END], logit)
    row[END] = high + np.log1p(exp(low - high))


@compiled
def _filter_rows(logits: Any, numbers: Any, recent: Any) -> None:
    for b in range(logits.shape[0]):
        row = logits[b]
        if numbers[4] > 1:
            _penalize(row, recent[b], numbers[4], _log_sum(row))
        _filter(row, numbers)


@compiled
def _draw_rows(logits: Any, uniforms: Any, ids: Any) -> None:
    for b in range(logits.shape[0]):
        ids[b] = _draw(logits[b], uniforms[b])


@compiled
def _filter(row: Any, numbers: Any) -> None:
    """Temperature, top-k, top-p and min-p, in place."""
    temperature, k, top, least, _ = numbers
    if temperature != 1:
        for v in range(row.size):
            row[v] /= temperature
    if 0 < k < row.size or top < 1:
        taken = np.zeros(row.size, np.bool_)
        if 0 < k < row.size:
            _top_k(row, k, taken)
        if top < 1:
            _top_p(row, top, taken)
    if least > 0:
        border = _highest(row) + np.log(least)
        for v in range(row.size):
            if row[v] < border:
                row[v] = -np.inf


@compiled
def _penalize(row: Any, recent: Any, penalty: float, whole: float) -> None:
    """Log-probabilities of recent ids multiplied by ``penalty``, which lowers them."""
    for v in range(row.size):
        row[v] -= whole
    for place in range(recent.size):
        token, again = recent[place], False
        for earlier in range(place):
            again |= recent[earlier] == token
        if 0 <= token < row.size and not again:
            row[token] *= penalty


@compiled
def _top_k(row: Any, k: int, taken: Any) -> None:
    """The k largest; equals of the last one stay too."""
    taken[:] = False
    last = 0
    for _ in range(k):
        last = _likeliest(row, taken)
        taken[last] = True
    border = row[last]
    for v in range(row.size):
        if row[v] < border:
            row[v] = -np.inf


@compiled
def _top_p(row: Any, p: float, taken: Any) -> None:
    """The smallest set of likeliest ids whose probabilities sum to p or more."""
    taken[:] = False
    whole, before = _log_sum(row), 0.0
    for _ in range(row.size):
        if before >= p:
            break
        v = _likeliest(row, taken)
        taken[v] = True
        before += exp(row[v] - whole)
    for v in range(row.size):
        if not taken[v]:
            row[v] = -np.inf


@compiled
def _likeliest(row: Any, taken: Any) -> int:
    """The first of the largest that are not taken."""
    best = -1
    for v in range(row.size):
        if not taken[v] and (best < 0 or row[v] > row[best]):
            best = v
    return best


@compiled
def _draw(row: Any, uniform: float) -> int:
    """The id; ``row`` holds the chances afterwards, times a constant."""
    highest, whole = _highest(row), 0.0
    for v in range(row.size):
        row[v] = exp(row[v] - highest) if row[v] - highest > -MAX_NATS_BELOW else 0.0
    for v in range(row.size):
        whole += row[v]
    border, sum_, last = uniform * whole, 0.0, 0
    for v in range(row.size):
        if row[v] > 0:
            sum_ += row[v]
            last = v
            if sum_ > border:  # an id of probability 0 is never drawn, not even for a uniform of 0
                return v
    return last


@compiled
def _highest(row: Any) -> float:
    highest = row[0]
    for v in range(row.size):
        highest = max(highest, row[v])
    return highest


@compiled
def _log_sum(row: Any) -> float:
    highest, whole = _highest(row), 0.0
    chances = np.empty_like(row)
    for v in range(row.size):
        chances[v] = exp(row[v] - highest) if row[v] > -np.inf else 0.0
    for v in range(row.size):
        whole += chances[v]
    return highest + np.log(whole)
