"""Gradients cut down before an update, after Pascanu, Mikolov and Bengio (2013, 1211.5063).

By norm all gradients together keep their direction: g becomes g * theta / ||g|| where ||g||, over
all parameters, is theta or more. By value each number is brought into [-theta, theta] by itself (as
char-rnn does with 5), which turns the direction. Both come after the backward pass.
"""

from __future__ import annotations

from collections.abc import Iterable

from torch import Tensor, nn


def clip_gradients(parameters: Iterable[Tensor], theta: float, *, by: str) -> Tensor:
    """Clip the gradients in place by "norm", "value" or "none"; their global norm before that, [].

    Parameters without a gradient are passed over.
    """
    held = [p for p in parameters if p.grad is not None]
    if by == "norm":
        return nn.utils.clip_grad_norm_(held, theta)
    norm = nn.utils.get_total_norm([p.grad for p in held if p.grad is not None])
    if by == "value":
        nn.utils.clip_grad_value_(held, theta)
    return norm
