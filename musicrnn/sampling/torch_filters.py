"""The filters of :mod:`musicrnn.sampling.filters` in torch, for CUDA graphs.

Conventions. logits [B, V] float64, -inf for ids that the grammar forbids, as there, and in the same
order. No shape depends on a value and nothing waits for the host. What was drawn lately is
``recent`` [B, 64], the newest last, V where there was nothing.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from musicrnn.sampling.filters import Settings
from musicrnn.tokens.protocol import END


def filtered(logits: Tensor, settings: Settings, recent: Tensor) -> Tensor:
    """Apply all filters that the settings switch on."""
    if settings.repetition_penalty > 1:
        logits = penalized(logits, settings.repetition_penalty, recent)
    if settings.temperature != 1:
        logits = logits / settings.temperature
    if 0 < settings.top_k < logits.shape[1]:
        logits = top_k(logits, settings.top_k)
    if settings.top_p < 1:
        logits = top_p(logits, settings.top_p)
    if settings.min_p > 0:
        logits = min_p(logits, settings.min_p)
    return logits


def closed(shaped: Tensor, logits: Tensor, closes: Tensor) -> Tensor:
    """The end's logit with what another id has, ``logits`` [B], in rows ``closes`` where it is
    allowed."""
    end = shaped[:, END]
    more = torch.where(closes & (end > -math.inf), torch.logaddexp(end, logits), end)
    return torch.cat([shaped[:, :END], more[:, None], shaped[:, END + 1 :]], 1)


def penalized(logits: Tensor, penalty: float, recent: Tensor) -> Tensor:
    """Log-probabilities of recent ids multiplied by ``penalty``."""
    logits = logits - logits.logsumexp(1, keepdim=True)
    size = logits.shape[1]
    said = torch.zeros(len(logits), size + 1, dtype=torch.bool, device=logits.device)
    said = said.scatter(1, recent, True)[:, :size]
    return torch.where(said, logits * penalty, logits)


def top_k(logits: Tensor, k: int) -> Tensor:
    """Only the k largest of each row; equals of the last one stay too."""
    border = logits.topk(k, 1).values[:, -1:]
    return logits.masked_fill(logits < border, -math.inf)


def top_p(logits: Tensor, p: float) -> Tensor:
    """The smallest set of likeliest ids whose probabilities sum to p or more."""
    ordered, order = logits.sort(dim=1, descending=True, stable=True)
    chances = (ordered - logits.logsumexp(1, keepdim=True)).exp()
    before = chances.cumsum(1) - chances  # the mass in front of each id
    kept = torch.zeros_like(before, dtype=torch.bool).scatter(1, order, before < p)
    return logits.masked_fill(~kept, -math.inf)


def min_p(logits: Tensor, p: float) -> Tensor:
    """Only ids at least p times as likely as the likeliest."""
    return logits.masked_fill(logits < logits.amax(1, keepdim=True) + math.log(p), -math.inf)


def draw(logits: Tensor, uniforms: Tensor) -> Tensor:
    """One id a row by inverse CDF from uniforms [B] in [0, 1): the ids of the CPU's draw.

    A GPU sums in another order, so sums may fall where nothing is added: an id of probability 0 is
    kept out, whatever its sum.
    """
    chances = (logits - logits.amax(1, keepdim=True)).exp()
    cumulated = torch.where(chances > 0, chances.cumsum(1), 0.0)
    beyond = cumulated > uniforms[:, None] * cumulated.amax(1, keepdim=True)
    ids = torch.arange(logits.shape[1], device=logits.device)
    last = logits.shape[1] - 1  # of logits that are no numbers none is beyond
    return torch.where(beyond, ids, last).amin(1)
