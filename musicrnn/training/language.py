"""Learning a language model: next-id prediction by truncated backpropagation through time.

The state is carried from window to window of a piece and starts from zero at each new piece
(Mikolov 2010; Williams and Peng 1990). The validation loss is nats a token over whole pieces, each
cut at ``validation_limit`` ids.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from torch import Tensor

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.layers.stack import State
from musicrnn.models.language import LanguageModel, token_losses
from musicrnn.models.scoring import nats
from musicrnn.training.objective import carried_on
from musicrnn.training.pascanu import check_regularised, omega, readings
from musicrnn.training.windows import Ids, Windows


class LanguageObjective:
    """The Objective of a language model.

    Args:
        metadata: what goes into the checkpoint beside the model's own configuration.
        pascanu: weight of :mod:`musicrnn.training.pascanu` in the loss that is trained on.

    Raises:
        MusicRNNError: a weight below 0, or a network that the regulariser cannot be had for.
    """

    unit = "tokens"

    def __init__(
        self,
        model: LanguageModel,
        windows: Windows,
        validation: Sequence[Ids],
        *,
        metadata: dict[str, Any],
        validation_limit: int = 1024,
        pascanu: float = 0.0,
    ) -> None:
        if not 0 <= pascanu < math.inf:
            raise MusicRNNError(f"pascanu must be 0 or more, got {pascanu}")
        if pascanu > 0:
            check_regularised(model.stack)
        self.module, self.pascanu = model, pascanu
        self.windows = windows
        self.validation = [ids[: validation_limit + 1] for ids in validation]
        self.metadata = metadata
        self.state: State = model.initial_state(windows.rows)

    def share(self, rank: int, world: int) -> None:
        self.windows.share(rank, world)
        self.state = self.module.initial_state(self.windows.rows)  # on the device of the weights

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        window = self.windows.next()
        device = self.state[0].device
        going_on = torch.from_numpy(~window.fresh).to(device)[None, :, None]
        state = tuple(part * going_on for part in self.state)
        inputs = torch.from_numpy(window.inputs).to(device)
        targets = torch.from_numpy(window.targets).to(device)
        with readings(self.module.stack) if self.pascanu > 0 else nullcontext([]) as heard:
            logits, state = network(inputs, state)
        self.state = tuple(part.detach() for part in state)
        loss = token_losses(logits, targets).sum()
        if self.pascanu > 0:
            loss = loss + self.pascanu * omega(self.module.stack, heard, loss)
        return loss, int((window.targets >= 0).sum())

    def validate(self, network: Callable[..., Any]) -> dict[str, float]:
        del network  # one process reads the whole validation split
        total, count = nats(self.module, self.validation)
        return {"loss": total / max(1, count)}

    def position(self) -> dict[str, Any]:
        return self.windows.position()

    def seek(self, position: dict[str, Any]) -> None:
        self.windows.seek(position)

    def carried(self) -> dict[str, Tensor]:
        return {str(index): part for index, part in enumerate(self.state)}

    def carry(self, tensors: dict[str, Tensor]) -> None:
        self.state = carried_on([tensors[str(i)] for i in range(len(tensors))], self.state)

    def checkpoint(self, figures: dict[str, float]) -> Checkpoint:
        metadata = {
            "task": "compose",
            "model": self.module.configuration(),
            **self.metadata,
            "metrics": {
                **self.metadata.get("metrics", {}),
                **({"validation_nats_per_token": figures["loss"]} if figures else {}),
            },
        }
        arrays = {name: np.asarray(array) for name, array in self.module.arrays().items()}
        return Checkpoint(arrays, metadata)
