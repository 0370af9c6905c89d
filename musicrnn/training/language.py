"""Learning a language model: next-id prediction by truncated backpropagation through time.

The state is carried from window to window of a piece and starts from zero at each new piece
(Mikolov 2010; Williams and Peng 1990). The validation loss is nats a token over whole pieces, each
cut at ``validation_limit`` ids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from musicrnn.checkpoint import Checkpoint
from musicrnn.layers.stack import State
from musicrnn.models.language import LanguageModel, token_losses
from musicrnn.models.scoring import nats
from musicrnn.training.windows import Ids, Windows


class LanguageObjective:
    """The Objective of a language model.

    Args:
        metadata: what goes into the checkpoint beside the model's own configuration.
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
    ) -> None:
        self.module = model
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
        logits, state = network(torch.from_numpy(window.inputs).to(device), state)
        self.state = tuple(part.detach() for part in state)
        losses = token_losses(logits, torch.from_numpy(window.targets).to(device))
        return losses.sum(), int((window.targets >= 0).sum())

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
        device = self.state[0].device
        self.state = tuple(tensors[str(i)].to(device) for i in range(len(tensors)))

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
