"""The sampler: one for every model that has a next step and every tokenizer.

For each row: the grammar masks the logits, the filters shape them, a uniform of the row's own
generator picks an id, the engine reads it. Rows are slots: a piece that has ended gives its slot to
the next one. A piece depends on its seed alone, not on the rest of the batch.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from musicrnn.errors import MusicRNNError, counted
from musicrnn.sampling.engine import Engine
from musicrnn.sampling.filters import NO_RECENT_IDS, PENALTY_WINDOW, Settings, choose, recent_ids
from musicrnn.tokens.protocol import END, START, Constraint

TOKEN_LIMIT = 2_000_000
DEFAULT_SLOTS = 64

Seed = int | Sequence[int]


@dataclass(eq=False)
class FinishedSequence:
    """A piece that has ended.

    Attributes:
        number: which of the pieces it is, from 0.
        ids: the primer's and those that were drawn, four bytes each.
        sampled: how many were drawn.
        likelihood: the sum of their log-probabilities in nats, at temperature 1; 0 where none was
            asked for.
    """

    number: int
    ids: array[int]
    sampled: int = 0
    likelihood: float = 0.0


class SequenceInProgress(FinishedSequence):
    """A piece while it is sampled."""

    def __init__(self, number: int, constraint: Constraint, seed: Seed) -> None:
        super().__init__(number, array("i"))
        self.constraint = constraint
        self.random = np.random.default_rng(seed)
        self.recent: deque[int] = deque(maxlen=PENALTY_WINDOW)
        self.last = START

    def read(self, token: int) -> None:
        """Take note of an id."""
        self.constraint.push(token)
        self.recent.append(token)
        self.last = token


def sample_each(
    engine: Engine,
    pieces: Iterable[tuple[Constraint, Seed]],
    *,
    settings: Settings,
    primer: Sequence[int] = (START,),
    slots: int = DEFAULT_SLOTS,
    token_limit: int = TOKEN_LIMIT,
) -> Iterator[SequenceInProgress]:
    """Pieces as they are finished, each ``ids`` with the primer's; ``slots`` are drawn at once.

    A piece ends when its grammar allows the end and the end is drawn. ``pieces`` is asked for the
    next one when a slot is free, and not before.

    Raises:
        MusicRNNError: an empty primer, an engine whose logits are not finite, or a piece that has
            not ended after ``token_limit`` ids.
    """
    waiting = (_begun(number, piece, primer) for number, piece in enumerate(pieces))
    sequences = list(islice(waiting, slots))
    if sequences:
        engine.begin(len(sequences), _prefix(primer))
    while sequences:
        ended = [
            slot
            for slot, token in enumerate(_draw(engine, sequences, settings, token_limit))
            if token == END
        ]
        if not ended:
            continue
        yield from (sequences[slot] for slot in ended)
        taken = dict(zip(ended, waiting, strict=False))
        for slot, sequence in taken.items():
            sequences[slot] = sequence
        if taken:
            engine.restart(np.array(list(taken)))
        if len(taken) < len(ended):
            free = set(ended) - taken.keys()
            staying = [slot for slot in range(len(sequences)) if slot not in free]
            sequences = [sequences[slot] for slot in staying]
            if sequences:
                engine.keep(np.array(staying))


def tokens(
    engine: Engine,
    constraint: Constraint,
    seed: Seed,
    *,
    settings: Settings,
    primer: Sequence[int] = (START,),
    token_limit: int = TOKEN_LIMIT,
) -> Iterator[int]:
    """The ids of one piece as they are drawn, from behind the primer to the end; none is kept.

    Raises:
        MusicRNNError: as :func:`sample_each`.
    """
    sequence = _begun(0, (constraint, seed), primer)
    engine.begin(1, _prefix(primer))
    while sequence.last != END:
        yield from _draw(engine, [sequence], settings, token_limit, keep=False)


def _prefix(primer: Sequence[int]) -> Sequence[int]:
    """The ids read before the first sample; the last id of the primer is read by the first step."""
    if not primer or primer[0] != START:
        raise MusicRNNError("a primer begins with the start token")
    return primer[:-1]


def _begun(
    number: int, piece: tuple[Constraint, Seed], primer: Sequence[int]
) -> SequenceInProgress:
    sequence = SequenceInProgress(number, *piece)
    sequence.ids.extend(primer)
    for token in primer:
        sequence.read(token)
    return sequence


def _draw(
    engine: Engine,
    sequences: list[SequenceInProgress],
    settings: Settings,
    limit: int,
    *,
    keep: bool = True,
) -> list[int]:
    """One step: an id for each sequence, appended to it."""
    logits = engine.step(np.array([sequence.last for sequence in sequences]))
    masks, closing = np.empty(logits.shape, np.bool_), np.empty(len(logits), np.int64)
    for slot, sequence in enumerate(sequences):
        masks[slot] = sequence.constraint.allowed()
        closing[slot] = sequence.constraint.closing()
    recent = NO_RECENT_IDS
    if settings.repetition_penalty > 1:
        recent = recent_ids([list(sequence.recent) for sequence in sequences], len(sequences))
    uniforms = np.array([sequence.random.random() for sequence in sequences])
    ids, likelihoods = choose(logits, masks, settings, recent, uniforms, closing=closing)
    drawn = ids.tolist()
    for sequence, token, likelihood in zip(sequences, drawn, likelihoods.tolist(), strict=True):
        sequence.read(token)
        sequence.sampled += 1
        sequence.likelihood += likelihood
        if keep:
            sequence.ids.append(token)
        if sequence.sampled >= limit and token != END:
            raise unended(limit)
    return drawn


def unended(limit: int) -> MusicRNNError:
    """What is said of a piece that goes on and on."""
    return MusicRNNError(
        f"a piece has not ended after {counted(limit, 'token')}: ask for fewer bars or seconds"
    )
