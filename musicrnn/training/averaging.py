"""A moving average of the weights (Polyak and Juditsky 1992), used to validate and to save."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import nn


class WeightAverage:
    """``decay`` 0 keeps no average: the weights themselves are used."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self._live = dict(module.named_parameters()) if decay else {}
        self.mean = {name: p.detach().clone() for name, p in self._live.items()}

    def update(self) -> None:
        """Take the current weights in; early on the decay is lower, so the start is forgotten."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        with torch.no_grad():
            for name, parameter in self._live.items():
                self.mean[name].lerp_(parameter, 1 - decay)

    @contextmanager
    def in_place(self) -> Generator[None]:
        """Inside, the module's weights are the average."""
        live = {name: p.detach().clone() for name, p in self._live.items()}
        with torch.no_grad():
            for name, parameter in self._live.items():
                parameter.copy_(self.mean[name])
        try:
            yield
        finally:
            with torch.no_grad():
                for name, parameter in self._live.items():
                    parameter.copy_(live[name])
