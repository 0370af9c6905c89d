"""A composing model as a graph of one step: ids [B] and the state -> logits [B, V] and the state.

Conventions. Inputs ``ids`` int64 [B], for a model that hears one ``context`` int64 [B, F], whose
fields the metadata name, and the states by their own names, [L, B, n] each, zeros at the start;
outputs ``logits`` float32 and each state as NAME_after. Any cell, any settings of the layers.
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

    def forward(self, ids: Tensor, *rest: Tensor) -> tuple[Tensor, ...]:
        inputs, state = ids[:, None], rest
        if self.model.fields:
            inputs, state = torch.cat([ids[:, None], rest[0]], 1)[:, None], rest[1:]
        logits, after = self.model(inputs, state)
        return (logits[:, 0], *after)


def language_graph(checkpoint: Checkpoint, model: LanguageModel) -> Graph:
    """The graph of a model file and its network."""
    names = model.stack.state_names
    states = distinct(dict(zip(names, model.initial_state(2), strict=True)))
    after = tuple(f"{name}_after" for name in names)
    context = {"context": torch.ones(2, len(model.fields), dtype=torch.long)}
    heard = context if model.fields else {}
    return Graph(
        _Step(model),
        {"ids": torch.tensor([0, 1]), **heard, **states},
        ("logits", *after),
        {**dict.fromkeys(("ids", *heard, "logits"), 0), **dict.fromkeys((*names, *after), 1)},
        lambda run: _difference(model, run),
        {
            "task": checkpoint.metadata["task"],
            "tokenizer": json.dumps(checkpoint.metadata.get("tokenizer"), ensure_ascii=False),
            "vocabulary": str(model.config.vocabulary),
            **({"context": model.config.context} if model.fields else {}),
        },
    )


@torch.no_grad()
def _difference(model: LanguageModel, run: Runner) -> float:
    """Over COMPARED_STEPS steps from silence: of probabilities, and of the states carried on."""
    random = np.random.default_rng(0)
    ids = random.integers(0, model.config.vocabulary, (COMPARED_STEPS, COMPARED_ROWS))
    heard = [random.integers(0, size, ids.shape) for size in model.config.fields.values()]
    state, most = model.initial_state(COMPARED_ROWS), 0.0
    names = model.stack.state_names
    carried = {name: part.numpy() for name, part in zip(names, state, strict=True)}
    for step, row in enumerate(ids):
        read, context = row[:, None], {}
        if heard:
            context = {"context": np.stack([field[step] for field in heard], 1)}
            read = np.concatenate([row[:, None], context["context"]], 1)[:, None]
        logits, state = model(torch.from_numpy(read), state)
        found = run({"ids": row, **context, **carried})
        carried = {name: found[f"{name}_after"] for name in names}
        told = torch.from_numpy(found["logits"]).softmax(1).numpy()
        most = max(most, relative(told, logits[:, 0].softmax(1).numpy()))
        for name, part in zip(names, state, strict=True):
            most = max(most, relative(carried[name], part.numpy()))
    return most
