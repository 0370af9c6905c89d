"""Learning a language model: next-id prediction by truncated backpropagation through time.

The state is carried from window to window of a piece and starts from zero at each new piece
(Mikolov 2010; Williams and Peng 1990). The validation loss is nats a token over whole pieces, each
cut at VALIDATION_LIMIT ids. A model that hears a context is validated on fewer pieces, read whole
with their outlooks, since a return comes late; on the fewer, the shorter the training is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import torch
from torch import Tensor

from musicrnn.arrays import Ids
from musicrnn.context.fields import Outlook
from musicrnn.context.past import NO_OUTLOOK
from musicrnn.networks.language import LanguageModel, token_losses
from musicrnn.networks.scoring import input_losses
from musicrnn.training.compose.windows import Windows
from musicrnn.training.config import TrainingConfig
from musicrnn.training.gradient_norm import check_regularised, omega, readings
from musicrnn.training.objective import Objective

VALIDATION_LIMIT = 1024  # ids of a piece
VALIDATION_IDS = 120_000  # of whole pieces, about
LEAST_IDS, IDS_A_MINUTE = 20_000, 4000  # of them in a training of some minutes


def validation_ids(plan: TrainingConfig) -> int:
    """So many that a validation by time takes a small share of it."""
    if plan.minutes is None or plan.validate_every:
        return VALIDATION_IDS
    return min(VALIDATION_IDS, LEAST_IDS + int(IDS_A_MINUTE * plan.minutes))


class LanguageObjective(Objective):
    """See the module's text.

    Args:
        regulariser: weight of :mod:`musicrnn.training.gradient_norm` in the loss.
        validated: how many ids to validate on, about, where a context is heard.

    Raises:
        MusicRNNError: a network that the regulariser cannot be had for.
    """

    measured = "validation_nats_per_token"

    def __init__(
        self,
        network: LanguageModel,
        windows: Windows,
        validation: Sequence[Ids],
        *,
        regulariser: float = 0.0,
        outlooks: Sequence[Outlook] | None = None,
        validated: int = VALIDATION_IDS,
    ) -> None:
        super().__init__(network, windows.rows)
        if regulariser > 0:
            check_regularised(network.stack)
        self.regulariser, self.windows = regulariser, windows
        self.state = network.initial_state(windows.rows)
        if network.fields:
            whole = _some(validation, validated)
            known = [outlooks[index] if outlooks else NO_OUTLOOK for index in whole]
            pairs = (
                (validation[index], outlook) for index, outlook in zip(whole, known, strict=True)
            )
            self.validation = [network.inputs(ids, outlook) for ids, outlook in pairs]
        else:
            self.validation = [ids[: VALIDATION_LIMIT + 1] for ids in validation]

    def share(self, rank: int, world: int) -> None:
        self.windows.share(rank, world)
        self.state = self.module.initial_state(self.windows.rows)  # on the device of the weights

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        window = self.windows.next()
        going_on = torch.from_numpy(~window.fresh).to(self.device)[None, :, None]
        state = tuple(part * going_on for part in self.state)
        inputs = torch.from_numpy(window.inputs).to(self.device)
        targets = torch.from_numpy(window.targets).to(self.device)
        with readings(self.module.stack) if self.regulariser > 0 else nullcontext([]) as heard:
            logits, state = network(inputs, state)
        self.state = tuple(part.detach() for part in state)
        weights = torch.from_numpy(window.weights * (window.targets >= 0)).to(self.device)
        tokens = int((window.targets >= 0).sum())
        loss = (token_losses(logits, targets) * weights).sum() * (tokens / weights.sum())
        if self.regulariser > 0:
            loss = loss + self.regulariser * omega(self.module.stack, heard, loss)
        return loss, tokens

    def validate(self) -> dict[str, float]:
        losses = input_losses(self.module, self.validation)
        count = sum(map(len, losses))
        return {"loss": float(sum(loss.sum() for loss in losses)) / max(1, count)}

    def position(self) -> dict[str, Any]:
        return self.windows.position()

    def seek(self, position: dict[str, Any]) -> None:
        self.windows.seek(position)


def _some(pieces: Sequence[Ids], wanted: int) -> list[int]:
    """Pieces of about so many ids together, evenly among all, by their numbers."""
    total = sum(map(len, pieces))
    every = max(1, total // wanted)
    return list(range(0, len(pieces), every))
