"""What is done to the logits before a draw.

Conventions. logits [B, V] float64, -inf for ids that the grammar forbids; a filter returns new
ones. The order: repetition penalty, temperature, top-k, top-p, min-p. Sources: top-p, Holtzman et
al. 2020; min-p, Nguyen et al. 2024; the penalty, Keskar et al. 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError

Logits = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """How freely to draw.

    Args:
        temperature: divides the logits, more than 0; 1 leaves the model as it is.
        top_k: only the k likeliest ids; 0 switches it off.
        top_p: only the likeliest ids that together have this probability, in (0, 1].
        min_p: only ids at least this share as likely as the likeliest, in [0, 1).
        repetition_penalty: at least 1; ids among the last 64 become that much less likely.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition_penalty: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.temperature <= 100:
            raise MusicRNNError(f"temperature must be in (0, 100], got {self.temperature}")
        if self.top_k < 0:
            raise MusicRNNError(f"top_k must be 0 (off) or more, got {self.top_k}")
        if not 0 < self.top_p <= 1:
            raise MusicRNNError(f"top_p must be in (0, 1], got {self.top_p}")
        if not 0 <= self.min_p < 1:
            raise MusicRNNError(f"min_p must be in [0, 1), got {self.min_p}")
        if not 1 <= self.repetition_penalty <= 100:
            raise MusicRNNError(
                f"repetition_penalty must be in [1, 100], got {self.repetition_penalty}"
            )


REMEMBERED = 64


def filtered(logits: Logits, settings: Settings, history: Sequence[Sequence[int]]) -> Logits:
    """Apply all filters that the settings switch on; ``history`` holds each row's ids so far."""
    if settings.repetition_penalty > 1:
        logits = penalized(logits, settings.repetition_penalty, history)
    if settings.temperature != 1:
        logits = logits / settings.temperature
    if 0 < settings.top_k < logits.shape[1]:
        logits = top_k(logits, settings.top_k)
    if settings.top_p < 1:
        logits = top_p(logits, settings.top_p)
    if settings.min_p > 0:
        logits = min_p(logits, settings.min_p)
    return logits


def penalized(logits: Logits, penalty: float, history: Sequence[Sequence[int]]) -> Logits:
    """Log-probabilities of recent ids multiplied by ``penalty``, which lowers them."""
    logits = logits - _log_sum(logits)
    for row, ids in enumerate(history):
        recent = np.unique(np.asarray(ids[-REMEMBERED:], dtype=np.int64))
        logits[row, recent] *= penalty
    return logits


def top_k(logits: Logits, k: int) -> Logits:
    """Only the k largest of each row; equals of the last one stay too."""
    border = np.partition(logits, -k, axis=1)[:, -k, None]  # [B, 1]
    return np.where(logits >= border, logits, -np.inf)


def top_p(logits: Logits, p: float) -> Logits:
    """The smallest set of likeliest ids whose probabilities sum to p or more."""
    order = np.argsort(-logits, axis=1, kind="stable")
    chances = np.exp(np.take_along_axis(logits, order, axis=1) - _log_sum(logits))
    before = np.cumsum(chances, axis=1) - chances  # the mass in front of each id
    kept = np.empty(logits.shape, np.bool_)
    np.put_along_axis(kept, order, before < p, axis=1)
    return np.where(kept, logits, -np.inf)


def min_p(logits: Logits, p: float) -> Logits:
    """Only ids at least p times as likely as the likeliest."""
    return np.where(logits >= logits.max(axis=1, keepdims=True) + np.log(p), logits, -np.inf)


def _log_sum(logits: Logits) -> Logits:
    highest = logits.max(axis=1, keepdims=True)
    return highest + np.log(np.exp(logits - highest).sum(axis=1, keepdims=True))


def draw(logits: Logits, uniforms: NDArray[np.float64]) -> NDArray[np.int64]:
    """One id a row by inverse CDF: the first whose cumulated probability exceeds the uniform.

    uniforms [B] in [0, 1). The same uniforms give the same ids on every engine.
    """
    chances = np.exp(logits - logits.max(axis=1, keepdims=True))
    cumulated = np.cumsum(chances, axis=1)
    # strictly greater: an id of probability 0 is never drawn, not even for a uniform of 0
    picked = (cumulated > uniforms[:, None] * cumulated[:, -1:]).argmax(axis=1)
    return picked.astype(np.int64)
