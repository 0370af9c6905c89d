"""Problems: every example has the answer that its rule says; guessing is worth what is stated."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.problems import PROBLEMS, Problem
from musicrnn.problems.motif import BEATS, PITCHES, REST
from musicrnn.problems.parity import Parity, parity_of
from musicrnn.problems.sines import PERIODS, SumOfSines

each_task = pytest.mark.parametrize("name", PROBLEMS)


def drawn(name: str, length: int, rows: int = 400, seed: int = 0):
    return PROBLEMS[name].draw(np.random.default_rng(seed), rows, length)


@each_task
@pytest.mark.parametrize("length", [10, 33])
def test_shapes_types_and_seeds(name, length):
    problem = PROBLEMS[name]
    examples = drawn(name, length)
    rows, steps, inputs = examples.inputs.shape
    assert (rows, inputs) == (400, problem.inputs)
    assert examples.inputs.dtype == np.float32
    assert examples.answers.shape == (400, len(examples.steps))
    assert examples.steps.max() == steps - 1
    assert examples.answers.dtype == (np.int64 if problem.classes else np.float32)
    if problem.classes:
        assert set(np.unique(examples.answers)) == set(range(problem.classes))
    again, other = drawn(name, length), drawn(name, length, seed=1)
    assert np.array_equal(examples.inputs, again.inputs)
    assert np.array_equal(examples.answers, again.answers)
    assert np.array_equal(examples.inputs, other.inputs) != problem.varied


@each_task
def test_guessing_is_worth_what_is_stated(name):
    problem: Problem = PROBLEMS[name]
    answers = drawn(name, 20, rows=20_000).answers
    if problem.classes:
        shares = [np.mean(answers == c, axis=0) for c in range(problem.classes)]
        assert np.max(shares) == pytest.approx(problem.guess(20), abs=0.02)
    else:
        constant = ((answers - answers.mean()) ** 2).mean()
        assert constant == pytest.approx(problem.guess(20), rel=0.03)
    assert not problem.is_solved(problem.guess(20))
    assert problem.is_solved(1.0 if problem.classes else 0.0)


@each_task
def test_too_short_and_too_few_are_refused(name):
    with pytest.raises(MusicRNNError, match="got 0"):
        drawn(name, 0)
    with pytest.raises(MusicRNNError, match="rows must be 1 or more, got 0"):
        drawn(name, 10, rows=0)


def test_adding():
    examples = drawn("adding", 9)
    number, mark = examples.inputs[..., 0], examples.inputs[..., 1]
    assert (mark[:, :4].sum(1) == 1).all()
    assert (mark[:, 4:].sum(1) == 1).all()
    for row in range(400):
        first, second = np.flatnonzero(mark[row])
        assert examples.answers[row, 0] == pytest.approx(number[row, first] + number[row, second])


def test_copy():
    examples = drawn("copy", 7)
    symbols = examples.inputs.argmax(2)
    assert (examples.inputs.sum(2) == 1).all()
    assert np.array_equal(symbols[:, :5], examples.answers)
    assert (symbols[:, 5:12] == 2).all()
    assert (symbols[:, 12] == 3).all()
    assert examples.steps.tolist() == [12, 13, 14, 15, 16]


def test_temporal_order():
    examples = drawn("temporal-order", 40)
    symbols = examples.inputs.argmax(2)
    for row in range(400):
        first, second = np.flatnonzero(symbols[row] >= 4)
        assert 4 <= first < 8
        assert 20 <= second < 24
        order = 2 * (symbols[row, first] - 4) + symbols[row, second] - 4
        assert examples.answers[row, 0] == order


def test_parity():
    examples = drawn("parity", 12)
    ones = (examples.inputs[..., 0] > 0).cumsum(1)
    assert np.array_equal(examples.answers, ones % 2)
    end = Parity(at_end=True).draw(np.random.default_rng(0), 400, 12)
    assert np.array_equal(end.answers[:, 0], examples.answers[:, -1])
    assert end.steps.tolist() == [11]
    strings, odd = parity_of(np.random.default_rng(0), 50, 9)
    assert np.array_equal((strings > 0).sum(1) % 2, odd)


def test_sum_of_sines():
    problem = SumOfSines(phases=3)
    wave = problem.wave(320)
    power = np.abs(np.fft.rfft(wave)) ** 2
    assert set(np.argsort(power)[-4:]) == {320 // period for period in PERIODS}
    assert problem.guess(320) == pytest.approx(0.5)
    assert not np.array_equal(wave, SumOfSines(phases=4).wave(320))
    assert np.array_equal(wave[:100], problem.wave(100))


def test_motif():
    examples = drawn("motif", 3)
    symbols, accent, cue = (
        examples.inputs[..., : PITCHES + 1].argmax(2),
        examples.inputs[..., -2],
        examples.inputs[..., -1],
    )
    assert symbols.shape[1] == 5 * BEATS
    assert np.array_equal(symbols[:, :BEATS], examples.answers)
    assert (accent[:, :BEATS] == 1).all()
    assert (accent[:, BEATS:] == 0).all()
    assert (symbols[:, -BEATS:] == REST).all()
    assert (symbols[:, :-BEATS] < PITCHES).all()
    assert np.array_equal(cue, (symbols == REST).astype(np.float32))
    melody = symbols[:, BEATS - 1 : -BEATS]
    assert np.abs(np.diff(melody, axis=1)).max() <= 2
    counts = np.bincount(symbols[:, BEATS:-BEATS].ravel(), minlength=PITCHES)
    assert counts.min() > 0
