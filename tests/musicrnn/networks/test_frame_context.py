"""Context features: the frame before, the longest match, the clock."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frame_context import FrameHistory, frame_context

CONFIG = FrameConfig(pitches=4, clock=True, copy=True)


def matches(piece: np.ndarray) -> list[tuple[int, int]]:
    """By the definition: of every step and every earlier one."""
    found = []
    for t in range(len(piece)):
        best = (-1, 0)
        for s in range(1, t):
            length = 0
            while length < s and np.array_equal(piece[s - 1 - length], piece[t - 1 - length]):
                length += 1
            if length and length >= best[1]:
                best = (s, length)
        found.append(best)
    return found


@given(st.lists(st.integers(0, 2), min_size=1, max_size=40))
@settings(deadline=None)
def test_the_longest_match_is_that_of_the_definition(notes: list[int]) -> None:
    piece = np.eye(4, dtype=np.uint8)[notes]
    context = frame_context(piece, CONFIG)
    assert list(zip(*context.matches, strict=True)) == matches(piece)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=30), st.integers(0, 29))
@settings(deadline=None)
def test_nothing_is_told_of_what_is_to_come(notes: list[int], place: int) -> None:
    piece = np.eye(4, dtype=np.uint8)[notes]
    place = min(place, len(piece) - 1)
    changed = piece.copy()
    changed[place:] = 1 - changed[place:]
    first = frame_context(piece, CONFIG).features(0, place + 1, CONFIG)
    second = frame_context(changed, CONFIG).features(0, place + 1, CONFIG)
    assert np.array_equal(first, second)


@given(st.lists(st.integers(0, 2), min_size=2, max_size=30))
@settings(deadline=None)
def test_frame_by_frame_it_is_told_the_same(notes: list[int]) -> None:
    piece = np.eye(4, dtype=np.uint8)[notes]
    whole = frame_context(piece, CONFIG).features(0, len(piece), CONFIG)
    history = FrameHistory(2, len(piece), CONFIG)
    for step, frame in enumerate(piece):
        np.testing.assert_array_equal(history.features()[:, 0], [whole[step]] * 2)
        history.add(np.stack([frame, frame]))


def test_what_stands_where() -> None:
    piece = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0]], np.uint8)
    given = frame_context(np.vstack([piece, piece]), CONFIG).features(0, 5, CONFIG)
    assert given.shape == (5, CONFIG.features)
    assert given[0].tolist() == [0] * 10
    #                          frame before | guess    | length | clock
    assert given[3].tolist() == [1, 0, 0, 0, 0, 1, 0, 0, 1, 3]
    assert given[4].tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 1, 4]


def test_a_part_and_a_transposition() -> None:
    piece = np.eye(4, dtype=np.uint8)[[0, 1, 2, 0, 1, 2, 0, 0]]
    context = frame_context(piece, CONFIG)
    whole = context.features(0, 8, CONFIG)
    assert np.array_equal(context.features(3, 6, CONFIG), whole[3:6])
    higher = frame_context(np.roll(piece, 1, axis=1), CONFIG).features(0, 8, CONFIG)
    assert np.array_equal(context.features(0, 8, CONFIG, shift=1), higher)


@pytest.mark.parametrize("copy", [False, True])
@pytest.mark.parametrize("clock", [False, True])
def test_its_width_is_what_the_configuration_says(copy: bool, clock: bool) -> None:
    config = FrameConfig(pitches=4, clock=clock, copy=copy)
    piece = np.eye(4, dtype=np.uint8)
    assert frame_context(piece, config).features(0, 4, config).shape == (4, config.features)
