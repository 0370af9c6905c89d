"""A recurrent matrix prepacked for many small products in a loop.

Large matrices on a CPU are packed once for oneDNN, which then multiplies a batch of 32 at full
speed where an ordinary product packs again at every step. Under bf16 autocast both factors of
every product are bf16, sums and results float32.
"""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import linear

from musicrnn.layers.private_torch import can_pack, pack, packed_product

MIN_PACKED_ELEMENTS = 2**16  # below, an ordinary product costs less than the call of a packed one
MIN_PACKED_STEPS = 8  # steps; packing costs about as much as this many products save


class Factor:
    """W [N, K], for v W^T with v [B, K] and, on the way back, g W with g [B, N].

    Used for ``steps`` products each way; for a few it is not worth packing.
    """

    def __init__(self, matrix: Tensor, *, steps: int, bf16: bool) -> None:
        self.matrix = matrix
        self.kind = torch.bfloat16 if bf16 else matrix.dtype
        large = matrix.numel() >= MIN_PACKED_ELEMENTS and steps >= MIN_PACKED_STEPS
        self.packs = large and matrix.device.type == "cpu" and can_pack(self.kind)
        weight = matrix.to(self.kind)
        self.forward = pack(weight) if self.packs else weight

    @cached_property
    def backward(self) -> Tensor:
        """W^T as the way back needs it: not made when there is none."""
        weight = self.matrix.to(self.kind).t()
        return pack(weight.contiguous()) if self.packs else weight

    def times(self, v: Tensor) -> Tensor:
        """v W^T, [B, N]."""
        return self._product(v, self.forward).to(v.dtype)

    def add_to(self, x: Tensor, v: Tensor) -> Tensor:
        """x + v W^T, in the memory of x [B, N]."""
        if self.packs or self.kind != x.dtype:
            return x.add_(self._product(v, self.forward))
        return torch.addmm(x, v, self.forward.t(), out=x)

    def back(self, g: Tensor) -> Tensor:
        """g W, [B, K]."""
        return self._product(g.contiguous(), self.backward).to(g.dtype)

    def gradient(self, g: Tensor, v: Tensor, into: Tensor) -> None:
        """Add g^T v to ``into`` [N, K]; g [R, N], v [R, K] of many steps."""
        if self.kind == into.dtype:
            into.addmm_(g.t(), v)
        else:
            into += g.to(self.kind).t() @ v.to(self.kind)

    def _product(self, v: Tensor, weight: Tensor) -> Tensor:
        v = v.to(self.kind)
        if self.packs:
            return packed_product(v, weight)
        return linear(v, weight)
