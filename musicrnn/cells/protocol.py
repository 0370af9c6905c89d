"""What every recurrent cell offers: weights by row blocks, a layer to train, a step to sample with.

Conventions. x is the input [B, I], h the output and every state [B, H]; W [G*H, I] acts on x and
U [G*H, H] on h, G blocks of H rows, one a gate, in torch's order; both carry a bias. The training
layer runs a whole sequence in torch (cuDNN or oneDNN); ``step`` is its NumPy transcription,
compiled, and takes the two products ready made: everything else of a cell is pointwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import nn

Array = NDArray[np.float32]


class Cell(Protocol):
    """One family member; listed by name in CELLS."""

    @property
    def gates(self) -> int:
        """G, the row blocks of W and U."""
        ...

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states; the first is the output."""
        ...

    def layer(self, input_size: int, hidden_size: int) -> nn.Module:
        """A torch layer [B, T, I] -> [B, T, H] with weight_ih_l0, weight_hh_l0 and biases."""
        ...

    def step(self, from_input: Array, from_output: Array, state: tuple[Array, ...]) -> None:
        """One step in place: from_input = x W^T + b and from_output = h U^T + b, both [B, G*H]."""
        ...
