"""What is used of torch beyond its public face; nothing else may use any.

Conventions. Held to torch 2.13; 2.6 has the same names, but for one setting. Where torch has not
what is wanted here, ``can_pack`` and ``HAS_FUSED_LSTM`` say so: other operators do the same, only
slower.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

MAX_VERSIONS = 10_000
PACKING = ("_reorder_linear_weight", "_linear_pointwise", "_is_mkldnn_bf16_supported")
HAS_FUSED_LSTM = hasattr(torch.ops.aten, "_thnn_fused_lstm_cell")


def can_pack(kind: torch.dtype) -> bool:
    """Whether this torch and processor have oneDNN's product with a packed matrix."""
    has = all(hasattr(torch.ops.mkldnn, name) for name in PACKING)
    if not has or not torch.backends.mkldnn.is_available():
        return False
    if kind == torch.bfloat16:
        return torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return kind == torch.float32


def pack(weight: Tensor) -> Tensor:
    """A matrix [N, K] as oneDNN reads it fastest."""
    return torch.ops.mkldnn._reorder_linear_weight(weight)


def packed_product(v: Tensor, packed: Tensor) -> Tensor:
    """v W^T, [B, N], of a packed W."""
    return torch.ops.mkldnn._linear_pointwise(v, packed, None, "none", [], "")


def fused_lstm(rows: Tensor, from_hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """Hidden and cell [B, H] after a step of an LSTM on a GPU, from both products [B, 4 H]: one
    kernel, that of nn.LSTMCell."""
    hidden, cell, _ = torch.ops.aten._thnn_fused_lstm_cell(rows, from_hidden, cell)
    return hidden, cell


@contextmanager
def many_versions() -> Generator[None]:
    """Inside, one function may be compiled for many objects; torch else gives up after 8."""
    config: Any = torch._dynamo.config  # pyright: ignore[reportPrivateUsage]
    limit = "recompile_limit" if hasattr(config, "recompile_limit") else "cache_size_limit"  # 2.6
    before = getattr(config, limit)
    setattr(config, limit, max(before, MAX_VERSIONS))
    try:
        yield
    finally:
        setattr(config, limit, before)
