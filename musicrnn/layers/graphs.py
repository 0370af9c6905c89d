"""The engine's loops as CUDA graphs.

On a GPU a step of a small network takes less time than launching its kernels. A graph is recorded
once for every shape and replayed by a single call, forward and backward; numbers do not change.
Recurrent dropout and zoneout sample at each call and are run without graphs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from musicrnn.layers.layer import UnrolledLayer
from musicrnn.layers.unroll import Run, States, unroll

Capture = Callable[[Callable[..., Any], tuple[Tensor, ...]], Callable[..., Any]]


class GraphedUnroll:
    """:func:`unroll` with a graph for every shape that it meets.

    ``capture`` records; another one than CUDA's is for tests.
    """

    def __init__(self, capture: Capture | None = None) -> None:
        self.capture: Capture = capture or torch.cuda.make_graphed_callables
        self.recorded: dict[tuple[Any, ...], Callable[..., Any]] = {}

    def __call__(
        self, run: Run, from_input: Tensor, state: States, parameters: Mapping[str, Tensor]
    ) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        if run.dropped is not None or run.zoneout is not None or not torch.is_grad_enabled():
            return unroll(run, from_input, state, parameters)
        names = (*run.vectors, *run.cell.matrices)
        given = (from_input, *state, *(parameters[name] for name in names))
        key = (run.bf16, *((t.shape, t.dtype, t.device, t.requires_grad) for t in given))
        if key not in self.recorded:

            def plain(x: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
                weights = dict(zip(names, tensors[len(state) :], strict=True))
                sequences, end = unroll(run, x, tensors[: len(state)], weights)
                return (*sequences, *end)

            samples = tuple(torch.randn_like(t).requires_grad_(t.requires_grad) for t in given)
            self.recorded[key] = self.capture(plain, samples)
        found = self.recorded[key](*given)
        return found[: run.cell.passes], found[run.cell.passes :]


def use_graphs(network: nn.Module, capture: Capture | None = None) -> int:
    """Let every layer of the engine in ``network`` replay graphs; how many there are."""
    layers = [layer for layer in network.modules() if isinstance(layer, UnrolledLayer)]
    for layer in layers:
        layer.unroll = GraphedUnroll(capture)
    return len(layers)
