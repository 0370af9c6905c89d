"""What a plan says of each bar, and how like its last one a section is."""

import numpy as np
import pytest

from musicrnn.context.fields import DISTANCE, LIKENESSES, MAX_SECTION_LEFT, OPEN, OUTLOOK, sizes
from musicrnn.form.outlook import (
    BARS_LEFT,
    DENSITY,
    LIKENESS,
    MELODY,
    NEW,
    REPETITIVE,
    RETURNING,
    SECTION,
    SECTION_LEFT,
    last_of_letter,
    length_alone,
    likenesses_of,
    outlook,
)
from musicrnn.form.plan import KINDS, parse_plan
from musicrnn.score import Note, Score, Track, make_score
from musicrnn.tokens.beat import BeatTokenizer

KIT = BeatTokenizer((128,))
PLAN = parse_plan("i2 A4 b4 A6 o1")


def test_every_bar_of_a_plan_says_where_it_is() -> None:
    found = outlook(PLAN, [NEW, NEW, NEW, 8, NEW], 3)
    assert found.shape == (17, OUTLOOK)
    assert found[-1, BARS_LEFT] == 1
    assert (np.diff(found[:, BARS_LEFT]) <= 0).all()
    assert found[:, SECTION_LEFT].tolist() == [2, 1, 4, 3, 2, 1, 4, 3, 2, 1, 6, 5, 4, 3, 2, 1, 1]
    assert found[:, DENSITY].tolist() == [3] * 17
    assert [len(set(found[a:b, SECTION])) for a, b in ((0, 2), (2, 6), (6, 10), (16, 17))] == [
        1
    ] * 4
    assert found[2, SECTION] == found[10, SECTION] != found[6, SECTION]
    assert found[:, MELODY].tolist() == [1, 1, *[2] * 4, *[1] * 4, *[2] * 6, 1]
    assert found[10, LIKENESS] == 8


def test_what_returns_is_heard_as_far_as_it_went() -> None:
    found = outlook(PLAN, [NEW, 5, NEW, RETURNING, NEW])
    assert found[:, DISTANCE].tolist() == [*[0] * 10, *[8] * 4, 0, 0, 0]
    assert found[:, OPEN].tolist() == [*[0] * 10, *[1] * 6, 0]
    varied = outlook(PLAN, [NEW, NEW, NEW, 5, NEW])
    assert not varied[:, [DISTANCE, OPEN]].any()


def test_where_music_goes_round_the_match_is_heard_in_new_sections_that_repeat_themselves() -> None:
    found = outlook(PLAN, [NEW, REPETITIVE, REPETITIVE - 1, 8, REPETITIVE + 1], loops=True)
    assert found[:, OPEN].tolist() == [0, 0, *[1] * 4, *[0] * 4, *[1] * 7]
    assert KIT.loops
    assert not BeatTokenizer((0, 128)).loops


def test_the_last_of_a_letter() -> None:
    plan = parse_plan("A2 B2 A3 A1 X2 X2 a2 a2")
    found = last_of_letter(plan)
    assert found == [None, None, (0, 2), (4, 3), None, None, None, (12, 2)]


def test_a_length_alone_opens_nothing() -> None:
    found = length_alone(20, 2)
    assert found[:, BARS_LEFT].tolist()[::-1] == sorted(found[:, BARS_LEFT].tolist())
    assert found[:, DENSITY].tolist() == [2] * 20
    assert not found[:, [SECTION, SECTION_LEFT, MELODY, LIKENESS, OPEN, DISTANCE]].any()


def song(bars: list[list[int]]) -> Score:
    """Four quarters a bar, of these pitches."""
    notes = [
        Note(1920 * bar + 480 * n, pitch, 480, 80)
        for bar, pitches in enumerate(bars)
        for n, pitch in enumerate(pitches)
    ]
    return make_score(480, [Track(tuple(notes))])


@pytest.mark.parametrize(
    ("again", "likeness"),
    [
        ([60, 62, 64, 65], 9),
        ([60, 62, 64, 67], 7),  # 3 of 5
        ([60, 62, 67, 69], 6),  # 2 of 6
        ([72, 74, 76, 77], 6),
    ],
)
def test_how_like_a_section_is(again: list[int], likeness: int) -> None:
    first = [60, 62, 64, 65]
    score = song([first, first, again, again])
    assert likenesses_of((("A", 2), ("A", 2)), score)[1] == likeness


def test_a_loop_is_told_from_a_verse_that_goes_on() -> None:
    bars = [[60 + n, 62 + n, 64 + n, 65 + n] for n in range(6)]
    plan = (("A", 4), ("B", 2))
    assert likenesses_of(plan, song(bars)) == [1, 1]
    assert likenesses_of(plan, song([*bars[:4], *bars[2:4]]))[1] == 5
    assert likenesses_of(plan, song([bars[0]] * 4 + bars[4:6]))[0] == 5  # three of four bars


def test_every_value_has_a_row_in_the_models() -> None:
    tokenizer = BeatTokenizer()
    most = sizes(tokenizer.readings(), len(tokenizer.vocabulary))
    plan = tuple((kind, 40) for kind in KINDS)
    found = outlook(plan, [LIKENESSES] * len(plan), 5)
    for column, name in (
        (BARS_LEFT, "bars_left"), (SECTION_LEFT, "section_left"), (DENSITY, "density"),
        (SECTION, "section"), (MELODY, "melody"), (LIKENESS, "likeness"),
    ):  # fmt: skip
        assert found[:, column].max() < most[name]
    assert found[:, SECTION_LEFT].max() == MAX_SECTION_LEFT
