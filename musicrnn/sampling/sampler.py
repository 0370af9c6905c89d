"""The sampler: one for every model that has a next step and every tokenizer.

For each row: the grammar masks the logits, the filters shape them, a uniform of the row's own
generator picks an id, the engine reads it. Rows are slots: a piece that has ended gives its slot to
the next one. A piece depends on its seed alone, not on the rest of the batch.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np

from musicrnn.context.fields import Outlook
from musicrnn.context.past import NO_OUTLOOK, Past
from musicrnn.errors import MusicRNNError, counted
from musicrnn.sampling.engine import NOTHING, Engine, Steps
from musicrnn.sampling.filters import NO_RECENT_IDS, PENALTY_WINDOW, Settings, choose, recent_ids
from musicrnn.tokens.protocol import END, START, Constraint, Controls, Tokenizer

TOKEN_LIMIT = 2_000_000
DEFAULT_SLOTS = 64

Seed = int | Sequence[int]


class Opening(NamedTuple):
    """What a piece is begun with: its grammar, its seed, and the past that will hear it."""

    constraint: Constraint
    seed: Seed
    past: Past | None = None


def no_outlook(seed: Seed) -> Outlook:
    """Nothing is known of a piece's bars before they are written."""
    del seed
    return NO_OUTLOOK


def as_asked(controls: Controls, seed: Seed) -> Controls:
    """No more than what is asked of all pieces is known of one before it is written."""
    del seed
    return controls


class Foresight(NamedTuple):
    """What is known of the piece of a seed before it is written: of its bars, and what its grammar
    keeps to beside what is asked of all pieces."""

    outlook: Callable[[Seed], Outlook] = no_outlook
    wishes: Callable[[Controls, Seed], Controls] = as_asked

    def constraint(self, tokenizer: Tokenizer, controls: Controls, seed: Seed) -> Constraint:
        """The grammar of a piece."""
        return tokenizer.constraint(self.wishes(controls, seed))


NO_FORESIGHT = Foresight()


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

    def __init__(self, number: int, opening: Opening) -> None:
        super().__init__(number, array("i"))
        self.constraint, self.past = opening.constraint, opening.past
        self.random = np.random.default_rng(opening.seed)
        self.recent: deque[int] = deque(maxlen=PENALTY_WINDOW)
        self.last = START

    def read(self, token: int) -> None:
        """Take note of an id."""
        self.constraint.push(token)
        if self.past is not None:
            self.past.push(token)
        self.recent.append(token)
        self.last = token


def sample_each(
    engine: Engine,
    pieces: Iterable[Opening],
    *,
    settings: Settings,
    primer: Sequence[int] = (START,),
    slots: int = DEFAULT_SLOTS,
    token_limit: int = TOKEN_LIMIT,
) -> Iterator[SequenceInProgress]:
    """Pieces as they are finished, each ``ids`` with the primer's; ``slots`` are drawn at once.

    A piece ends when its grammar allows the end and the end is drawn. For an engine that hears a
    context each brings its past; what a primer hears is that of the first. ``pieces`` is asked for
    the next one when a slot is free, and not before.

    Raises:
        MusicRNNError: an empty primer, an engine whose logits are not finite, or a piece that has
            not ended after ``token_limit`` ids.
    """
    read: list[Sequence[int]] = []
    waiting = (
        begun(engine, SequenceInProgress(number, piece), primer, read)
        for number, piece in enumerate(pieces)
    )
    sequences = list(islice(waiting, slots))
    if sequences:
        engine.begin(len(sequences), _steps(read))
    while sequences:
        ended = [
            slot
            for slot, token in enumerate(draw_step(engine, sequences, settings, token_limit))
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
    piece: Opening,
    *,
    settings: Settings,
    primer: Sequence[int] = (START,),
    token_limit: int = TOKEN_LIMIT,
) -> Iterator[int]:
    """The ids of one piece as they are drawn, from behind the primer to the end; none is kept.

    Raises:
        MusicRNNError: as :func:`sample_each`.
    """
    read: list[Sequence[int]] = []
    sequence = begun(engine, SequenceInProgress(0, piece), primer, read)
    engine.begin(1, _steps(read))
    while sequence.last != END:
        yield from draw_step(engine, [sequence], settings, token_limit, keep=False)


def begun(
    engine: Engine,
    sequence: SequenceInProgress,
    primer: Sequence[int] = (START,),
    read: list[Sequence[int]] | None = None,
) -> SequenceInProgress:
    """The sequence behind its primer, whose last id the first draw reads.

    What is read before goes to ``read``, for the first sequence; it is the same for all.
    """
    if not primer or primer[0] != START:
        raise MusicRNNError("a primer begins with the start token")
    sequence.ids.extend(primer)
    for place, token in enumerate(primer, 1):
        sequence.read(token)
        if read is not None and sequence.number == 0 and place < len(primer):
            read.append(engine.inputs(token, sequence.past))
    return sequence


def _steps(read: Sequence[Sequence[int]]) -> Steps:
    """[N, 1 + F], or [N] where ids are all."""
    if not read:
        return NOTHING
    steps = np.array(read, np.int64)
    return steps if steps.shape[1] > 1 else steps[:, 0]


def draw_step(
    engine: Engine,
    sequences: list[SequenceInProgress],
    settings: Settings,
    limit: int,
    *,
    keep: bool = True,
) -> list[int]:
    """One step: an id for each sequence, appended to it."""
    logits = engine.step(_steps([engine.inputs(each.last, each.past) for each in sequences]))
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
