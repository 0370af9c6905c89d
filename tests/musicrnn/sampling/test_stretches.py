"""Pieces drawn in stretches, of which the likelier go on."""

from copy import copy

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.past import Past
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sampler import Opening, SequenceInProgress
from musicrnn.sampling.stretches import Beam, best_in_stretches
from musicrnn.tokens import Controls
from musicrnn.tokens.chorale.grammar import ChoraleConstraint
from musicrnn.tokens.protocol import END
from tests.musicrnn.context.test_ahead import CHORALE, READINGS, hearing, voices

BARS = 6


@pytest.fixture(scope="module")
def engine() -> CPUEngine:
    network = hearing()
    return CPUEngine(Checkpoint(network.arrays(), {"model": network.configuration()}))


def constraint() -> ChoraleConstraint:
    return ChoraleConstraint(CHORALE, Controls(bars=BARS))


def drawn(
    engine: CPUEngine, seed: int, lanes: int, kept: int, stretch: int
) -> list[SequenceInProgress]:
    def is_stretch(piece: SequenceInProgress) -> bool:
        return constraint_of(piece).last == "bar" and constraint_of(piece).bars % stretch == 0

    opening = Opening(constraint(), seed, Past(READINGS))
    return best_in_stretches(
        engine, opening, settings=Settings(), beam=Beam(lanes, kept, is_stretch)
    )


def constraint_of(piece: SequenceInProgress) -> ChoraleConstraint:
    assert isinstance(piece.constraint, ChoraleConstraint)
    return piece.constraint


def mean_nats(piece: SequenceInProgress) -> float:
    return -piece.likelihood / piece.sampled


def test_pieces_are_whole_and_those_of_their_seed(engine: CPUEngine) -> None:
    pieces = drawn(engine, 3, lanes=6, kept=2, stretch=2)
    assert 1 <= len(pieces) <= 2
    for piece in pieces:
        assert piece.ids[-1] == END
        assert list(piece.ids).count(CHORALE.vocabulary.index("bar")) == BARS
        CHORALE.decode(piece.ids)
        assert piece.sampled == len(piece.ids) - 1
    again = drawn(engine, 3, lanes=6, kept=2, stretch=2)
    assert [list(piece.ids) for piece in again] == [list(piece.ids) for piece in pieces]
    assert drawn(engine, 4, lanes=6, kept=2, stretch=2)[0].ids != pieces[0].ids


def test_likelihoods_are_those_of_reading_the_piece_from_its_beginning(engine: CPUEngine) -> None:
    (piece, *_) = drawn(engine, 5, lanes=5, kept=3, stretch=1)
    own, past, total = constraint(), Past(READINGS), 0.0
    engine.begin(1)
    for token, following in zip(piece.ids, piece.ids[1:], strict=False):
        own.push(token)
        past.push(token)
        logits = engine.step(np.array([engine.inputs(token, past)], np.int64))[0].astype(float)
        allowed = own.allowed()
        assert allowed[following]
        if (closing := own.closing()) >= 0:
            logits[END] = np.logaddexp(logits[END], logits[closing])
        total += logits[following] - np.logaddexp.reduce(logits[allowed])
    assert piece.likelihood == pytest.approx(total, rel=1e-4)


def test_more_lanes_and_more_stretches_find_what_is_likelier(engine: CPUEngine) -> None:
    def mean(lanes: int, kept: int, stretch: int) -> float:
        return float(np.mean([mean_nats(drawn(engine, n, lanes, kept, stretch)[0])
                              for n in range(8)]))  # fmt: skip

    one, whole, stretches = mean(1, 1, 99), mean(8, 1, 99), mean(8, 1, 1)
    assert stretches < whole < one


def test_a_copy_of_a_past_and_of_a_grammar_goes_its_own_way() -> None:
    ids = CHORALE.encode(voices(2))
    past, own = Past(READINGS), constraint()
    for token in ids[:30].tolist():
        past.push(token)
        own.push(token)
    heard, allowed = past.context().copy(), own.allowed().copy()
    other_past, other = copy(past), copy(own)
    for token in ids[30:60].tolist():
        other_past.push(token)
        other.push(token)
    assert (past.context() == heard).all()
    assert (own.allowed() == allowed).all()
    for token in ids[30:60].tolist():
        past.push(token)
        own.push(token)
    assert (past.context() == other_past.context()).all()
    assert (own.allowed() == other.allowed()).all()
