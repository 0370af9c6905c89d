"""Attention over a network's own last outputs stepped in NumPy, for sampling. Needs no torch.

Conventions. As :mod:`musicrnn.layers.attention_past`, but rows first: the state is past [B, n, H],
prepared [B, n, H] and heard [B, 1], zeros at the start, and changes in place. ``prepared`` is the
part of the scores that does not depend on the query: worked out once for each output. The oldest
outputs are overwritten in a circle, so the order of the n is not that of time.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from musicrnn.cells.compiled import compiled, exp, tanh
from musicrnn.cells.product import product
from musicrnn.cells.protocol import Array, Arrays

AttentionState = tuple[Array, Array, Array]
NO_PARAMETER = np.zeros(0, np.float32)


def attention_shapes(kind: str, hidden: int) -> dict[str, tuple[int, ...]]:
    """The parameters by name, of queries and keys of ``hidden`` units."""
    square = (hidden, hidden)
    inside = {
        "additive": {"weight_query": square, "weight_key": square, "score": (hidden,)},
        "general": {"weight_key": square},
    }.get(kind, {})
    named = {f"look.{name}": shape for name, shape in inside.items()}
    return {**named, "join.weight": (hidden, 2 * hidden), "join.bias": (hidden,)}


def attention_state(rows: int, reach: int, hidden: int) -> AttentionState:
    """The state before the first step."""
    past = np.zeros((rows, reach, hidden), np.float32)
    return past, past.copy(), np.zeros((rows, 1), np.float32)


def array_attend(kind: str, weights: Arrays, h: Array, state: AttentionState) -> Array:
    """One step: outputs h [B, H] of the top layer -> y [B, H]; h is remembered in ``state``.

    Args:
        weights: by the names of :func:`attention_shapes`.
    """
    past, prepared, heard = state
    hidden = h.shape[1]
    asked, kept, score = h, h, NO_PARAMETER
    if kind == "additive":
        asked = product(weights["look.weight_query"], None, h)
        score = weights["look.score"]
    if kind in ("additive", "general"):
        kept = product(weights["look.weight_key"], None, h)
    elif kind == "scaled":
        kept = h * np.float32(hidden**-0.5)
    both = np.concatenate([np.zeros_like(h), h], axis=1)  # context, h
    _look(asked, prepared, past, heard, score, both)
    _remember(prepared, past, heard, kept, h)
    return np.tanh(product(weights["join.weight"], weights["join.bias"], both))


@partial(compiled, sums_in_any_order=True)
def _look(asked: Any, prepared: Any, past: Any, heard: Any, score: Any, context: Any) -> None:
    """Add the context to the first H columns of ``context``; an empty ``score`` means a product."""
    rows, reach, hidden = past.shape
    weights = np.empty(reach, past.dtype)
    for row in range(rows):
        count = min(int(heard[row, 0]), reach)
        top = -np.inf
        for place in range(count):
            total = past.dtype.type(0.0)
            if len(score) > 0:
                for unit in range(hidden):
                    total += score[unit] * tanh(asked[row, unit] + prepared[row, place, unit])
            else:
                for unit in range(hidden):
                    total += asked[row, unit] * prepared[row, place, unit]
            weights[place] = total
            top = max(top, total)
        whole = past.dtype.type(0.0)
        for place in range(count):
            weights[place] = exp(weights[place] - top)
            whole += weights[place]
        for place in range(count):
            share = weights[place] / whole
            for unit in range(hidden):
                context[row, unit] += share * past[row, place, unit]


@compiled
def _remember(prepared: Any, past: Any, heard: Any, kept: Any, h: Any) -> None:
    for row in range(past.shape[0]):
        place = int(heard[row, 0]) % past.shape[1]
        prepared[row, place] = kept[row]
        past[row, place] = h[row]
        heard[row, 0] += 1
