"""What a training window hears: the piece's context, with parts of it left out at random."""

from dataclasses import replace

import numpy as np

from musicrnn.context.fields import AHEAD, FIELDS, GROUPS, OPEN, OUTLOOK_FIELDS
from musicrnn.context.past import facts, facts_ahead, looked_up
from musicrnn.form.outlook import NEW, RETURNING, outlook
from musicrnn.form.plan import parse_plan
from musicrnn.score import Section
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.chorale import ChoraleTokenizer
from musicrnn.training.compose.hearing import (
    BEGINNING,
    ENDING,
    ENDING_BARS,
    MATCH_HEARD,
    OUTLOOK_HEARD,
    PLACES_SILENT,
    Hearing,
)
from musicrnn.training.compose.outlooks import planned
from musicrnn.training.compose.windows import Windows
from tests.musicrnn.context.test_ahead import voices
from tests.musicrnn.context.test_past import piece

TOKENIZER = BeatTokenizer(parts=("PIANO", "MELODY"), canonical=True)
READINGS = TOKENIZER.readings()
SAME = np.arange(len(TOKENIZER.vocabulary), dtype=np.int32)
IDS = TOKENIZER.encode(piece(0))
KNOWN = outlook(parse_plan("A6 A6"), [NEW, RETURNING + 2], 2)
MATCH, KEY = FIELDS.index("match"), FIELDS.index("key")
CHORALE = ChoraleTokenizer()
VOICES = CHORALE.encode(voices(3))
PLANNED = slice(len(OUTLOOK_FIELDS))


def windows(hearing: Hearing, count: int = 400) -> list[np.ndarray]:
    return [hearing.window(0, slice(60, 160), SAME, draw=draw) for draw in range(count)]


def test_the_outlook_is_heard_in_a_share_of_the_pieces() -> None:
    found = windows(Hearing([IDS], READINGS, [KNOWN]))
    heard = np.array([window[:, PLANNED].any() for window in found])
    assert abs(heard.mean() - OUTLOOK_HEARD) < 0.08
    for window, known in zip(found, heard, strict=True):
        if not known:
            assert not window[:, FIELDS.index("place_in_section")].any()
    assert all(window[:, KEY].all() for window in found)


def test_the_match_is_heard_where_the_outlook_opens_it() -> None:
    found = windows(Hearing([IDS], READINGS, [KNOWN]))
    shut = [window for window in found if window[:, PLANNED].any()]
    bars = np.cumsum(READINGS[IDS, 0] > 0)[60:160] - 1
    closed = KNOWN[bars, OPEN] == 0
    assert closed.any()
    assert not any(window[closed, MATCH].any() for window in shut)
    unplanned = windows(Hearing([IDS], READINGS))
    share = np.mean([window[:, MATCH].any() for window in unplanned])
    assert abs(share - MATCH_HEARD * 0.85) < 0.08


def test_all_places_are_silent_in_some_windows() -> None:
    places = [FIELDS.index(name) for name in GROUPS["places"]]
    found = windows(Hearing([IDS], READINGS, [KNOWN]), count=800)
    share = np.mean([not window[:, places].any() for window in found])
    assert abs(share - PLACES_SILENT) < 0.05


def test_beginnings_and_heard_endings_weigh_more() -> None:
    hearing, whole = Hearing([IDS], READINGS, [KNOWN]), slice(0, len(IDS))
    left = facts(IDS, READINGS, KNOWN)[:, FIELDS.index("bars_left")]
    found = hearing.weights(0, whole, left)
    ending = (left > 0) & (left <= ENDING_BARS)
    assert ending.any()
    assert not ending.all()
    assert (found[ending] == ENDING).all()
    assert found[0] == BEGINNING
    assert (found == 1).any()
    silent = hearing.weights(0, whole, np.zeros_like(left))
    assert not (silent == ENDING).any()


def test_an_ending_that_the_network_cannot_hear_weighs_no_more() -> None:
    for group, heard in (("where", True), ("match", False)):
        columns = [FIELDS.index(name) for name in GROUPS[group]]
        hearing = Hearing([IDS], READINGS, [KNOWN]), columns
        stream = Windows([IDS], SAME[None], rows=4, length=len(IDS), seed=1, hearing=hearing)
        weights = np.stack([stream.next().weights for _ in range(5)])
        assert (weights == ENDING).any() == heard


def test_what_is_heard_is_the_context_of_the_renamed_piece() -> None:
    hearing, opened = Hearing([IDS], READINGS, [KNOWN]), KNOWN.copy()
    opened[:, OPEN] = 1
    for row in TOKENIZER.augmentation_maps():
        if (row[IDS] < 0).any():
            continue
        renamed = row[IDS].astype(np.int32)
        whole = looked_up(facts_ahead(renamed, READINGS, opened), renamed, READINGS)[60:160]
        for draw in range(20):
            found = hearing.window(0, slice(60, 160), row, draw=draw)
            heard = np.delete(np.arange(len(FIELDS)), np.ravel(AHEAD))
            assert ((found == whole) | (found == 0))[:, heard].all()


def test_of_lines_that_are_not_given_nothing_ahead_is_heard() -> None:
    hearing, ids = Hearing([VOICES], CHORALE.readings()), np.arange(len(CHORALE.vocabulary))
    told = [
        tuple(
            hearing.window(0, slice(0, 80), ids.astype(np.int32), draw=draw)[:, columns].any()
            for columns in AHEAD
        )
        for draw in range(400)
    ]
    nothing, soprano = (told.count((first, False, False, False)) for first in (False, True))
    assert 0.4 < nothing / len(told) < 0.6
    assert 0.2 < soprano / len(told) < 0.45
    assert len(set(told)) > 8


def test_a_draw_says_all() -> None:
    one, other = Hearing([IDS], READINGS, [KNOWN]), Hearing([IDS], READINGS, [KNOWN])
    for draw in range(20):
        span = slice(40, 90)
        np.testing.assert_array_equal(
            one.window(0, span, SAME, draw=draw), other.window(0, span, SAME, draw=draw)
        )


def test_windows_bring_it_and_go_on_where_they_stopped() -> None:
    columns = [FIELDS.index(name) for name in GROUPS["where"]]

    def stream() -> Windows:
        hearing = Hearing([IDS, IDS[:90]], READINGS, [KNOWN, KNOWN]), columns
        maps = TOKENIZER.augmentation_maps()
        return Windows([IDS, IDS[:90]], maps, rows=3, length=32, seed=1, hearing=hearing)

    first = stream()
    before = [first.next() for _ in range(5)]
    assert before[0].inputs.shape == (3, 32, 1 + len(columns))
    second = stream()
    second.seek(first.position())
    for _ in range(5):
        one, other = first.next(), second.next()
        np.testing.assert_array_equal(one.inputs, other.inputs)
        np.testing.assert_array_equal(one.targets, other.targets)


def test_a_piece_without_sections_is_given_those_that_are_found() -> None:
    score = piece(5, bars=24)
    found = planned(score, TOKENIZER)
    bars = TOKENIZER.count_bars(TOKENIZER.encode(score))
    assert sum(bars for _, bars in found.plan) == bars == len(found.outlook)
    assert len(found.likenesses) == len(found.plan)


def test_markers_that_are_chords_are_no_plan() -> None:
    score = piece(0)
    ticks = [tick for tick, _ in score.bars()[:8:2]]
    marked = [Section(tick, name) for tick, name in zip(ticks, ("C", "Am", "F", "G"), strict=True)]
    plain = replace(score, sections=())
    assert planned(replace(score, sections=tuple(marked)), TOKENIZER).plan == (
        planned(plain, TOKENIZER).plan
    )
