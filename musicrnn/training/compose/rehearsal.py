"""Going on from a model without forgetting what it knew: some pieces of the corpus that it learnt
from are read beside the new ones (Robins 1995, "Catastrophic forgetting, rehearsal and
pseudorehearsal").

Conventions. The new pieces alone are validated on, and counted by baselines; those of the corpus
take a ``share`` of what is read, each as often as the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.context.fields import Outlook
from musicrnn.context.past import NO_OUTLOOK
from musicrnn.errors import counted
from musicrnn.training.compose.data import TokenData
from musicrnn.training.data import Piece, sha256_of

PIECES = 60  # of a corpus, evenly among its training pieces


def some_of(pieces: Sequence[Piece]) -> list[Piece]:
    """PIECES training pieces of a corpus, evenly among all."""
    train = [piece for piece in pieces if piece.split == "train"]
    return [train[index * len(train) // PIECES] for index in range(min(PIECES, len(train)))]


def rehearsing(data: TokenData, known: TokenData) -> TokenData:
    """The data with the training pieces of ``known`` beside them; a model file names its corpora
    too, since their terms hold."""
    arrays = known.examples["train"]
    if not arrays:
        return data
    corpora = [*data.description["corpora"], *known.description["corpora"]]
    told: dict[str, Any] = {
        "corpora": corpora,
        "rehearsed": {"pieces": len(arrays), "tokens": sum(map(len, arrays))},
        "sha256": sha256_of([*(p for split in data.examples.values() for p in split), *arrays]),
    }
    some = counted(len(arrays), "piece")
    names = " and ".join(corpus["name"] for corpus in known.description["corpora"])
    return replace(
        data,
        rehearsed=known,
        description={**data.description, **told},
        title=f"{data.title}, beside {some} of {names} that the base learnt from",
    )


def learnt_from(
    data: TokenData, share: float, *, excerpts: bool = False
) -> tuple[list[Ids], list[Outlook] | None, NDArray[np.float64] | None]:
    """The pieces to train on, ``excerpts`` of them too where they are wanted, what is known of
    their bars, and how often each is read."""
    pieces, outlooks, weights = list(data.examples["train"]), data.outlooks("train"), data.weights
    if excerpts and outlooks:
        pieces += [part.ids for part in data.excerpts]
        told = [*data.planned["train"], *(part.planned for part in data.excerpts)]
        outlooks, weights = [each.outlook for each in told], data.read_weights(told)
    known = data.rehearsed
    if known is None or share == 0:
        return pieces, outlooks, weights
    more, further = known.examples["train"], known.outlooks("train")
    own = np.ones(len(pieces)) if weights is None else weights
    shares = [own * ((1 - share) / own.sum()), np.full(len(more), share / len(more))]
    if outlooks or further:
        outlooks = [
            *(outlooks or [NO_OUTLOOK] * len(pieces)),
            *(further or [NO_OUTLOOK] * len(more)),
        ]
    return [*pieces, *more], outlooks, np.concatenate(shares)
