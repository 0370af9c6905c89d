"""Pieces drawn in stretches, the likelier ones going on after each.

Many pieces are drawn side by side. After each stretch, some bars say, the likeliest are kept, and
each goes on several times, differently from there. So a choice that the network regrets two bars
later is not the piece's fate, in a long piece as little as in a short one, and what is drawn is
still drawn: a stochastic beam search, or a particle filter whose weights favour what is likely
(Doucet, de Freitas and Gordon 2001).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sampler import TOKEN_LIMIT, Opening, SequenceInProgress, begun, draw_step
from musicrnn.tokens.protocol import END

State = list[NDArray[Any]]
Lane = tuple[SequenceInProgress, State]  # a piece, and the network's state before its last id


def everything(piece: SequenceInProgress) -> bool:
    """Every piece is as welcome."""
    return True


@dataclass(frozen=True)
class Beam:
    """How pieces are searched.

    Args:
        lanes: how many are drawn at once.
        kept: how many of them, all different, go on after each stretch.
        is_stretch: whether a stretch ends with the id that a piece has just read.
        is_welcome: of those that go on one at least, if there is any.
    """

    lanes: int
    kept: int
    is_stretch: Callable[[SequenceInProgress], bool]
    is_welcome: Callable[[SequenceInProgress], bool] = everything


def best_in_stretches(
    engine: CPUEngine, opening: Opening, *, settings: Settings, beam: Beam
) -> list[SequenceInProgress]:
    """The pieces that are left, ``beam.kept`` or fewer, the likeliest an id first. All begin with
    ``opening``, whose seed is the whole drawing's."""
    first = begun(engine, SequenceInProgress(0, opening))
    engine.begin(1)
    going = [(first, engine.stack.state_of(0))]
    ended: list[SequenceInProgress] = []
    while going:
        seed = [*_words(opening.seed), len(going[0][0].ids)]
        drawn = [_clone(*going[lane % len(going)], lane, seed) for lane in range(beam.lanes)]
        kept = _kept(_draw_stretch(engine, drawn, settings, beam.is_stretch), beam)
        ended += [sequence for sequence, _ in kept if sequence.last == END]
        going = [each for each in kept if each[0].last != END]
    return sorted(ended, key=_worth)


def _kept(arrived: list[Lane], beam: Beam) -> list[Lane]:
    """The likeliest, all different, one that is welcome among them."""
    arrived = sorted(arrived, key=_lane_worth, reverse=True)
    best = sorted({tuple(lane[0].ids): lane for lane in arrived}.values(), key=_lane_worth)
    kept = best[: beam.kept]
    if not any(beam.is_welcome(sequence) for sequence, _ in kept):
        welcome = (lane for lane in best[beam.kept :] if beam.is_welcome(lane[0]))
        kept[-1] = next(welcome, kept[-1])
    return kept


def _draw_stretch(
    engine: CPUEngine,
    going: Sequence[Lane],
    settings: Settings,
    is_stretch: Callable[[SequenceInProgress], bool],
) -> list[Lane]:
    """All of them at the end of the stretch, with their states."""
    engine.stack.begin(len(going))
    for row, (_, state) in enumerate(going):
        engine.stack.put(np.array([row]), state)
    sequences = [sequence for sequence, _ in going]
    arrived: list[Lane] = []
    while sequences:
        draw_step(engine, sequences, settings, TOKEN_LIMIT)
        there = [each.last == END or is_stretch(each) for each in sequences]
        if any(there):
            rows = np.flatnonzero(there).tolist()
            arrived += [(sequences[row], engine.stack.state_of(row)) for row in rows]
            staying = np.flatnonzero(np.logical_not(there))
            sequences = [sequences[row] for row in staying.tolist()]
            engine.keep(staying)
    return arrived


def _clone(sequence: SequenceInProgress, state: State, lane: int, seed: Sequence[int]) -> Lane:
    """A piece that goes on by itself, in a lane, and the state that it shares."""
    own = copy(sequence)
    own.number, own.ids, own.recent = lane, array("i", sequence.ids), copy(sequence.recent)
    own.constraint = copy(sequence.constraint)
    own.past = None if sequence.past is None else copy(sequence.past)
    own.random = np.random.default_rng([*seed, lane])
    return own, state


def _lane_worth(lane: Lane) -> tuple[float, int]:
    return _worth(lane[0])


def _worth(sequence: SequenceInProgress) -> tuple[float, int]:
    """The likelier an id, the less."""
    return -sequence.likelihood / max(1, sequence.sampled), sequence.number


def _words(seed: int | Sequence[int]) -> list[int]:
    return [seed] if isinstance(seed, int) else [*seed]
