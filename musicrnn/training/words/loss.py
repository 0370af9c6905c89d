"""What a network that hears words loses at each step of a batch.

Conventions. Logits [B, S, K]; nats. Of a row with a word: before the word has begun in earnest none
is to be told, while it lasts none but it, and from its end on it alone: the likelihood of a step is
that of all labels that are right there (partial labels, Cour et al. 2011), with smoothed targets at
the end (Szegedy 2016). From the end on, too, a word is none of the others: with its own label left
out the network should say "unknown", so that every word is, for all others, speech that is no word.
A row without a word counts at every step, and the worst of its steps count as much as all together,
since a false accept takes no more than a few. A row that goes on from the clip before is not asked
for the first SETTLING steps, in which that clip's word may still be told.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

SETTLING = 11  # steps of 32 ms
EARNEST = 0.3  # share of a word after which it may be told
WORST = 5  # steps of a row


@dataclass(frozen=True, eq=False)
class Asked:
    """What is asked of a batch of S steps: targets [B, K]; steps [B]; ``fillers`` [K] are labels
    that are no words."""

    targets: Tensor
    begin: Tensor
    end: Tensor
    is_word: Tensor
    fresh: Tensor
    fillers: Tensor


@dataclass(frozen=True)
class Weights:
    """See Drawing."""

    smoothing: float
    stretch: float
    left_out: float


def losses(logits: Tensor, asked: Asked, weights: Weights) -> Tensor:
    """The loss of each row, [B]."""
    told = logits.log_softmax(2)
    steps = torch.arange(logits.shape[1], device=logits.device)
    labels = logits.shape[2]
    even = (1 - weights.smoothing) * asked.targets + weights.smoothing / labels
    after = steps >= asked.end[:, None].clamp(max=len(steps) - 1)
    at_end = _mean(-(even[:, None] * told).sum(2), after)
    if not asked.fillers.any():
        return at_end
    settled = asked.fresh[:, None] | (steps >= SETTLING)
    none = told[:, :, asked.fillers].logsumexp(2)  # the log-probability of no word
    apart = torch.where(settled, -none, 0.0)
    worst = apart.topk(min(WORST, len(steps)), dim=1).values.mean(1)
    without = (_mean(-none, settled) + worst) / 2
    loss = torch.where(asked.is_word, at_end, without)
    mine = (asked.targets > 0) & asked.is_word[:, None]
    if weights.stretch:
        earnest = asked.begin + (EARNEST * (asked.end - asked.begin)).long()
        early = settled & (steps < earnest[:, None])
        own = told.masked_fill(~mine[:, None], -1e4).logsumexp(2)
        during = torch.where(early, -none, -torch.logaddexp(none, own))
        before = settled & ~after
        loss = loss + weights.stretch * asked.is_word * _mean(during, before)
    if weights.left_out:
        others = logits.masked_fill(mine[:, None], -1e4).log_softmax(2)
        rest = -others[:, :, asked.fillers].logsumexp(2)
        loss = loss + weights.left_out * asked.is_word * _mean(rest, after)
    return loss


def _mean(values: Tensor, where: Tensor) -> Tensor:
    """Of each row, where it counts; 0 where nothing does."""
    return torch.where(where, values, 0.0).sum(1) / where.sum(1).clamp(min=1)
