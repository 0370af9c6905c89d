"""What lighter weights cost a composing model, on pieces of its own or of a corpus.

Conventions. What pieces: :mod:`musicrnn_datasets.heard`; what the figures are:
:mod:`musicrnn.sampling.divergence`. Long sets are cut to the openings of their pieces. Nothing is
chosen by what is measured here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import Style
from musicrnn.sampling.divergence import LIMIT, Held, held_weights, openings
from musicrnn.training.compose import Ids
from musicrnn_datasets.corpus import Refusal
from musicrnn_datasets.evaluation import counted_nats
from musicrnn_datasets.heard import Own, heard_pieces

PIECES, TOGETHER = 64, 16  # of its own, at most, and sampled side by side
ENOUGH = 20_000  # tokens in them


@dataclass(frozen=True)
class LighterWeights:
    """The figures, and on what.

    Attributes:
        held: one for each way to hold the weights, float32 first.
        read: the pieces in words.
        pieces, tokens: how many were read and foretold.
        cut: the tokens of each piece that were foretold at most, None if all of all.
        baselines: nats a token on the same tokens by counting the train split of the corpus; none
            for pieces of its own.
        refused: files that were left out.
    """

    held: tuple[Held, ...]
    read: str
    pieces: int
    tokens: int
    cut: int | None
    baselines: dict[str, float]
    refused: tuple[Refusal, ...] = ()


def lighter_weights(
    checkpoint: Checkpoint,
    style: Style,
    *,
    on: str | None = None,
    seed: int = 0,
    found: Path | None = None,
    limit: int = LIMIT,
) -> LighterWeights:
    """Measure; ``style`` and ``seed`` are for pieces of its own, ``limit`` is of tokens.

    Raises:
        MusicRNNError: a model that is no language model, no such data, or logits not finite.
    """
    task = checkpoint.metadata.get("task")
    if task != "compose":
        raise MusicRNNError(
            f"lighter weights are for language models, whose task is 'compose', got {task!r}: "
            "only those are stepped with them"
        )
    heard = heard_pieces(
        checkpoint, style, own=Own(TOGETHER, _enough), on=on, seed=seed, found=found
    )
    pieces, cut = openings(heard.pieces, limit)
    held = held_weights(checkpoint, pieces)
    size = int(checkpoint.entry("model")["vocabulary"])
    return LighterWeights(
        tuple(held),
        heard.read,
        len(pieces),
        sum(max(0, len(piece) - 1) for piece in pieces),
        cut,
        counted_nats(heard.encoded, pieces, size) if heard.encoded is not None else {},
        heard.refused,
    )


def _enough(pieces: list[Ids]) -> bool:
    return len(pieces) >= PIECES or sum(map(len, pieces)) >= ENOUGH
