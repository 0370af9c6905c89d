"""The torch model, stepped: slow, and what the sampler's engine is held to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from musicrnn.networks.language import LanguageModel


class TorchEngine:
    """Implements musicrnn.sampling.engine.Engine."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model.eval()
        self.begin(1)

    @torch.inference_mode()
    def begin(self, rows: int, read: Sequence[int] = ()) -> None:
        self.start = self.model.initial_state(1)
        if read:
            ids = torch.tensor([list(read)], device=self.start[0].device)
            self.start = self.model(ids, self.start)[1]
        self.state = tuple(part.repeat_interleave(rows, 1) for part in self.start)

    @torch.inference_mode()
    def restart(self, rows: NDArray[np.int64]) -> None:
        for part, start in zip(self.state, self.start, strict=True):
            part[:, torch.from_numpy(rows).to(part.device)] = start

    @torch.inference_mode()
    def keep(self, rows: NDArray[np.int64]) -> None:
        index = torch.from_numpy(rows).to(self.state[0].device)
        self.state = tuple(part[:, index] for part in self.state)

    @torch.inference_mode()
    def step(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        column = torch.from_numpy(ids)[:, None].to(self.state[0].device)
        logits, self.state = self.model(column, self.state)
        return logits[:, 0].float().cpu().numpy()
