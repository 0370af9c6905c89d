"""Convolutions over frames that can go on where they stopped.

Conventions. x [B, C, T, F], time before frequency. A causal one sees the present and the past: its
step s covers the frames up to (s + 1) * stride, T must be a multiple of the time stride, and what
it carries are the last kernel - stride frames, zeros at the start. One that is not causal sees
kernel // 2 frames to either side. Batch normalisation uses running figures outside training, so
outputs depend neither on the rest of the batch nor on the length.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class FrameConvolution(nn.Module):
    """Convolution, batch normalisation, ReLU; with a shortcut where the shape stays the same.

    Args:
        kernel, stride: (time, frequency).
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        kernel: tuple[int, int] = (3, 3),
        stride: tuple[int, int] = (1, 1),
        causal: bool,
    ) -> None:
        super().__init__()
        self.carried = kernel[0] - stride[0] if causal else 0
        self.causal, self.stride = causal, stride
        self.shortcut = inputs == outputs and stride == (1, 1)
        side = 0 if causal else kernel[0] // 2
        self.convolution = nn.Conv2d(
            inputs, outputs, kernel, stride=stride, padding=(side, kernel[1] // 2), bias=False
        )
        self.norm = nn.BatchNorm2d(outputs)
        self.norm.num_batches_tracked = None  # not needed with a fixed momentum

    def initial_state(self, batch: int, bands: int) -> Tensor:
        """The frames before the first: zeros, [B, C, carried, F]."""
        weight = self.convolution.weight
        shape = (batch, self.convolution.in_channels, self.carried, bands)
        return torch.zeros(shape, dtype=weight.dtype, device=weight.device)

    def forward(self, x: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        """Outputs [B, C', T / stride, F'], and what to go on with."""
        seen = torch.cat([past.to(x.dtype), x], 2) if self.causal else x
        y = self.norm(self.convolution(seen.contiguous(memory_format=torch.channels_last)))
        if self.shortcut:
            y = y + x
        return functional.relu(y), seen[:, :, seen.shape[2] - self.carried :]
