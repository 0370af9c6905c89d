"""What a language model says and holds at every step of a piece: its logits and hidden states."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from musicrnn.networks.language import LanguageModel
from musicrnn.threads import suited_threads

Values = NDArray[np.float32]


def step_logits(model: LanguageModel, ids: Sequence[int]) -> Values:
    """[T, V]: row t holds the logits of the id that follows the first t + 1."""
    with torch.no_grad(), suited_threads(model, 1):
        read = _read(model, ids)
        return model(read, model.initial_state(1))[0][0].float().cpu().numpy()


def step_states(model: LanguageModel, ids: Sequence[int]) -> dict[str, Values]:
    """Each part of the state after each id, [L, T, n], by the name that the cell gives it."""
    state, found = model.initial_state(1), list[tuple[torch.Tensor, ...]]()
    with torch.no_grad(), suited_threads(model, 1):
        read = _read(model, ids)
        for step in range(len(ids)):
            _, state = model(read[:, step : step + 1], state)
            found.append(tuple(part[:, 0] for part in state))
    parts = (torch.stack(part, 1).float().cpu().numpy() for part in zip(*found, strict=True))
    return dict(zip(model.stack.state_names, parts, strict=True))


def _read(model: LanguageModel, ids: Sequence[int]) -> torch.Tensor:
    """[1, T] or [1, T, 1 + F], what the model reads."""
    read = model.inputs(np.array(ids, np.int32)).astype(np.int64)
    return torch.from_numpy(read)[None].to(model.device)
