"""Corpora and folders made ready to learn composing from: read, split, tokenized, described.

A source is the name of a corpus in CORPORA or a folder of MIDI and ABC files. Every file that is
left out is listed with its reason.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.key import estimate_key
from musicrnn.score import Score
from musicrnn.tokens import Tokenizer
from musicrnn.tokens.abc_text import AbcTokenizer
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.choose import suitable_tokenizer
from musicrnn.training.compose import Ids, Material
from musicrnn_datasets.corpus import Card, Piece, Read, Refusal, Split, read_all, reasons
from musicrnn_datasets.sources import read_source


@dataclass(frozen=True, eq=False)
class Prepared:
    """Pieces of all sources as ids, by split, in the order read."""

    tokenizer: Tokenizer
    ids: dict[Split, list[Ids]]
    names: dict[Split, list[str]]
    material: Material
    refused: list[Refusal]


@dataclass(frozen=True, eq=False)
class Encoded:
    """Ids of all pieces, split as for training; ``origin``: the source of each training piece."""

    tokenizer: Tokenizer
    ids: dict[Split, list[Ids]]
    names: dict[Split, list[str]]
    origin: list[int]
    description: dict[str, Any]
    refused: list[Refusal]


def encode_sources(
    sources: Sequence[str],
    *,
    tokenizer: Tokenizer | None = None,
    tokens: str | None = None,
    data: Path | None = None,
) -> Encoded:
    """Read and tokenize, be it little or nothing that can be used.

    Without a ``tokenizer`` the one that suits the pieces is chosen, of the kind ``tokens`` if that
    is named. When chance leaves no piece for
    validation, the last training piece becomes it.

    Raises:
        MusicRNNError: a source is neither a folder nor a corpus, or holds no file at all.
    """
    read: list[tuple[int, Read[Score]]] = []
    refused: list[Refusal] = []
    cards: list[Card] = []
    for index, source in enumerate(sources):
        card, pieces = read_source(source, data)
        cards.append(card)
        kept, left_out = read_all(pieces, lambda piece: piece.read())
        read.extend((index, item) for item in kept)
        refused.extend(left_out)
    chosen = tokenizer or choose_tokenizer([item for _, item in read], tokens)
    ids: dict[Split, list[Ids]] = {"train": [], "valid": [], "test": []}
    names: dict[Split, list[str]] = {"train": [], "valid": [], "test": []}
    origin: list[int] = []
    keys: Counter[str] = Counter()
    metres: Counter[str] = Counter()
    for index, item in read:
        try:
            encoded = encode_piece(chosen, item.piece, item.content)
        except MusicRNNError as error:
            refused.append(Refusal(item.piece.name, str(error)))
            continue
        ids[item.piece.split].append(encoded)
        names[item.piece.split].append(item.piece.name)
        if item.piece.split == "train":
            origin.append(index)
            if any(track.notes and not track.is_drum for track in item.content.tracks):
                keys[_key_name(item.content)] += 1
            metres.update({s.name for s in item.content.time_signatures})
    _balance(ids, names, origin)
    description = {
        **_description(cards, ids, len(refused)),
        "keys": dict(keys.most_common()),
        "metres": dict(metres.most_common()),
    }
    return Encoded(chosen, ids, names, origin, description, refused)


def trainable(found: Encoded, weights: Sequence[float] | None = None) -> Prepared:
    """``weights`` (one a source) mix the sources, else each counts by its size.

    Raises:
        MusicRNNError: fewer than two pieces can be used.
    """
    check_weights(weights, len(found.description["corpora"]))
    if not found.ids["train"] or not found.ids["valid"]:
        usable = sum(map(len, found.ids.values()))
        raise MusicRNNError(
            f"{usable} usable piece{'' if usable == 1 else 's'}, two are needed "
            f"({reasons(found.refused)})"
        )
    shares = None
    if weights is not None:
        sizes = Counter(found.origin)
        shares = np.array([weights[index] / sizes[index] for index in found.origin])
    train, valid = found.ids["train"], found.ids["valid"]
    material = Material(found.tokenizer, train, valid, shares, found.description)
    return Prepared(found.tokenizer, found.ids, found.names, material, found.refused)


def check_weights(weights: Sequence[float] | None, sources: int) -> None:
    """Raises:
    MusicRNNError: they are not positive numbers, one a source.
    """
    if weights is None:
        return
    if len(weights) != sources or not all(0 < weight < math.inf for weight in weights):
        raise MusicRNNError(
            f"weights must be positive, one for each of {counted(sources, 'source')}, "
            f"got {listed(weights)}"
        )


def encode_piece(tokenizer: Tokenizer, piece: Piece, score: Score) -> Ids:
    """ids of a piece; a tune in ABC keeps its own text where the tokens are characters.

    Raises:
        MusicRNNError: the tokens cannot hold the piece.
    """
    if isinstance(tokenizer, AbcTokenizer) and piece.abc is not None:
        return tokenizer.encode_text(tokenizer.normalise(piece.abc))
    return tokenizer.encode(score)


def choose_tokenizer(read: Sequence[Read[Score]], tokens: str | None = None) -> Tokenizer:
    """Characters where every piece is ABC text, else the events that suit the scores."""
    if not any(item.content.note_count for item in read):
        return BeatTokenizer()
    if tokens is None and all(item.piece.abc is not None for item in read):
        return AbcTokenizer()
    return suitable_tokenizer([item.content for item in read], tokens)


def _key_name(score: Score) -> str:
    return (score.keys[0] if score.keys else estimate_key(score)).name


def _balance(ids: dict[Split, list[Ids]], names: dict[Split, list[str]], origin: list[int]) -> None:
    if not ids["valid"] and len(ids["train"]) > 1:
        ids["valid"].append(ids["train"].pop())
        names["valid"].append(names["train"].pop())
        origin.pop()
    if not ids["train"] and len(ids["valid"]) + len(ids["test"]) > 1:
        giver: Split = "test" if ids["test"] and len(ids["valid"]) < 2 else "valid"
        ids["train"].append(ids[giver].pop())
        names["train"].append(names[giver].pop())
        origin.append(0)
    if not ids["valid"] and ids["train"] and ids["test"]:
        ids["valid"].append(ids["test"].pop())
        names["valid"].append(names["test"].pop())


def _description(
    cards: Sequence[Card], ids: dict[Split, list[Ids]], refused: int
) -> dict[str, Any]:
    digest = hashlib.sha256()
    for split in ("train", "valid", "test"):
        for piece in ids[split]:
            digest.update(piece.tobytes())
    return {
        "corpora": [
            {"name": c.name, "source": c.source, "licence": c.licence, "split": c.split}
            for c in cards
        ],
        "pieces": {split: len(pieces) for split, pieces in ids.items()},
        "tokens": {split: sum(map(len, pieces)) for split, pieces in ids.items()},
        "refused": refused,
        "sha256_of_ids": digest.hexdigest(),
    }
