"""A composing model as a graph of one step: ids [B] and the state -> logits [B, V] and the state.

Conventions. Inputs ``ids`` int64 [B] and the states by their own names, [L, B, n] each, zeros at
the start; outputs ``logits`` float32 and each state as NAME_after. Any cell, any settings of the
layers.
"""

from __future__ import annotations

import json

import numpy as np
import torch
from torch import Tensor, nn

from musicrnn.checkpoint import Checkpoint
from musicrnn.export.graph import Graph, Runner, distinct, relative
from musicrnn.export.plain import plain
from musicrnn.networks.language import LanguageModel

COMPARED_STEPS, COMPARED_ROWS = 24, 3  # of the comparison


class _Step(nn.Module):
    def __init__(self, model: LanguageModel) -> None:
        super().__init__()
        self.model = plain(model)

    def forward(self, ids: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        logits, after = self.model(ids[:, None], state)
        return (logits[:, 0], *after)


def language_graph(checkpoint: Checkpoint, model: LanguageModel) -> Graph:
    """The graph of a model file and its network."""
    names = model.stack.state_names
    states = distinct(dict(zip(names, model.initial_state(2), strict=True)))
    after = tuple(f"{name}_after" for name in names)
    return Graph(
        _Step(model),
        {"ids": torch.tensor([0, 1]), **states},
        ("logits", *after),
        {"ids": 0, "logits": 0, **dict.fromkeys((*names, *after), 1)},
        lambda run: _difference(model, run),
        {
            "task": checkpoint.metadata["task"],
            "tokenizer": json.dumps(checkpoint.metadata.get("tokenizer"), ensure_ascii=False),
            "vocabulary": str(model.config.vocabulary),
        },
    )


@torch.no_grad()
def _difference(model: LanguageModel, run: Runner) -> float:
    """Over COMPARED_STEPS steps from silence: of probabilities, and of the states carried on."""
    ids = np.random.default_rng(0).integers(
        0, model.config.vocabulary, (COMPARED_STEPS, COMPARED_ROWS)
    )
    state, most = model.initial_state(COMPARED_ROWS), 0.0
    names = model.stack.state_names
    carried = {name: part.numpy() for name, part in zip(names, state, strict=True)}
    for row in ids:
        logits, state = model(torch.from_numpy(row)[:, None], state)
        found = run({"ids": row, **carried})
        carried = {name: found[f"{name}_after"] for name in names}
        told = torch.from_numpy(found["logits"]).softmax(1).numpy()
        most = max(most, relative(told, logits[:, 0].softmax(1).numpy()))
        for name, part in zip(names, state, strict=True):
            most = max(most, relative(carried[name], part.numpy()))
    return most
