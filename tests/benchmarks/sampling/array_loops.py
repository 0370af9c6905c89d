"""Sampling loops without torch: NumPy alone, and musicrnn's own CPU engine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from networks import Doubles, Floats, Folded, Loop, Tokens

from musicrnn.checkpoint import Checkpoint
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import draw

Told = Callable[[Tokens], Floats]  # tokens [T, B] fed one by one -> logits [T, B, V]


def numpy_loop(network: Folded) -> Loop:
    """One matrix product a layer, the gates pointwise."""
    weights = [np.ascontiguousarray(weight.T) for weight in network.weights]
    output, size = np.ascontiguousarray(network.output.T), network.output.shape[1]
    one = np.float32(1)

    def sigmoid(x: Floats) -> Floats:
        return one / (one + np.exp(-x))

    def run(uniforms: Doubles) -> Tokens:
        batch = uniforms.shape[1]
        ids = np.zeros(batch, np.int64)
        hidden = [np.zeros((batch, size), np.float32) for _ in weights]
        cells = [np.zeros((batch, size), np.float32) for _ in weights]
        drawn = np.empty(uniforms.shape, np.int64)
        for step, row in enumerate(uniforms):
            for index, weight in enumerate(weights):
                if index == 0:
                    gates = hidden[0] @ weight + network.table[ids]
                else:
                    both = np.concatenate((hidden[index - 1], hidden[index]), axis=1)
                    gates = both @ weight + network.biases[index - 1]
                into_forget = sigmoid(gates[:, : 2 * size])
                candidate = np.tanh(gates[:, 2 * size : 3 * size])
                cells[index] *= into_forget[:, size:]
                cells[index] += into_forget[:, :size] * candidate
                hidden[index] = sigmoid(gates[:, 3 * size :]) * np.tanh(cells[index])
            logits = hidden[-1] @ output + network.output_bias
            cumulated = np.exp(logits - logits.max(axis=1, keepdims=True)).cumsum(axis=1)
            ids = (cumulated > row[:, None] * cumulated[:, -1:]).argmax(axis=1)
            drawn[step] = ids
        return drawn

    return run


def engine_loop(engine: CPUEngine) -> Loop:
    """As the sampler steps it where there is no grammar."""

    def run(uniforms: Doubles) -> Tokens:
        engine.begin(uniforms.shape[1])
        ids = np.zeros(uniforms.shape[1], np.int64)
        drawn = np.empty(uniforms.shape, np.int64)
        for step, row in enumerate(uniforms):
            ids = drawn[step] = draw(engine.step(ids), row)
        return drawn

    return run


def engine_told(engine: CPUEngine) -> Told:
    """What the engine says along given tokens."""

    def run(tokens: Tokens) -> Floats:
        engine.begin(tokens.shape[1])
        return np.stack([engine.step(row).copy() for row in tokens])

    return run


def engines(checkpoint: Checkpoint) -> dict[str, CPUEngine]:
    """The engine with each kind of weights, by the kind's name."""
    return {
        "float32": CPUEngine(checkpoint, weights="float32"),
        "bfloat16": CPUEngine(checkpoint, weights="bfloat16"),
        "int8": CPUEngine(checkpoint, weights="int8"),
    }
