"""A recurrent matrix made ready for many small products in a loop.

Large float32 matrices on a CPU are packed once for oneDNN, which then multiplies a batch of 32 at
full speed where an ordinary product packs again at every step. Under bf16 autocast both factors of
every product are bf16, sums and results float32.
"""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import linear

SMALL = 2**16  # elements; below, an ordinary product costs less than the call of a packed one
FEW = 8  # steps; packing costs about as much as this many products save


class Factor:
    """W [N, K], for v W^T with v [B, K] and, on the way back, g W with g [B, N].

    Used for ``steps`` products each way; for a few it is not worth packing.
    """

    def __init__(self, matrix: Tensor, *, steps: int, bf16: bool) -> None:
        self.matrix, self.bf16 = matrix, bf16
        plain = matrix.device.type == "cpu" and matrix.dtype == torch.float32 and not bf16
        self.packs = plain and matrix.numel() >= SMALL and steps >= FEW and _can_pack()
        weight = matrix.bfloat16() if bf16 else matrix
        self.forward = _pack(weight) if self.packs else weight.t()

    @cached_property
    def backward(self) -> Tensor:
        """W as the way back needs it: not made when there is none."""
        if self.packs:
            return _pack(self.matrix.t().contiguous())
        return self.matrix.bfloat16().t().contiguous() if self.bf16 else self.matrix

    def times(self, v: Tensor) -> Tensor:
        """v W^T, [B, N]."""
        if self.packs:
            return _packed_product(v, self.forward)
        if self.bf16:
            return linear(v.bfloat16(), self.forward.t()).float()
        return v @ self.forward

    def add_to(self, x: Tensor, v: Tensor) -> Tensor:
        """x + v W^T, in the memory of x [B, N]."""
        if self.packs or self.bf16:
            return x.add_(self.times(v))
        return torch.addmm(x, v, self.forward, out=x)

    def back(self, g: Tensor) -> Tensor:
        """g W, [B, K]."""
        if self.packs:
            return _packed_product(g.contiguous(), self.backward)
        if self.bf16:
            return linear(g.bfloat16(), self.backward).float()
        return g @ self.backward

    def gradient(self, g: Tensor, v: Tensor, into: Tensor) -> None:
        """Add g^T v to ``into`` [N, K]; g [R, N], v [R, K] of many steps."""
        if self.bf16:
            into += (g.bfloat16().t() @ v.bfloat16()).float()
        else:
            into.addmm_(g.t(), v)


def _can_pack() -> bool:
    """Whether this torch has oneDNN's packed product (it is no part of torch's public face)."""
    names = ("_reorder_linear_weight", "_linear_pointwise")
    return torch.backends.mkldnn.is_available() and all(
        hasattr(torch.ops.mkldnn, name) for name in names
    )


def _pack(weight: Tensor) -> Tensor:
    return torch.ops.mkldnn._reorder_linear_weight(weight)


def _packed_product(v: Tensor, packed: Tensor) -> Tensor:
    return torch.ops.mkldnn._linear_pointwise(v, packed, None, "none", [], "")
