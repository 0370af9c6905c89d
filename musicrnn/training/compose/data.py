"""Scores as ids to learn composing from: tokenized, split, balanced, described.

Every piece that is left out is listed with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import FEELS, Outlook, read_sizes
from musicrnn.key import estimate_key
from musicrnn.score import Score
from musicrnn.tokens import Tokenizer, tokenizer_from
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.changed import changed
from musicrnn.tokens.choose import suitable_tokenizer
from musicrnn.training.compose.outlooks import NO_LABELS, Labels, Planned, evened, excerpts, planned
from musicrnn.training.data import (
    SPLITS,
    DataRequest,
    Loaded,
    Piece,
    SkippedFile,
    Sources,
    Split,
    TrainingData,
    check_mix,
    described,
    few,
    read_all,
    skipping,
)
from musicrnn.training.sparing import spared

LEAST_OF_A_FEEL = 5  # training pieces that are no fills


@dataclass(frozen=True, eq=False)
class Excerpt:
    """Some bars of a training piece, ``piece`` its number, as a piece of their own."""

    piece: int
    ids: Ids
    planned: Planned


@dataclass(frozen=True, eq=False)
class TokenData(TrainingData):
    """Examples are ids [N] of whole pieces, ``encoding`` their tokenizer.

    ``weights`` say how often each training piece is read (None: once an epoch). ``planned`` are the
    plans of the examples and what they say of their bars; empty where nothing is known. ``told``
    are what the pieces tell, ``feels`` how many training pieces, fills apart, have each feel.
    ``excerpts`` are parts of training pieces, to be learnt as pieces too; ``rehearsed``: see
    musicrnn.training.compose.rehearsal.
    """

    weights: NDArray[np.float64] | None = None
    planned: dict[Split, list[Planned]] = field(
        default_factory=lambda: {split: [] for split in SPLITS}
    )
    told: Labels = NO_LABELS
    feels: dict[str, int] = field(default_factory=dict[str, int])
    excerpts: Sequence[Excerpt] = ()
    rehearsed: TokenData | None = None

    def read_weights(self, known: Sequence[Planned]) -> NDArray[np.float64] | None:
        """How often each training piece, and then each excerpt, is read: by the mix, and rare feels
        more often; None for once an epoch."""
        weights = evened(known)
        if self.weights is not None:
            of = [part.piece for part in self.excerpts]
            mixed = np.append(self.weights, self.weights[of])
            weights = mixed if weights is None else weights * mixed
        return weights

    def outlooks(self, split: Split) -> list[Outlook] | None:
        """What is known of the bars of each example before they are written."""
        return [each.outlook for each in self.planned[split]] or None


def token_data(sources: Sources, request: DataRequest, like: Checkpoint | None = None) -> TokenData:
    """Read and tokenize, be it little or nothing that can be used.

    Without a model the tokenizer that suits the pieces is chosen, of the kind that is asked for.
    Where chance leaves a split without a piece, see musicrnn.training.sparing.

    Raises:
        MusicRNNError: a mix that is not one positive number for each source.
    """
    mix = request.mix
    check_mix(mix, len(sources))
    read: list[tuple[int, Loaded[Score]]] = []
    refused: list[SkippedFile] = []
    for index, (_, pieces) in enumerate(sources):
        kept, left_out = read_all(pieces, lambda piece: piece.read())
        read.extend((index, item) for item in kept)
        refused.extend(left_out)
    tokenizer = (
        tokenizer_from(like.entry("tokenizer"))
        if like is not None
        else choose_tokenizer(_to_learn_from(item for _, item in read), request.tokens)
    )
    plans = tokenizer.readings() is not None and (like is None or "form" in like.metadata)
    feels = _feels(item.piece for _, item in read)
    labels = _labels(tokenizer, feels) if like is None else _labels_of(like)
    encoded: list[_Example] = []
    keys: Counter[str] = Counter()
    metres: Counter[str] = Counter()
    told: list[str] = []
    for index, item in read:
        split, score = item.piece.split, item.content
        with skipping(item.piece.name, refused):
            found = tokenizer.encode_source(score, item.piece.abc)
            plan = planned(score, tokenizer, item.piece, labels, ids=found) if plans else None
            parts: Sequence[tuple[Ids, Planned]] = ()
            if plan and split == "train":
                parts = excerpts(score, tokenizer, item.piece, labels)
            encoded.append(_Example(item.piece, found, index, plan, parts))
            sentences = (*score.said, *changed(score, tokenizer))
            told += [f"{item.piece.name}: {sentence}" for sentence in sentences]
            if split == "train":
                if any(track.notes and not track.is_drum for track in score.tracks):
                    keys[_key_name(score)] += 1
                metres.update(_metres(score))
    sides, moved = spared([each.piece for each in encoded], listed_by_file=request.has_list)
    examples: dict[Split, list[_Example]] = {split: [] for split in SPLITS}
    for side, example in zip(sides, encoded, strict=True):
        examples[side].append(example)
    ids: dict[Split, list[Ids]] = {
        split: [each.ids for each in examples[split]] for split in SPLITS
    }
    origin = [each.source for each in examples["train"]]
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
        names={split: [each.piece.name for each in examples[split]] for split in SPLITS},
        said=[*moved, *few(told)],
        planned={
            split: [each.planned for each in examples[split] if each.planned is not None]
            for split in SPLITS
        },
        told=labels,
        feels={name: feels.get(name, 0) for name in labels.feels},
        excerpts=[
            Excerpt(number, *part)
            for number, each in enumerate(examples["train"])
            for part in each.parts
        ],
    )


@dataclass(frozen=True, eq=False)
class _Example:
    piece: Piece
    ids: Ids
    source: int  # which of the sources it is from
    planned: Planned | None
    parts: Sequence[tuple[Ids, Planned]]


def _to_learn_from(read: Iterable[Loaded[Score]]) -> list[Loaded[Score]]:
    """The training pieces, or all where there is none with a note."""
    everything = list(read)
    train = [item for item in everything if item.piece.split == "train"]
    return train if any(item.content.note_count for item in train) else everything


def choose_tokenizer(read: Sequence[Loaded[Score]], tokens: str | None = None) -> Tokenizer:
    """The words of tunes where every piece is ABC text, else the events that suit the scores."""
    if not any(item.content.note_count for item in read):
        return BeatTokenizer()
    texts = all(item.piece.abc is not None for item in read)
    return suitable_tokenizer([item.content for item in read], tokens, texts=texts)


def _feels(pieces: Iterable[Piece]) -> dict[str, int]:
    """How many training pieces, fills apart, have each feel that enough have, the most first."""
    counts = Counter(p.feel for p in pieces if p.split == "train" and p.feel and not p.is_fill)
    return {name: n for name, n in counts.most_common(FEELS) if n >= LEAST_OF_A_FEEL}


def _labels(tokenizer: Tokenizer, feels: Mapping[str, int]) -> Labels:
    """What is heard of pieces in these tokens: of drums alone, which bars are fills."""
    drums = isinstance(tokenizer, BeatTokenizer) and not tokenizer.pitched
    return Labels(tuple(sorted(feels)), drums, tokenizer.has_symbols)


def _labels_of(model: Checkpoint) -> Labels:
    """What a model hears."""
    said = model.metadata.get("feels")
    fields = (
        read_sizes(model.entry("model").get("context", "")) if "model" in model.metadata else {}
    )
    feels = cast(dict[str, int], said) if isinstance(said, dict) and "feel" in fields else {}
    return Labels(tuple(feels), "fill" in fields, "symbols" in fields)


def _metres(score: Score) -> set[str]:
    """Those that two bars in a row have: upbeats, and bars cut short at a repeat, are none."""
    bars = [signature for _, signature in score.bars()]
    return {one.name for one, other in pairwise(bars) if one is other} or {score.metre.name}


def _key_name(score: Score) -> str:
    return (score.keys[0] if score.keys else estimate_key(score)).name
