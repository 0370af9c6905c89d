"""A cell whose gradients are known without any calculation: h' = W x + b + U h, no more."""

from dataclasses import dataclass

import torch

from musicrnn.cells import StepCell


@dataclass(frozen=True)
class LinearStepCell(StepCell):
    """The Jacobian of a step is U."""

    def shapes(self, inputs, hidden, *, first=True):
        return {
            "weight_ih": (hidden, inputs),
            "weight_hh": (hidden, hidden),
            "bias_ih": (hidden,),
        }

    def step(self, x, state, weights):
        return (weights.add(x, "weight_hh", state[0]),)

    def array_step(self, weights, x, state):
        raise NotImplementedError


def scaled_rotation(size: int, rho: float, seed: int = 0) -> torch.Tensor:
    """rho times an orthogonal matrix [size, size], float64."""
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(size, size, dtype=torch.float64, generator=generator)
    return rho * torch.linalg.qr(drawn).Q
