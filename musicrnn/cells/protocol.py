"""What every recurrent cell offers: its parameters, one step in torch, one step in NumPy.

Conventions. x is the input, [B, I], hidden and every other state [B, H]. Matrices act on rows: W
``weight_ih`` [G*H, I] on x and U ``weight_hh`` on the hidden state; G blocks of H rows, one a gate,
in the order that the cell's file states. A layer registers each parameter under its name and "_l0",
as torch's own layers do, so that a cell which torch has too can be exchanged for torch's.

Each cell's file opens with its equations, in the symbols that docs/cells.md explains; from there
``docs/scripts/equations.py`` copies them to that page.

What depends on x alone is computed for all steps at once and is called ``from_input``; a step takes
its row of it. A flow is what a layer hands to the one above it: its outputs, for most cells one
sequence; depth-gated and grid cells hand up a memory as well.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from musicrnn.cells.product import product

if TYPE_CHECKING:
    from torch import Tensor
else:
    Tensor = Any  # torch is imported by who steps in torch, not by who only samples

Array = NDArray[np.floating]
Arrays = Mapping[str, Any]  # vectors as Array, matrices as Array or packed
Tensors = Mapping[str, Tensor]
Shapes = dict[str, tuple[int, ...]]


class Weights(Protocol):
    """What a step in torch may use."""

    def __getitem__(self, name: str) -> Tensor:
        """A vector by name, [B, n]: one copy a row."""
        ...

    def add(self, x: Tensor, name: str, v: Tensor) -> Tensor:
        """x + v W^T with the matrix of that name; ``x``, a part of from_input, is used up."""
        ...

    def product(self, name: str, v: Tensor) -> Tensor:
        """v W^T."""
        ...


@dataclass(frozen=True)
class Cell(ABC):
    """One family member; listed by name in CELLS. Its fields are the options that it has."""

    passes: ClassVar[int] = 1  # sequences in the flow to the layer above
    torch_layer: ClassVar[str] = ""  # the name in torch.nn, where torch has this cell
    remembers: ClassVar[tuple[str, ...]] = ("hidden",)  # states of H units each
    scaled_by: ClassVar[str] = "weight_hh"  # the matrix whose inputs scale the start values

    def states(self, hidden: int) -> dict[str, int]:
        """The states by name, each with its width; zeros at the start."""
        return dict.fromkeys(self.remembers, hidden)

    @abstractmethod
    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        """The parameters by name; ``first`` is False above another layer of this cell.

        Raises:
            MusicRNNError: there is no such cell with ``hidden`` units.
        """

    def initialise(self, parameters: Tensors) -> None:
        """Start values in place: uniform in +-1/sqrt(H), as torch's layers."""
        bound = parameters[self.scaled_by].shape[1] ** -0.5
        for parameter in parameters.values():
            parameter.uniform_(-bound, bound)

    def array_from_input(self, weights: Arrays, flow: tuple[Array, ...]) -> Array:
        """NumPy: what a step needs of its input, [B, rows]."""
        return product(weights["weight_ih"], weights["bias_ih"], flow[0])

    @abstractmethod
    def array_step(self, weights: Arrays, x: Array, state: tuple[Array, ...]) -> tuple[Array, ...]:
        """NumPy: one step; ``x`` is a row of from_input, ``state`` changes in place.

        Returns the flow to the layer above.
        """


class StepCell(Cell):
    """A cell whose steps follow each other: a new state needs the whole state before it."""

    matrices: ClassVar[tuple[str, ...]] = ("weight_hh",)  # of the products in a step
    vectors: ClassVar[tuple[str, ...]] = ()  # what else a step uses
    gates: ClassVar[int] = 1  # row blocks

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        rows = self.gates * hidden
        return {"weight_ih": (rows, inputs), "weight_hh": (rows, hidden), "bias_ih": (rows,)}

    def from_input(self, parameters: Tensors, flow: tuple[Tensor, ...]) -> Tensor:
        """torch: what the steps need of their inputs, [T, B, rows], fresh memory."""
        from torch.nn.functional import linear

        return linear(flow[0], parameters["weight_ih"], parameters["bias_ih"])

    @abstractmethod
    def step(self, x: Tensor, state: tuple[Tensor, ...], weights: Weights) -> tuple[Tensor, ...]:
        """torch: one step from a row of from_input; the new state, hidden first."""


class TorchCell(StepCell):
    """A cell that torch has too, with torch's two biases; a step that uses the second names it."""

    def shapes(self, inputs: int, hidden: int, *, first: bool = True) -> Shapes:
        return {**super().shapes(inputs, hidden), "bias_hh": (self.gates * hidden,)}

    def from_input(self, parameters: Tensors, flow: tuple[Tensor, ...]) -> Tensor:
        from torch.nn.functional import linear

        bias = parameters["bias_ih"]
        if "bias_hh" not in self.vectors:
            bias = bias + parameters["bias_hh"]
        return linear(flow[0], parameters["weight_ih"], bias)


class LinearCell(Cell):
    """A cell that is linear in its state, h' = a * h + b, with a and b from the input alone."""

    scaled_by: ClassVar[str] = "weight_ih"  # start values as of torch's linear layers

    @abstractmethod
    def coefficients(self, parameters: Tensors, x: Tensor) -> tuple[Tensor, Tensor]:
        """torch: (a, b) of all steps, [T, B, H] each, from inputs [T, B, I]."""
