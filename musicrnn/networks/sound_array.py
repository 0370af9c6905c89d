"""A model of sound's tokens stepped in NumPy and compiled loops, frame by frame. Needs no torch.

Conventions. The weights are those of musicrnn.networks.sound, and so are the logits (to 1e-4: the
order of sums is another). B rows are stepped together, each as if it were alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array
from musicrnn.cells.product import pack_parameter, product
from musicrnn.context.linear_prediction import HEARD, LinearPredictor
from musicrnn.layers.array_stack import ArrayStack, check_shapes, part_of, stack_shapes
from musicrnn.layers.settings import LayerSettings
from musicrnn.networks.sound_config import INNER_CELL, SoundConfig

Choose = Callable[[int, Float32Array], NDArray[np.int64]]  # book, logits [B, K] -> codes [B]


class SoundEngine:
    """Raises MusicRNNError: arrays that do not fit the configuration."""

    def __init__(self, config: SoundConfig, arrays: Mapping[str, NDArray[Any]]) -> None:
        check_shapes(arrays, _shapes(config))
        self.config = config
        self.embedding, self.context = arrays["embedding.weight"], arrays["context.weight"]
        own = part_of(arrays, "stack.")
        self.stack = ArrayStack(
            config.cell, config.hidden, own, layers=config.layers, settings=config.layer
        )
        self.outputs = [
            (pack_parameter(np.ascontiguousarray(weight)), bias)
            for weight, bias in zip(arrays["weight"], arrays["bias"], strict=True)
        ]
        self.offsets = np.arange(config.books) * (config.codes + 1)
        if config.linear:
            self.foreseen = pack_parameter(arrays["foreseen.weight"]), arrays["foreseen.bias"]
        else:
            self.follows = arrays["follows.weight"]
        if config.books > 1:
            self.enter = pack_parameter(arrays["enter.weight"]), arrays["enter.bias"]
            inner, settings = part_of(arrays, "inner."), LayerSettings()
            self.inner = ArrayStack(INNER_CELL, config.inner, inner, layers=1, settings=settings)
            self.below = self.inner.from_input(arrays["below.weight"])  # [Q (K + 1), rows]
        self.begin(1)

    def begin(self, rows: int) -> None:
        """Start ``rows`` sounds from zeros."""
        self.stack.begin(rows)
        self.before = np.full((rows, self.config.books), self.config.codes, np.int64)
        self.predictor = LinearPredictor(rows, self.config.linear) if self.config.linear else None

    def keep(self, rows: NDArray[np.int64]) -> None:
        """Go on with these rows alone, in this order."""
        self.stack.keep(rows)
        self.before = self.before[rows]
        if self.predictor is not None:
            self.predictor.keep(rows)

    @np.errstate(over="ignore", invalid="ignore")
    def step(self, context: NDArray[np.int32], choose: Choose) -> NDArray[np.int64]:
        """The codes [B, Q] of the next frame, whose context is [B, F]: ``choose`` is asked for
        those of one book after the other."""
        config = self.config
        heard = self.embedding[self.before + self.offsets].sum(1, dtype=np.float32)
        for column, (start, size) in enumerate(config.places):
            if size:
                heard += self.context[np.minimum(context[:, column], size - 1) + start]
        if self.predictor is None:
            known = self.follows[self.before + self.offsets]  # [B, Q, K]
        else:
            foreseen = self.predictor.foreseen()
            heard += product(*self.foreseen, foreseen.heard)
            known = foreseen.logits[:, None]
        y = self.stack.step(self.stack.from_input(heard))
        codes = np.empty((len(y), config.books), np.int64)
        if config.books == 1:
            codes[:, 0] = choose(0, product(*self.outputs[0], y) + known[:, 0])
        else:
            self.inner.state = [(np.tanh(product(*self.enter, y)),)]
            last = np.full(len(y), config.codes)
            for book, output in enumerate(self.outputs):
                u = self.inner.step(self.below[last + self.offsets[book]])
                logits = product(*output, u) + known[:, book]
                codes[:, book] = last = choose(book, logits)
        self.before = codes
        if self.predictor is not None:
            self.predictor.push(codes[:, 0])
        return codes


def _shapes(config: SoundConfig) -> dict[str, tuple[int, ...]]:
    books, names, size = config.books, config.codes + 1, config.embedding
    wanted: dict[str, tuple[int, ...]] = {
        "embedding.weight": (books * names, size), "context.weight": (config.values, size),
    }  # fmt: skip
    if config.linear:
        wanted |= {"foreseen.weight": (size, HEARD), "foreseen.bias": (size,)}
    else:
        wanted["follows.weight"] = (books * names, config.codes)
    stacks = [("stack", config.cell, size, config.hidden, config.layers, config.layer)]
    read = config.hidden
    if books > 1:
        read = config.inner
        wanted |= {"enter.weight": (read, config.hidden), "enter.bias": (read,)}
        wanted["below.weight"] = (books * names, read)
        stacks.append(("inner", INNER_CELL, read, read, 1, LayerSettings()))
    for name, cell, inputs, hidden, layers, settings in stacks:
        shapes = stack_shapes(cell, inputs, hidden, layers=layers, settings=settings)
        wanted |= {f"{name}.{part}": shape for part, shape in shapes.items()}
    if config.ahead:  # of training alone
        wanted |= {"ahead.weight": (config.ahead * read, config.hidden)}
        wanted["ahead.bias"] = (config.ahead * read,)
    return wanted | {"weight": (books, config.codes, read), "bias": (books, config.codes)}
