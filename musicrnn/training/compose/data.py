"""Scores as ids to learn composing from: tokenized, split, balanced, described.

Every piece that is left out is listed with its reason.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import Plan
from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.key import estimate_key
from musicrnn.score import Score
from musicrnn.tokens import Tokenizer, tokenizer_from
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.choose import suitable_tokenizer
from musicrnn.training.data import (
    SPLITS,
    DataRequest,
    Loaded,
    SkippedFile,
    Sources,
    Split,
    TrainingData,
    described,
    read_all,
    skipping,
)


@dataclass(frozen=True, eq=False)
class TokenData(TrainingData):
    """Examples are ids [N] of whole pieces, ``encoding`` their tokenizer.

    ``weights`` say how often each training piece is read (None: once an epoch). ``plans`` say what
    is known of the bars of each example before they are written; None where nothing is.
    """

    weights: NDArray[np.float64] | None = None
    plans: dict[Split, list[Plan] | None] = field(
        default_factory=lambda: dict.fromkeys(SPLITS, None)
    )


def token_data(sources: Sources, request: DataRequest, like: Checkpoint | None = None) -> TokenData:
    """Read and tokenize, be it little or nothing that can be used.

    Without a model the tokenizer that suits the pieces is chosen, of the kind that is asked for.
    When chance leaves no piece for validation, the last training piece becomes it.

    Raises:
        MusicRNNError: a mix that is not one positive number for each source.
    """
    mix = request.mix
    if mix is not None and (
        len(mix) != len(sources) or not all(0 < weight < math.inf for weight in mix)
    ):
        raise MusicRNNError(
            f"a mix is one positive number for each of {counted(len(sources), 'source')}, "
            f"got {listed(mix)}"
        )
    read: list[tuple[int, Loaded[Score]]] = []
    refused: list[SkippedFile] = []
    for index, (_, pieces) in enumerate(sources):
        kept, left_out = read_all(pieces, lambda piece: piece.read())
        read.extend((index, item) for item in kept)
        refused.extend(left_out)
    tokenizer = (
        tokenizer_from(like.entry("tokenizer"))
        if like is not None
        else choose_tokenizer([item for _, item in read], request.tokens)
    )
    ids: dict[Split, list[Ids]] = {split: [] for split in SPLITS}
    origin: list[int] = []  # the source of each training piece
    keys: Counter[str] = Counter()
    metres: Counter[str] = Counter()
    for index, item in read:
        split = item.piece.split
        with skipping(item.piece.name, refused):
            ids[split].append(tokenizer.encode_source(item.content, item.piece.abc))
            if split == "train":
                origin.append(index)
                if any(track.notes and not track.is_drum for track in item.content.tracks):
                    keys[_key_name(item.content)] += 1
                metres.update({s.name for s in item.content.time_signatures})
    _balance(ids, origin)
    sizes = Counter(origin)
    weights = None if mix is None else np.array([mix[i] / sizes[i] for i in origin])
    counts = {
        "pieces": {split: len(pieces) for split, pieces in ids.items()},
        "tokens": {split: sum(map(len, pieces)) for split, pieces in ids.items()},
        "keys": dict(keys.most_common()),
        "metres": dict(metres.most_common()),
    }
    arrays = (piece for split in SPLITS for piece in ids[split])
    return TokenData(
        ids,
        tokenizer,
        described((card for card, _ in sources), arrays, counts, len(refused)),
        refused=refused,
        title=f"{tokenizer.name} tokens",
        weights=weights,
    )


def choose_tokenizer(read: Sequence[Loaded[Score]], tokens: str | None = None) -> Tokenizer:
    """Characters where every piece is ABC text, else the events that suit the scores."""
    if not any(item.content.note_count for item in read):
        return BeatTokenizer()
    texts = all(item.piece.abc is not None for item in read)
    return suitable_tokenizer([item.content for item in read], tokens, texts=texts)


def _key_name(score: Score) -> str:
    return (score.keys[0] if score.keys else estimate_key(score)).name


def _balance(ids: dict[Split, list[Ids]], origin: list[int]) -> None:
    """A piece for validation, and one to train on, where another split can spare it."""
    if not ids["valid"] and len(ids["train"]) > 1:
        ids["valid"].append(ids["train"].pop())
        origin.pop()
    if not ids["train"] and len(ids["valid"]) + len(ids["test"]) > 1:
        giver = "test" if ids["test"] and len(ids["valid"]) < 2 else "valid"
        ids["train"].append(ids[giver].pop())
        origin.append(0)
    if not ids["valid"] and ids["train"] and ids["test"]:
        ids["valid"].append(ids["test"].pop())
