"""The linear recurrence h_t = a_t * h_{t-1} + b_t of a whole sequence (Blelloch 1990).

Conventions. a, b and h are time-major, [T, B, H]; h_0 comes from ``start`` [B, H]. On a CPU the
steps are taken one by one, each is a single pass over a row; elsewhere in log2(T) passes over all
of them at once (Hillis and Steele 1986). The way back is the same recurrence in reverse.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def linear_scan(a: Tensor, b: Tensor, start: Tensor) -> Tensor:
    """All h, [T, B, H]."""
    return _Scan.apply(a, b, start)


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a: Tensor, b: Tensor, start: Tensor) -> Tensor:
        h = _scan(a, b, start)
        ctx.save_for_backward(a, h, start)
        return h

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        a, h, start = ctx.saved_tensors
        later = torch.cat([a[1:], torch.zeros_like(a[:1])]).flip(0)  # a_{t+1}, last step first
        towards = _scan(later, g.flip(0), torch.zeros_like(start)).flip(0)  # dL/dh_t
        before = torch.cat([start[None], h[:-1]])
        return towards * before, towards, towards[0] * a[0]


def _scan(a: Tensor, b: Tensor, start: Tensor) -> Tensor:
    return one_by_one(a, b, start) if a.device.type == "cpu" else all_at_once(a, b, start)


def one_by_one(a: Tensor, b: Tensor, start: Tensor) -> Tensor:
    """T passes over a row."""
    h = torch.empty_like(b, memory_format=torch.contiguous_format)
    last = start
    for a_t, b_t, h_t in zip(a.unbind(), b.unbind(), h.unbind(), strict=True):
        last = torch.addcmul(b_t, a_t, last, out=h_t)
    return h


def all_at_once(a: Tensor, b: Tensor, start: Tensor) -> Tensor:
    """log2(T) passes over everything: after each, h_t counts twice as many steps back."""
    h = b.clone()
    h[0] += a[0] * start
    decay = a.clone()
    reach = 1
    while reach < len(h):
        h = torch.cat([h[:reach], torch.addcmul(h[reach:], decay[reach:], h[:-reach])])
        decay = torch.cat([decay[:reach], decay[reach:] * decay[:-reach]])
        reach *= 2
    return h
