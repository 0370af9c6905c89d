"""The engine: any cell over a whole sequence, and back, nearly as fast as torch's own LSTM.

Conventions. Sequences are time-major here, [T, B, F]. What depends on the input alone was computed
before (``from_input``, one product for all steps). In the loop each product lands in the memory of
``from_input``; on the way back the pointwise part of a step is done again from there, and the
gradients of the recurrent matrices are formed by one large product for many steps at a time
(Appleyard 2016 describes these for cuDNN). So a layer keeps its input and its states, little else.

A cell's step is ordinary code, differentiated by autograd one step at a time. Its products go
through :class:`Products`; under bf16 autocast they take bf16 factors, and states stay float32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from musicrnn.cells.protocol import StepCell
from musicrnn.layers.factor import Factor

States = Sequence[Tensor]  # [B, H] each, the output first

MAX_DEFERRED_ROWS = 1024  # of a deferred product: enough for full speed, small enough for the cache


@dataclass(frozen=True, eq=False)
class Run:
    """What is the same at every step.

    ``vectors`` are those of the cell's that this layer has; ``dropped`` [B, H] masks what enters
    the products (Gal and Ghahramani 2016); ``zoneout`` [T, B, H] says which units keep their old
    states, as a share when not training (Krueger 2017).
    """

    cell: StepCell
    vectors: tuple[str, ...]
    bf16: bool = False
    dropped: Tensor | None = None
    zoneout: Tensor | None = None

    def step(self, x: Tensor, state: States, products: Products, t: int) -> States:
        """Step ``t`` from a row of from_input [B, rows]."""
        new = self.cell.step(x, tuple(state), products)
        if self.zoneout is None:
            return new
        return [torch.lerp(n, s, self.zoneout[t]) for n, s in zip(new, state, strict=True)]


class Products:
    """What a step may use: vectors by name, and products with the recurrent matrices.

    With ``results``, those of an earlier pass, products are not computed again: they only give
    autograd the graph of the gradient.
    """

    def __init__(self, run: Run, factors: Sequence[Factor], vectors: Sequence[Tensor]) -> None:
        self.dropped = run.dropped
        self.factors = dict(zip(run.cell.matrices, factors, strict=True))
        self.vectors = dict(zip(run.vectors, vectors, strict=True))
        self.after: dict[str, list[tuple[Tensor, Tensor]]] = {name: [] for name in self.factors}
        self.replaying = False
        self.results: list[Tensor] = []

    def __getitem__(self, name: str) -> Tensor:
        return self.vectors[name]

    def add(self, x: Tensor, name: str, v: Tensor) -> Tensor:
        """x + v W^T; ``x``, a part of from_input, is used up."""
        v = self._left(v)
        if self.replaying:
            return _Replayed.apply(x, v, self, name)
        return self.factors[name].add_to(x, v)

    def product(self, name: str, v: Tensor) -> Tensor:
        """v W^T."""
        v = self._left(v)
        if self.replaying:
            return _Replayed.apply(self.results.pop(0), v, self, name)
        self.results.append(self.factors[name].times(v))
        return self.results[-1]

    def _left(self, v: Tensor) -> Tensor:
        """``v``, [B, H] or several of that, without the units that are left out."""
        if self.dropped is None:
            return v
        return v * self.dropped.repeat(1, v.shape[1] // self.dropped.shape[1])

    def form(self, sums: dict[str, Tensor], *, at_least: int) -> None:
        """Add g^T v of the steps gone back through to the gradients, once there are rows enough."""
        for name, pairs in self.after.items():
            if pairs and len(pairs) * len(pairs[0][0]) >= at_least:
                g, v = (torch.cat(part) for part in zip(*pairs, strict=True))
                self.factors[name].gradient(g, v, sums[name])
                pairs.clear()


class _Replayed(torch.autograd.Function):
    """(result, v) -> result; back g -> (g, g W), and g and v are kept for the gradient of W."""

    @staticmethod
    def forward(ctx: Any, result: Tensor, v: Tensor, products: Products, name: str) -> Tensor:
        ctx.products, ctx.name, ctx.v = products, name, v.detach()
        return result.view_as(result)

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        ctx.products.after[ctx.name].append((g, ctx.v))
        return g, ctx.products.factors[ctx.name].back(g), None, None


class _Unrolled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, run: Run, x: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        vectors = tensors[: len(run.vectors)]
        matrices = tensors[len(vectors) : len(vectors) + len(run.cell.matrices)]
        states = tensors[len(vectors) + len(matrices) :]
        ctx.set_materialize_grads(False)
        factors = [Factor(m, steps=len(x), bf16=run.bf16) for m in matrices]
        products = Products(run, factors, vectors)
        history = [s.new_empty((len(x) + 1, *s.shape)) for s in states]
        results: list[list[Tensor]] = []
        for kept, state in zip(history, states, strict=True):
            kept[0] = state
        for t, x_t in enumerate(x.unbind()):
            states = run.step(x_t, states, products, t)
            for kept, state in zip(history, states, strict=True):
                kept[t + 1] = state
            if any(ctx.needs_input_grad):
                results.append(products.results)
            products.results = []
        ctx.save_for_backward(x, *history)
        ctx.run, ctx.results, ctx.factors, ctx.vectors = run, results, factors, vectors
        return (
            *(kept[1:] for kept in history[: run.cell.passes]),
            *(kept[-1].clone() for kept in history),
        )

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Any) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        run: Run = ctx.run
        x, *history = ctx.saved_tensors
        vectors = [v.detach().requires_grad_() for v in ctx.vectors]
        products = Products(run, ctx.factors, vectors)
        products.replaying = True
        outputs, ends = gradients[: run.cell.passes], gradients[run.cell.passes :]
        towards = [
            torch.zeros_like(k[0]) if g is None else g for k, g in zip(history, ends, strict=True)
        ]
        matrix_sums = {n: torch.zeros_like(f.matrix) for n, f in products.factors.items()}
        vector_sums = [torch.zeros_like(v) for v in vectors]
        from_input = torch.empty_like(x)
        for t in reversed(range(len(x))):
            for index, g in enumerate(outputs):
                if g is not None:
                    towards[index] = towards[index] + g[t]
            leaves = [x[t].detach().requires_grad_()]
            leaves += [kept[t].detach().requires_grad_() for kept in history]
            products.results = [r.detach().requires_grad_() for r in ctx.results[t]]
            with torch.enable_grad():
                new = run.step(leaves[0], leaves[1:], products, t)
            found = torch.autograd.grad(new, (*leaves, *vectors), towards, materialize_grads=True)
            from_input[t] = found[0]
            towards = list(found[1 : len(leaves)])
            for total, g in zip(vector_sums, found[len(leaves) :], strict=True):
                total += g
            products.form(matrix_sums, at_least=MAX_DEFERRED_ROWS)
        products.form(matrix_sums, at_least=1)
        return None, from_input, *vector_sums, *matrix_sums.values(), *towards


def unroll(
    run: Run, from_input: Tensor, state: States, parameters: Mapping[str, Tensor]
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Sequences [T, B, H] of the states that the cell passes up, and all states after the last
    step, [B, H].

    ``from_input`` [T, B, rows] is used up.
    """
    batch = from_input.shape[1]
    vectors = [parameters[name].expand(batch, -1) for name in run.vectors]
    matrices = [parameters[name] for name in run.cell.matrices]
    found = _Unrolled.apply(run, from_input, *vectors, *matrices, *state)
    return found[: run.cell.passes], found[run.cell.passes :]
