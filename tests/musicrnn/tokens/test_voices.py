"""Voices on a grid of sixteenths: the round trip, what sounds, what a network counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicrnn.errors import MusicRNNError
from musicrnn.score import Note
from musicrnn.tokens.voices import (
    HOLD,
    MAX_STEPS,
    REST,
    VoiceGrid,
    from_sounding,
    is_on_grid,
    line_notes,
    line_positions,
    sounding,
)
from tests.musicrnn.four_voices import GRID, random_positions

quarters = st.sampled_from([4, 5, 24, 30, 96, 480, 1023])


def tidy(line: np.ndarray) -> np.ndarray:
    """A hold that nothing comes before is a rest."""
    found, last = line.copy(), REST
    for step, cell in enumerate(line):
        last = last if cell == HOLD else cell
        if last == REST:
            found[step] = REST
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, REST), min_size=1, max_size=80), quarters)
def test_cells_are_notes_and_notes_are_cells(line: list[int], quarter: int) -> None:
    positions = np.array(line, np.int16)
    notes = line_notes(positions, quarter)
    assert is_on_grid(notes, quarter)
    again = line_positions(notes, quarter, len(positions))
    assert (again == tidy(positions)).all()
    assert line_notes(again, quarter) == notes


@pytest.mark.parametrize(
    ("note", "positions"),
    [
        (Note(0, 60, 480, 80), [60, HOLD, HOLD, HOLD]),
        (Note(50, 60, 100, 80), [60, REST, REST, REST]),
        (Note(70, 60, 10, 80), [REST, 60, REST, REST]),
        (Note(470, 60, 480, 80), [REST, REST, REST, 60]),
    ],
)
def test_notes_off_the_grid_go_to_the_nearest_sixteenth(note: Note, positions: list[int]) -> None:
    assert line_positions([note], 480, 4).tolist() == positions
    assert is_on_grid([note], 480) == (note.start == 0)


def test_a_note_ends_where_the_next_begins() -> None:
    notes = [Note(0, 60, 960, 80), Note(240, 62, 120, 80)]
    assert line_positions(notes, 480, 8).tolist() == [60, HOLD, 62, *[REST] * 5]
    assert not is_on_grid(notes, 480)


def test_too_coarse_and_too_long() -> None:
    with pytest.raises(MusicRNNError, match="4 ticks a quarter or more, the file has 3"):
        line_positions([Note(0, 60, 3, 80)], 3, 4)
    with pytest.raises(MusicRNNError, match=f"{MAX_STEPS} sixteenths at most, got"):
        line_positions([], 480, MAX_STEPS + 1)


def test_what_sounds() -> None:
    positions = np.array([[HOLD, 60], [62, HOLD], [HOLD, REST], [REST, HOLD], [HOLD, 60]])
    heard = [[-1, 60], [62, 60], [62, -1], [-1, -1], [-1, 60]]
    assert sounding(positions).tolist() == heard
    assert sounding(from_sounding(np.array(heard))).tolist() == heard


@pytest.mark.parametrize("seed", range(5))
def test_symbols_say_what_sounds(seed: int) -> None:
    positions = random_positions(np.random.default_rng(seed), 64)
    symbols = GRID.symbols(positions)
    assert GRID.allowed()[np.arange(4), symbols].all()
    assert (sounding(GRID.positions(symbols)) == sounding(positions)).all()
    assert (GRID.symbols(GRID.positions(symbols)) == symbols).all()
    struck_twice = np.array([[60, 60, 60, 60], [60, 61, HOLD, 60]], np.int16)
    assert (GRID.symbols(struck_twice)[1] == [GRID.pitches, 61 - 36, GRID.pitches, 46]).all()


def test_a_pitch_out_of_range_is_named() -> None:
    with pytest.raises(MusicRNNError, match="the bass may sing C2 to F#4, got B1 to C2"):
        GRID.symbols(np.array([[60, 60, 60, 36], [60, 60, 60, 35]], np.int16))


def test_a_configuration_comes_back() -> None:
    assert VoiceGrid.from_configuration(GRID.configuration()) == GRID
    for damaged in ({}, {"name": "beat"}, {**GRID.configuration(), "ranges": [[1, 2, 3]]}):
        with pytest.raises(MusicRNNError):
            VoiceGrid.from_configuration(damaged)
