"""Engines: what turns the last ids into the logits of the next.

Conventions. ids [B] -> logits [B, V] float32; the recurrent state is inside. For a model that hears
a context ids come with it, [B, 1 + F]; of ids alone nothing is known. The CPU engine runs on NumPy
and compiled loops and needs no torch. On a GPU nothing is stepped from here: there whole pieces are
drawn (:mod:`musicrnn.sampling.graph_sampler`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array, Ids, NamedArrays
from musicrnn.bounds import check, choice
from musicrnn.cells.product import WEIGHT_FORMATS, WeightFormat, pack_matrix, product
from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import FIELDS, TONES, Outlook, sizes
from musicrnn.context.past import NO_OUTLOOK, Past, facts, looked_up
from musicrnn.context.pointing import (
    HARMONIC,
    first_line,
    first_pointer,
    near_ids,
    passed_over,
    roots_of_chords,
    score_count,
    still_open,
    target_count,
    tone_columns,
    tones_of_lines,
)
from musicrnn.context.readings import check_readings
from musicrnn.device import check_device
from musicrnn.errors import MusicRNNError
from musicrnn.layers.array_stack import ArrayStack, check_shapes, part_of, stack_shapes
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.sampling.pointed import add_rows, copied, harmonized

Steps = NDArray[np.int64]
NOTHING = np.zeros(0, np.int64)


class Engine(Protocol):
    """Feeds ids to a model row by row, all rows in step."""

    def begin(self, rows: int, read: Steps = NOTHING) -> None:
        """Start ``rows`` sequences, each of which has read the same steps, [N] or [N, 1 + F]."""
        ...

    def step(self, inputs: Steps) -> Float32Array:
        """Read one id a row, [B] or [B, 1 + F]; logits [B, V] of the next."""
        ...

    def past(self, outlook: Outlook = NO_OUTLOOK) -> Past | None:
        """What makes the context of a new piece; None where none is heard."""
        ...

    def inputs(self, token: int, past: Past | None) -> Sequence[int]:
        """What a step reads of the last id, with the context of a past that has it."""
        ...

    def steps_of(self, ids: Ids) -> NDArray[np.int32]:
        """What the steps of a whole piece read, [N] or [N, 1 + F]."""
        ...

    def keep(self, rows: NDArray[np.int64]) -> None:
        """Go on with these rows alone, in this order."""
        ...

    def restart(self, rows: NDArray[np.int64]) -> None:
        """Let these rows start again as :meth:`begin` started them."""
        ...


class CPUEngine:
    """A language model's checkpoint, stepped on one core.

    The embeddings are folded into the first layer's input weights, so that their products are
    tables, always exact. ``weights`` is the format of the other matrices: "float32", "bfloat16" or
    "int8".
    A row's logits are the same bits whatever the number of rows.
    """

    def __init__(self, checkpoint: Checkpoint, weights: WeightFormat = "float32") -> None:
        config = LanguageConfig.from_json(checkpoint.entry("model"))
        _check(config, checkpoint)
        arrays = checkpoint.arrays
        own = part_of(arrays, "stack.")
        stack = partial(ArrayStack, config.cell, config.hidden, own)
        stack = partial(stack, layers=config.layers, settings=config.layer)
        embedding = arrays["embedding.weight"]
        output = embedding if config.tied else arrays["output.weight"]
        bias = arrays["output.bias"]
        self.vocabulary, self.fields = config.vocabulary, tuple(config.fields)
        if self.fields:
            output = np.concatenate([output, arrays["copies.weight"]])
            bias = np.concatenate([bias, arrays["copies.bias"]])
        self.output = pack_matrix(output, weights), bias
        self.stack = stack()
        with np.errstate(over="ignore", invalid="ignore"):  # the sampler refuses such logits
            self.folded = not (self.fields and config.layer.norm)  # a norm is of the sum
            self.table = self.stack.from_input(embedding) if self.folded else embedding
            if self.fields:
                self._hear(config, arrays)
        if weights != "float32":
            self.stack = stack(weights=weights)

    def _hear(self, config: LanguageConfig, arrays: NamedArrays) -> None:
        """The tables of the context's fields: what each value adds to the first layer's input."""
        sizes = list(config.fields.values())
        self.readings = arrays["readings"]
        self.columns = [FIELDS.index(name) for name in self.fields]
        self.offsets = np.cumsum([0, *sizes[:-1]])
        self.first_pointer, self.first_line = first_pointer(self.fields), first_line(self.fields)
        self.near = near_ids(self.readings)
        self.tones = tone_columns(self.fields)
        if self.tones:
            self.sounds = tones_of_lines(self.readings.astype(np.int64))
            self.passed, self.open = passed_over(self.readings), still_open(self.readings)
            self.roots = roots_of_chords(self.readings)
            self.chords = [n for n, name in enumerate(self.fields) if name == "chord"]
        self.first_tone = self.vocabulary + target_count(self.fields)
        embedding = arrays["context.weight"]
        self.heard = FoldedRows(embedding, self.stack) if self.folded else embedding

    def begin(self, rows: int, read: Steps = NOTHING) -> None:
        self.stack.begin(1)
        for row in read:
            self.step(row[None])
        self.start = self.stack.state_of(0)
        self.stack.begin(rows)
        self.restart(np.arange(rows))

    def keep(self, rows: NDArray[np.int64]) -> None:
        self.stack.keep(rows)

    def restart(self, rows: NDArray[np.int64]) -> None:
        self.stack.put(rows, self.start)

    def past(self, outlook: Outlook = NO_OUTLOOK) -> Past | None:
        return Past(self.readings, outlook) if self.fields else None

    def inputs(self, token: int, past: Past | None) -> Sequence[int]:
        return [token] if past is None else [token, *past.context()[self.columns].tolist()]

    def steps_of(self, ids: Ids) -> NDArray[np.int32]:
        if not self.fields:
            return ids
        context = looked_up(facts(ids, self.readings), ids, self.readings)
        return np.concatenate([ids[:, None], context[:, self.columns]], axis=1)

    @np.errstate(over="ignore", invalid="ignore")
    def step(self, inputs: Steps) -> Float32Array:
        if not self.fields:
            return product(*self.output, self.stack.step(self.table[inputs]))
        if inputs.ndim == 1:
            inputs = np.pad(inputs[:, None], ((0, 0), (0, len(self.fields))))
        ids, context = inputs[:, 0], inputs[:, 1:]
        entering = self.table[ids]
        chosen = context + self.offsets
        heard = self.heard.of(chosen) if isinstance(self.heard, FoldedRows) else self.heard
        add_rows(entering, heard, chosen)
        if not self.folded:
            entering = self.stack.from_input(entering)
        told = product(*self.output, self.stack.step(entering))
        pointers = context[:, self.first_pointer :]
        logits = copied(told, pointers, self.first_line, self.near)
        if self.tones:
            first = self.tones[0]
            tones = context[:, first : first + 3 * len(self.tones)]
            scores = told[:, self.first_tone :].reshape(len(ids), -1, TONES)
            of_lines, of_root = np.split(scores, [HARMONIC * len(self.tones)], axis=1)
            of_lines = of_lines.reshape(len(ids), HARMONIC, len(self.tones), TONES)
            roots = self.roots[context[:, self.chords]].sum(axis=1)
            passing = self.passed, self.open[ids]
            harmonized(logits, of_lines, of_root, tones, roots, self.sounds, passing)
        return logits


class FoldedRows:
    """What the rows of an embedding add to the first layer's input, each folded when it is first
    needed: a piece needs few of the thousands that there are."""

    def __init__(self, embedding: Float32Array, stack: ArrayStack) -> None:
        self.embedding, self.stack = embedding, stack  # in float32
        self.nothing = stack.from_input(np.zeros_like(embedding[:1]))
        self.rows = np.empty((len(embedding), self.nothing.shape[1]), np.float32)
        self.ready = np.zeros(len(embedding), np.bool_)

    def of(self, chosen: NDArray[np.int64]) -> Float32Array:
        """[rows, n], of which those that are chosen hold."""
        if not self.ready[chosen].all():
            missing = np.unique(chosen[~self.ready[chosen]])
            self.rows[missing] = self.stack.from_input(self.embedding[missing]) - self.nothing
            self.ready[missing] = True
        return self.rows


def _check(config: LanguageConfig, checkpoint: Checkpoint) -> None:
    """Compiled code relies upon the shapes."""
    wanted: dict[str, tuple[int, ...]] = {
        "embedding.weight": (config.vocabulary, config.embedding),
        "output.bias": (config.vocabulary,),
    }
    if not config.tied:
        wanted["output.weight"] = (config.vocabulary, config.hidden)
    if config.context:
        copies = score_count(tuple(config.fields))
        wanted["context.weight"] = (sum(config.fields.values()), config.embedding)
        wanted["copies.weight"] = (copies, config.hidden)
        wanted["copies.bias"] = (copies,)
    shapes = stack_shapes(
        config.cell, config.embedding, config.hidden, layers=config.layers, settings=config.layer
    )
    wanted |= {f"stack.{name}": shape for name, shape in shapes.items()}
    check_shapes(checkpoint.arrays, wanted)
    if config.context:
        check_readings(checkpoint.arrays.get("readings"), config.vocabulary)
        _check_sizes(config, checkpoint)
    known = {*wanted, "readings"} if config.context else set(wanted)
    if more := sorted(checkpoint.arrays.keys() - known):
        raise MusicRNNError(
            f"the model file does not fit its own configuration: {more[0]} is in it, "
            "no such array is expected"
        )


def _check_sizes(config: LanguageConfig, checkpoint: Checkpoint) -> None:
    """Every value that a context can have has a row."""
    needed = sizes(checkpoint.arrays["readings"], config.vocabulary)
    for name, size in config.fields.items():
        if size < needed[name]:
            raise MusicRNNError(
                f"the model file's context is too small for its ids: {name} is {size}, "
                f"not {needed[name]} or more"
            )


@dataclass(frozen=True)
class EngineSettings:
    """What draws a piece.

    Args:
        device: "auto" and "cpu" are the CPU engine, "cuda" a GPU. "auto" does not look for one:
            importing torch to look takes longer than a piece does.
        weights: how they are held: "float32", exact; "bfloat16" or, on the CPU, "int8": faster at
            the price of a slightly other distribution (``musicrnn inspect MODEL --weights``).
    """

    device: str = "auto"
    weights: str = choice("float32", *WEIGHT_FORMATS)

    def __post_init__(self) -> None:
        check_device(self.device)
        check(self)
        if self.on_gpu and self.weights == "int8":
            raise MusicRNNError("int8 weights are for the CPU: ask a GPU for bfloat16")

    @property
    def on_gpu(self) -> bool:
        return self.device.startswith("cuda")


def check_sampled(checkpoint: Checkpoint) -> None:
    """Raises:
    MusicRNNError: a model without a vocabulary to draw the next id from.
    """
    if "vocabulary" not in checkpoint.entry("model"):
        raise MusicRNNError(
            f"only models that compose token after token can do this, such as pop; this one's "
            f"task is {checkpoint.metadata.get('task')!r}"
        )


def engine_for(checkpoint: Checkpoint, settings: EngineSettings | None = None) -> CPUEngine:
    """What steps a model. A GPU is not stepped: see :mod:`musicrnn.sampling.graph_sampler`.

    Raises:
        MusicRNNError: a GPU is asked for, or a model that is not a language model.
    """
    settings = settings or EngineSettings()
    check_sampled(checkpoint)
    if settings.on_gpu:
        raise MusicRNNError(f"{settings.device} draws whole pieces, many at once: step on the CPU")
    return CPUEngine(checkpoint, cast(WeightFormat, settings.weights))
