"""Which ids may follow, as intervals: at most one for each group of ids and each row.

Conventions. Groups are numbered; a row's intervals are two numbers a group, low and high, and an id
is inside where low <= id < high for the group that it belongs to. A group without an interval has
no id inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


class Spans:
    """Of the ``groups`` by name: ``span`` has the bounds of each, ``lows`` [G] the lower ones."""

    def __init__(
        self, groups: Sequence[str], lows: Tensor, span: Mapping[str, tuple[int, int]]
    ) -> None:
        self.groups, self.lows, self.span = groups, lows, span
        self.low: dict[str, Tensor] = {}
        self.high: dict[str, Tensor] = {}

    def allow(
        self, group: str, where: Tensor, low: Tensor | None = None, high: Tensor | None = None
    ) -> None:
        """In rows ``where`` [B], the ids from ``low`` up to ``high``, or the group's own bounds."""
        if group in self.span:
            self.high[group] = where * (self.span[group][1] if high is None else high)
            if low is not None:
                self.low[group] = low

    def stacked(self, group: Tensor) -> tuple[Tensor, Tensor]:
        """For ids that belong to these groups, [V]: low and high of each, [B, V]."""
        nothing = torch.zeros_like(next(iter(self.high.values())))
        lows = self.lows.expand(len(nothing), -1).unbind(1)
        low = [self.low.get(name, lows[code]) for code, name in enumerate(self.groups)]
        high = [self.high.get(name, nothing) for name in self.groups]
        return torch.stack(low, 1)[:, group], torch.stack(high, 1)[:, group]
