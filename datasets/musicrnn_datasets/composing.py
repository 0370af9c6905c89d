"""Corpora and folders made ready to learn composing from: read, split, tokenized, described.

A source is the name of a corpus in CORPORA or a folder of MIDI and ABC files. Every file that is
left out is listed with its reason.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.key import estimate_key
from musicrnn.score import Score
from musicrnn.tokens import Tokenizer
from musicrnn.tokens.abc_text import AbcTokenizer
from musicrnn.tokens.choose import suitable_tokenizer
from musicrnn.training.compose import Ids, Material
from musicrnn_datasets.corpus import Card, Piece, Read, Refusal, Split, read_all
from musicrnn_datasets.sources import read_source


@dataclass(frozen=True, eq=False)
class Prepared:
    """Pieces of all sources as ids, by split, in the order read."""

    tokenizer: Tokenizer
    ids: dict[Split, list[Ids]]
    names: dict[Split, list[str]]
    material: Material
    refused: list[Refusal]


def prepare(
    sources: Sequence[str],
    *,
    tokenizer: Tokenizer | None = None,
    data: Path | None = None,
    weights: Sequence[float] | None = None,
) -> Prepared:
    """Read and tokenize; ``weights`` (one a source) mix the sources, else each counts by its size.

    ``tokenizer`` None chooses the one that suits the training pieces. When chance leaves no piece
    for validation, the last training piece becomes it.

    Raises:
        MusicRNNError: fewer than two pieces can be used.
    """
    if weights is not None and (len(weights) != len(sources) or min(weights) <= 0):
        raise MusicRNNError(
            f"weights must be positive, one for each of {len(sources)} sources, got {list(weights)}"
        )
    read: list[tuple[int, Read[Score]]] = []
    refused: list[Refusal] = []
    cards: list[Card] = []
    for index, source in enumerate(sources):
        card, pieces = read_source(source, data)
        cards.append(card)
        kept, left_out = read_all(pieces, lambda piece: piece.read())
        read.extend((index, item) for item in kept)
        refused.extend(left_out)
    chosen = tokenizer or _chosen([item for _, item in read])
    ids: dict[Split, list[Ids]] = {"train": [], "valid": [], "test": []}
    names: dict[Split, list[str]] = {"train": [], "valid": [], "test": []}
    origin: list[int] = []  # the source of each training piece
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
            metres.update({f"{s.numerator}/{s.denominator}" for s in item.content.time_signatures})
    _balance(ids, names, origin)
    if not ids["train"]:
        reasons = Counter(refusal.reason for refusal in refused).most_common(3)
        listed = "; ".join(f"{count} x {reason}" for reason, count in reasons)
        raise MusicRNNError(f"two usable pieces are needed, found fewer ({listed or 'no files'})")
    shares = None
    if weights is not None:
        sizes = Counter(origin)
        shares = np.array([weights[index] / sizes[index] for index in origin])
    material = Material(
        chosen,
        ids["train"],
        ids["valid"],
        shares,
        {
            **_description(cards, ids, len(refused)),
            "keys": dict(keys.most_common()),
            "metres": dict(metres.most_common()),
        },
    )
    return Prepared(chosen, ids, names, material, refused)


def encode_piece(tokenizer: Tokenizer, piece: Piece, score: Score) -> Ids:
    """ids of a piece; a tune in ABC keeps its own text where the tokens are characters.

    Raises:
        MusicRNNError: the tokens cannot hold the piece.
    """
    if isinstance(tokenizer, AbcTokenizer) and piece.abc is not None:
        return tokenizer.encode_text(tokenizer.normalise(piece.abc))
    return tokenizer.encode(score)


def _chosen(read: Sequence[Read[Score]]) -> Tokenizer:
    """Characters where every piece is ABC text, else the events that suit the scores."""
    if read and all(item.piece.abc is not None for item in read):
        return AbcTokenizer()
    return suitable_tokenizer([item.content for item in read])


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
    if not ids["valid"]:
        ids["train"].clear()


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
