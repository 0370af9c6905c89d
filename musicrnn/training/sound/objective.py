"""Learning what sound's tokens follow: next-frame prediction by truncated backpropagation.

Conventions. Nats a frame, of all its books. The state is carried from window to window of a sound
and starts from zero at each new one (Mikolov 2010; Williams and Peng 1990). Validation reads whole
sounds, evenly among all, as many as have VALIDATED frames together, of samples VALIDATED_SAMPLES,
each of LONGEST at most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from musicrnn.arrays import Float64Array
from musicrnn.context.sound import Framing
from musicrnn.networks.sound import SoundModel, ahead_losses, frame_losses
from musicrnn.threads import suited_threads
from musicrnn.training.objective import Objective
from musicrnn.training.sound.data import CodedSound
from musicrnn.training.sound.windows import SoundWindow, SoundWindows

VALIDATED, VALIDATED_SAMPLES = 40_000, 300_000
LONGEST = 8000  # frames of a sound
ROWS, LENGTH = 32, 512  # sounds that are measured at once, frames that are read at a time


class SoundObjective(Objective):
    """See the module's text."""

    measured: ClassVar[str] = "validation_nats_per_frame"

    def __init__(
        self,
        network: SoundModel,
        windows: SoundWindows,
        validation: Sequence[CodedSound],
        framing: Framing,
    ) -> None:
        super().__init__(network, windows.rows)
        self.windows, self.framing = windows, framing
        total = sum(min(LONGEST, len(sound)) for sound in validation)
        wanted = VALIDATED if framing.delay else VALIDATED_SAMPLES
        self.validation = validation[:: max(1, total // wanted)]
        self.state = network.initial_state(windows.rows)

    def share(self, rank: int, world: int) -> None:
        self.windows.share(rank, world)
        self.state = self.module.initial_state(self.windows.rows)  # on the device of the weights

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        window = self.windows.next()
        going_on = torch.from_numpy(~window.fresh).to(self.device)[None, :, None]
        state = tuple(part * going_on for part in self.state)
        before, context, codes, there, foreseen = on_device(window, self.device)
        logits, state, ahead = network(before, context, codes, state, foreseen)
        self.state = tuple(part.detach() for part in state)
        loss = (frame_losses(logits, codes) * there).sum()
        if ahead is not None:  # learnt from, and not part of what is told
            far = ahead_losses(ahead, codes, there, self.module.config.looks)
            loss = loss + far - far.detach()
        return loss, int(window.there.sum())

    def validate(self) -> dict[str, float]:
        losses = sound_losses(self.module, self.validation, self.framing, longest=LONGEST)
        count = sum(map(len, losses))
        return {"loss": float(sum(loss.sum() for loss in losses)) / max(1, count)}

    def position(self) -> dict[str, Any]:
        return self.windows.position()

    def seek(self, position: dict[str, Any]) -> None:
        self.windows.seek(position)


def on_device(
    window: SoundWindow, device: torch.device
) -> tuple[Tensor, Tensor, Tensor, Tensor, tuple[Tensor, Tensor] | None]:
    """Before, context, codes, which frames there are, and what is foreseen of samples."""
    parts = window.before, window.context, window.codes, window.there
    before, context, codes, there = (torch.from_numpy(part).to(device) for part in parts)
    told = window.foreseen
    if told is None:
        return before, context, codes, there, None
    heard, logits = (torch.from_numpy(part).to(device) for part in (told.heard, told.logits))
    return before, context, codes, there, (heard, logits)


@torch.no_grad()
def sound_losses(
    model: SoundModel,
    sounds: Sequence[CodedSound],
    framing: Framing,
    *,
    longest: int | None = None,
) -> list[Float64Array]:
    """Nats of every frame [T] of each sound, of its first ``longest`` ones."""
    found: list[list[Float64Array]] = [[] for _ in sounds]
    training = model.training
    model.eval()
    order = sorted(range(len(sounds)), key=lambda index: -len(sounds[index]))
    with suited_threads(model, min(ROWS, max(1, len(sounds)))):
        for first in range(0, len(order), ROWS):
            group = order[first : first + ROWS]
            _read_group(
                model, [sounds[i] for i in group], framing, [found[i] for i in group], longest
            )
    model.train(training)
    return [np.concatenate(parts) if parts else np.zeros(0) for parts in found]


def _read_group(
    model: SoundModel,
    sounds: Sequence[CodedSound],
    framing: Framing,
    found: Sequence[list[Float64Array]],
    longest: int | None,
) -> None:
    """Side by side, each read once from its beginning."""
    windows = SoundWindows(sounds, framing, rows=len(sounds), length=LENGTH, seed=0)
    state, ends = model.initial_state(len(sounds)), [len(sound) for sound in sounds]
    ends = ends if longest is None else [min(longest, end) for end in ends]
    for start in range(0, max(ends), LENGTH):
        alive = [index for index, end in enumerate(ends) if start < end]
        windows.rows, windows.reading = len(alive), [(index, start, 0) for index in alive]
        state = tuple(part[:, : len(alive)] for part in state)
        window = windows.next()
        before, context, codes, _, foreseen = on_device(window, model.device)
        logits, state, _ = model(before, context, codes, state, foreseen)
        losses = frame_losses(logits, codes).double().cpu().numpy()
        for row, index in enumerate(alive):
            count = min(int(window.there[row].sum()), ends[index] - start)
            found[index].append(losses[row, :count])
