"""The torch model, stepped: slow, and what the sampler's engine is held to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.context.fields import FIELDS, Outlook
from musicrnn.context.past import NO_OUTLOOK, Past
from musicrnn.networks.language import LanguageModel
from musicrnn.sampling.engine import NOTHING, Steps


class TorchEngine:
    """Implements musicrnn.sampling.engine.Engine."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model.eval()
        self.columns = [FIELDS.index(name) for name in model.fields]
        self.begin(1)

    @torch.inference_mode()
    def begin(self, rows: int, read: Steps = NOTHING) -> None:
        self.start = self.model.initial_state(1)
        if len(read):
            steps = torch.from_numpy(read)[None].to(self.start[0].device)
            self.start = self.model(steps, self.start)[1]
        self.state = tuple(part.repeat_interleave(rows, 1) for part in self.start)

    @torch.inference_mode()
    def restart(self, rows: NDArray[np.int64]) -> None:
        for part, start in zip(self.state, self.start, strict=True):
            part[:, torch.from_numpy(rows).to(part.device)] = start

    @torch.inference_mode()
    def keep(self, rows: NDArray[np.int64]) -> None:
        index = torch.from_numpy(rows).to(self.state[0].device)
        self.state = tuple(part[:, index] for part in self.state)

    def past(self, outlook: Outlook = NO_OUTLOOK) -> Past | None:
        return Past(self.model.readings.cpu().numpy(), outlook) if self.columns else None

    def inputs(self, token: int, past: Past | None) -> Sequence[int]:
        return [token] if past is None else [token, *past.context()[self.columns].tolist()]

    def steps_of(self, ids: Ids) -> NDArray[np.int32]:
        return self.model.inputs(ids)

    @torch.inference_mode()
    def step(self, inputs: Steps) -> NDArray[np.float32]:
        column = torch.from_numpy(inputs)[:, None].to(self.state[0].device)
        logits, self.state = self.model(column, self.state)
        return logits[:, 0].float().cpu().numpy()
