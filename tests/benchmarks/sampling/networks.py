"""Random networks for the benchmarks, and the tokens that exact arithmetic draws from them.

Conventions. Weights are normal. Input and recurrent matrices have the spread of those of the
bundled pop and folk models (beside 1 / sqrt(inputs)), the output matrix one that leaves 2 to 3 nats
in the next token. They are no trained model. A loop is a function from uniforms [T, B] in [0, 1) to
tokens [T, B]: each is drawn by inverse CDF (the first whose cumulated probability exceeds the
uniform) and fed back, after token 0 and from the state of zeros.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.layers.array_stack import stack_shapes
from musicrnn.networks.language_config import LanguageConfig

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Tokens = NDArray[np.int64]
Loop = Callable[[Doubles], Tokens]

SPREAD = {"embedding": 2.4, "output": 15.0, "weight_ih": 2.0, "weight_hh": 1.7, "bias": 0.3}
MARGIN = 1e-5  # between a uniform and the nearest step of the CDF: far above float32's rounding


def random_checkpoint(config: LanguageConfig, seed: int = 0) -> Checkpoint:
    """A file's content, as the sampler loads it."""
    random = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "embedding.weight": (config.vocabulary, config.embedding),
        "output.weight": (config.vocabulary, config.hidden),
        "output.bias": (config.vocabulary,),
    }
    stack = stack_shapes(
        config.cell, config.embedding, config.hidden, layers=config.layers, settings=config.layer
    )
    shapes |= {f"stack.{name}": shape for name, shape in stack.items()}
    arrays = {
        name: (_spread(name, shape) * random.standard_normal(shape)).astype(np.float32)
        for name, shape in shapes.items()
    }
    return Checkpoint(arrays, {"task": "compose", "model": config.as_json()})


def _spread(name: str, shape: tuple[int, ...]) -> float:
    if len(shape) == 1:
        return SPREAD["bias"]
    kind = next(kind for kind in SPREAD if kind in name)
    return SPREAD[kind] * shape[-1] ** -0.5


@dataclass(frozen=True, eq=False)
class Folded:
    """An LSTM as few products: the embedding folded into the first layer, [below; h] as one.

    Gates in torch's order: input, forget, candidate, output.
    """

    table: Floats  # [V, 4H], the first layer's biases included
    weights: list[Floats]  # [4H, H] of the first layer, [4H, 2H] of those above
    biases: list[Floats]  # [4H] of the layers above the first
    output: Floats  # [V, H]
    output_bias: Floats  # [V]

    @property
    def numbers(self) -> int:
        """How many weights a step has to read, the row of the table and the biases left out."""
        return sum(weight.size for weight in self.weights) + self.output.size


def folded(checkpoint: Checkpoint) -> Folded:
    """The LSTM of a checkpoint, without loss."""
    arrays = checkpoint.arrays
    layers = []
    for index in range(checkpoint.entry("model")["layers"]):
        prefix = f"stack.layers.{index}."
        bias = arrays[f"{prefix}bias_ih_l0"] + arrays[f"{prefix}bias_hh_l0"]
        layers.append((arrays[f"{prefix}weight_ih_l0"], arrays[f"{prefix}weight_hh_l0"], bias))
    first = layers[0]
    table = arrays["embedding.weight"].astype(np.float64) @ first[0].astype(np.float64).T + first[2]
    return Folded(
        table.astype(np.float32),
        [first[1], *(np.concatenate([w, u], axis=1) for w, u, _ in layers[1:])],
        [bias for _, _, bias in layers[1:]],
        arrays["output.weight"],
        arrays["output.bias"],
    )


@dataclass(frozen=True, eq=False)
class Path:
    """What exact arithmetic draws: uniforms [T, B], tokens [T, B], nats of the distributions."""

    uniforms: Doubles
    tokens: Tokens
    entropy: float


def exact_path(network: Folded, steps: int, batch: int, *, seed: int = 1) -> Path:
    """The tokens in float64; uniforms within MARGIN of a step of the CDF are drawn again.

    There rounding decides, so that two right programs may differ; elsewhere they must agree.
    """
    random = np.random.default_rng(seed)
    ids = np.zeros(batch, np.int64)
    hidden = [np.zeros((batch, network.output.shape[1])) for _ in network.weights]
    cells = [part.copy() for part in hidden]
    weights = [weight.astype(np.float64).T for weight in network.weights]
    output = network.output.astype(np.float64).T
    uniforms, tokens, entropy = np.empty((steps, batch)), np.empty((steps, batch), np.int64), 0.0
    for step in range(steps):
        for index, weight in enumerate(weights):
            if index == 0:
                gates = network.table[ids] + hidden[0] @ weight
            else:
                both = np.concatenate([hidden[index - 1], hidden[index]], axis=1)
                gates = network.biases[index - 1] + both @ weight
            into, forget, candidate, out = np.split(gates, 4, axis=1)
            cells[index] = _sigmoid(forget) * cells[index] + _sigmoid(into) * np.tanh(candidate)
            hidden[index] = _sigmoid(out) * np.tanh(cells[index])
        chances = probabilities(hidden[-1] @ output + network.output_bias)
        cumulated = np.cumsum(chances, axis=1)
        entropy -= float((chances * np.log(chances + 1e-300)).sum()) / (steps * batch)
        drawn = random.random(batch)
        while (near := np.abs(cumulated - drawn[:, None]).min(axis=1) < MARGIN).any():
            drawn[near] = random.random(int(near.sum()))
        ids = (cumulated > drawn[:, None]).argmax(axis=1)
        uniforms[step], tokens[step] = drawn, ids
    return Path(uniforms, tokens, entropy)


def probabilities(logits: NDArray[np.floating]) -> Doubles:
    """Softmax over the last axis, in float64."""
    chances = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return chances / chances.sum(axis=-1, keepdims=True)


def _sigmoid(x: Doubles) -> Doubles:
    return 1 / (1 + np.exp(-x))
