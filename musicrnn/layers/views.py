"""The same frames as they would come through narrower channels.

Conventions. Frames [B, T, F] in dB relative to the loudest of a clip, with lengths [B] ->
[V + 1, B, T, F]: as they are, and with each row of gains, the loudest as loud as before and nothing
below the floor.
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn


class Views(nn.Module):
    """Until :meth:`hear` was called all views are alike."""

    def __init__(self, count: int, bands: int) -> None:
        super().__init__()
        self.register_buffer("gains", torch.zeros(count, bands))  # dB
        self.register_buffer("floor", torch.full((1,), -80.0))

    def forward(self, frames: Tensor, lengths: Tensor) -> Tensor:
        gains, floor = cast(Tensor, self.gains), cast(Tensor, self.floor)
        outside = torch.arange(frames.shape[1], device=frames.device) >= lengths[:, None]
        heard = frames.masked_fill(outside.unsqueeze(2), -1e4)
        moved = frames + gains[:, None, None]  # [V, B, T, F]
        loudest = (heard + gains[:, None, None]).amax((2, 3), keepdim=True)
        before = heard.amax((1, 2), keepdim=True)
        narrower = torch.maximum(moved + (before - loudest), floor)
        return torch.cat([frames.unsqueeze(0), narrower])

    def hear(self, gains: Tensor, floor: float) -> None:
        """Take the gains [V, F] and the floor, dB."""
        cast(Tensor, self.gains).copy_(gains)
        cast(Tensor, self.floor).fill_(floor)
