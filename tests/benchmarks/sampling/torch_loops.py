"""Sampling loops in torch: its own layer stepped from Python, and a step of one product a layer."""

from __future__ import annotations

import numpy as np
import torch
from networks import Doubles, Folded, Loop, Tokens
from torch import Tensor, nn

from musicrnn.checkpoint import Checkpoint

LAYERS = {"lstm": nn.LSTM, "gru": nn.GRU}


def layer_loop(checkpoint: Checkpoint) -> Loop:
    """nn.Embedding, nn.LSTM or nn.GRU with one step at a time, nn.Linear."""
    model, arrays = checkpoint.entry("model"), checkpoint.arrays
    weights = {name: torch.from_numpy(array.copy()) for name, array in arrays.items()}
    embedding = nn.Embedding.from_pretrained(weights["embedding.weight"])
    layer = LAYERS[model["cell"]](model["embedding"], model["hidden"], model["layers"])
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    layer.load_state_dict({
        f"{name}_l{index}": weights[f"stack.layers.{index}.{name}_l0"]
        for index in range(model["layers"])
        for name in names
    })  # fmt: skip
    output = nn.Linear(model["hidden"], model["vocabulary"])
    output.load_state_dict({"weight": weights["output.weight"], "bias": weights["output.bias"]})

    @torch.inference_mode()
    def run(uniforms: Doubles) -> Tokens:
        ids = torch.zeros(uniforms.shape[1], dtype=torch.int64)
        state: tuple[Tensor, Tensor] | Tensor | None = None
        drawn: list[Tensor] = []
        for row in torch.from_numpy(uniforms).float():
            y, state = layer(embedding(ids)[None], state)  # [1, B, H]
            ids = _draw(output(y[0]), row)
            drawn.append(ids)
        return torch.stack(drawn).numpy()

    return run


def fused_loop(network: Folded) -> Loop:
    """The embedding folded into a table, one addmm a layer, the gates pointwise."""
    table, output_bias = torch.from_numpy(network.table), torch.from_numpy(network.output_bias)
    weights = [torch.from_numpy(weight).T for weight in network.weights]
    biases = [torch.from_numpy(bias) for bias in network.biases]
    output = torch.from_numpy(network.output).T

    @torch.inference_mode()
    def run(uniforms: Doubles) -> Tokens:
        batch = uniforms.shape[1]
        ids = torch.zeros(batch, dtype=torch.int64)
        hidden = [torch.zeros(batch, output.shape[0]) for _ in weights]
        cells = [torch.zeros(batch, output.shape[0]) for _ in weights]
        drawn: list[Tensor] = []
        for row in torch.from_numpy(uniforms).float():
            for index, weight in enumerate(weights):
                if index == 0:
                    gates = torch.addmm(table[ids], hidden[0], weight)
                else:
                    both = torch.cat((hidden[index - 1], hidden[index]), 1)
                    gates = torch.addmm(biases[index - 1], both, weight)
                into, forget, candidate, out = gates.chunk(4, 1)
                kept = forget.sigmoid_().mul_(cells[index])
                cells[index] = kept.addcmul_(into.sigmoid_(), candidate.tanh_())
                hidden[index] = out.sigmoid_() * cells[index].tanh()
            ids = _draw(torch.addmm(output_bias, hidden[-1], output), row)
            drawn.append(ids)
        return torch.stack(drawn).numpy().astype(np.int64)

    return run


def _draw(logits: Tensor, uniforms: Tensor) -> Tensor:
    """Inverse CDF: the first id whose cumulated probability exceeds the uniform."""
    cumulated = logits.softmax(1).cumsum(1)
    found = torch.searchsorted(cumulated, uniforms[:, None], right=True)[:, 0]
    return found.clamp_(max=logits.shape[1] - 1)
