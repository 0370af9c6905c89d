"""How far a model with quantized weights diverges from the same model with exact ones, token by
token.

Conventions. A piece is ids [N]; the first is given, and before each of the N - 1 others every
engine gives its distribution over the whole vocabulary: softmax at temperature 1, no grammar, no
filter. With p the first engine's and q another's, the divergence of a token is that of Kullback and
Leibler, sum p log(p / q), what rounding makes negative being 0; its likelihood is -log q of the id
that comes; both in nats. Every token weighs the same. Logits are float32 as the engines give them,
all that follows is float64.

A mean of d nats says that n tokens drawn by the first give n d nats of evidence, on average, that
they are not by the other: at 1e-4 a piece of 1,000 tokens gives 0.1 nats.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float64Array, Ids
from musicrnn.cells.product import WEIGHT_FORMATS, PackedWeights, WeightFormat
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.sampling.engine import CPUEngine, Engine
from musicrnn.sampling.filters import NOT_FINITE

BATCH_PIECES = 128  # pieces read side by side
# tokens predicted: a quarter of a minute for the largest of the bundled models
MAX_TOKENS = 100_000


@dataclass(frozen=True, eq=False)
class Readings:
    """Divergence and loss of E engines on the same N tokens, both [E, N] in nats; ``divergence[0]``
    is 0."""

    divergence: Float64Array
    nats: Float64Array


@dataclass(frozen=True)
class FormatFigures:
    """How a model fares with its matrices in one format.

    Attributes:
        weights: one of WEIGHT_FORMATS.
        size: bytes of the packed matrices that the engine holds, zeros that fill them up and the
            scales of their rows included; the table of the embedding, always float32, is not.
        divergence, divergence_99, divergence_largest: mean over the tokens, what 99 of a hundred
            tokens do not exceed, and the largest, in nats.
        nats_per_token: mean.
        change: of ``nats_per_token`` against float32, as a share; below 0 is better than float32.
    """

    weights: WeightFormat
    size: int
    divergence: float
    divergence_99: float
    divergence_largest: float
    nats_per_token: float
    change: float


def format_figures(checkpoint: Checkpoint, pieces: Sequence[Ids]) -> list[FormatFigures]:
    """The model in each of WEIGHT_FORMATS on the CPU, on the same pieces.

    Raises:
        MusicRNNError: no piece of two ids or more, ids outside the vocabulary, logits that are not
            finite, or a file that does not fit its own configuration.
    """
    engines = [CPUEngine(checkpoint, kind) for kind in WEIGHT_FORMATS]
    size = engines[0].vocabulary
    for piece in pieces:
        if len(piece) and not 0 <= piece.min() <= piece.max() < size:
            raise MusicRNNError(
                f"ids must be in 0..{size - 1}, got {piece.min()}..{piece.max()}: "
                "the pieces are of another tokenizer"
            )
    readings = read_beside(engines, pieces)
    exact = float(readings.nats[0].mean())
    found: list[FormatFigures] = []
    for place, kind in enumerate(WEIGHT_FORMATS):
        divergence, nats = readings.divergence[place], float(readings.nats[place].mean())
        found.append(
            FormatFigures(
                kind,
                matrix_bytes(engines[place]),
                float(divergence.mean()),
                float(np.quantile(divergence, 0.99)),
                float(divergence.max()),
                nats,
                nats / exact - 1,
            )
        )
    return found


def read_beside(engines: Sequence[Engine], pieces: Sequence[Ids]) -> Readings:
    """Let all engines read the same pieces, many side by side; tokens in no order to rely upon.

    Raises:
        MusicRNNError: no piece of two ids or more, or logits that are not finite.
    """
    long_enough = [piece for piece in pieces if len(piece) > 1]
    if not long_enough:
        raise MusicRNNError(
            f"no token to predict: {counted(len(pieces), 'piece')}, none of two ids or more"
        )
    ordered = sorted(long_enough, key=len, reverse=True)
    steps = [
        step
        for first in range(0, len(ordered), BATCH_PIECES)
        for step in _steps(engines, ordered[first : first + BATCH_PIECES])
    ]
    return Readings(*(np.concatenate(parts, axis=1) for parts in zip(*steps, strict=True)))


def truncated(pieces: Sequence[Ids], limit: int = MAX_TOKENS) -> tuple[list[Ids], int | None]:
    """The pieces cut to one length so that ``limit`` tokens are predicted at most, one of each
    piece at least; the length, or None where nothing had to be cut."""
    lengths = np.array([len(piece) - 1 for piece in pieces], np.int64)
    if lengths.sum() <= limit:
        return list(pieces), None
    shorter = range(1, int(lengths.max()))
    kept = max(1, bisect_right(shorter, limit, key=lambda n: int(np.minimum(lengths, n).sum())))
    return [piece[: kept + 1] for piece in pieces], kept


def matrix_bytes(engine: CPUEngine) -> int:
    """What the packed matrices take in memory; one that layers share counts once."""
    held: Iterable[Any] = (
        *(array for layer in engine.stack.weights for array in layer.values()),
        *engine.stack.attention.values(),
        engine.output[0],
    )
    matrices = {id(array): array for array in held if isinstance(array, PackedWeights)}
    return sum(matrix.panels.nbytes + matrix.scale.nbytes for matrix in matrices.values())


def _steps(
    engines: Sequence[Engine], pieces: Sequence[Ids]
) -> Iterable[tuple[Float64Array, Float64Array]]:
    """Divergences and likelihoods of each step, [E, B]; the longest piece is first."""
    for engine in engines:
        engine.begin(len(pieces))
    read = [engines[0].steps_of(piece) for piece in pieces]
    rows = len(pieces)
    for step in range(len(pieces[0]) - 1):
        still = sum(len(piece) - 1 > step for piece in pieces[:rows])
        if still < rows:
            rows = still
            for engine in engines:
                engine.keep(np.arange(rows))
        following = np.array([piece[step + 1] for piece in pieces[:rows]])
        steps = np.stack([piece[step] for piece in read[:rows]]).astype(np.int64)
        told = [_log_softmax(engine.step(steps)) for engine in engines]
        exact = told[0]
        chances = np.exp(exact)
        divergence = [np.maximum((chances * (exact - other)).sum(axis=1), 0) for other in told]
        nats = [-other[np.arange(rows), following] for other in told]
        yield np.stack(divergence), np.stack(nats)


def _log_softmax(logits: NDArray[np.float32]) -> Float64Array:
    """[B, V] -> [B, V].

    Raises:
        MusicRNNError: a logit is not finite.
    """
    if not np.isfinite(logits).all():
        raise MusicRNNError(NOT_FINITE)
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
