"""Repeats, endings and jumps, as players take them (Gould, "Behind Bars", 2011, pp. 233 to 240)."""

import pytest

from musicrnn.io.musicxml.order import MAX_PLAYED, Marks, in_order
from tests.musicrnn.io.musicxml.documents import note, pitches, score_of

OPEN, CLOSE = Marks(forward=True), Marks(backward=2)


def ending(*passes: int, backward: int = 0, ends: bool = True) -> Marks:
    return Marks(ending=frozenset(passes), backward=backward, ends=ends)


def played(*marks: Marks | None) -> str:
    """The measures by letters."""
    order = in_order([mark or Marks() for mark in marks])
    return "".join(chr(ord("a") + index) for index in order)


@pytest.mark.parametrize(
    ("marks", "order"),
    [
        ((None, None), "ab"),
        ((None, CLOSE, None), "ababc"),
        ((None, OPEN, CLOSE, None), "abcbcd"),
        ((None, CLOSE, None, CLOSE), "ababcdcd"),
        ((Marks(backward=3), None), "aaab"),
        ((OPEN, ending(1, backward=2), ending(2), None), "abacd"),
        ((OPEN, ending(1, backward=2, ends=False), ending(2), None), "abacd"),
        ((OPEN, ending(1, 2, backward=2), ending(3), None), "ababacd"),
        ((None, ending(1, backward=2), ending(2, backward=2), None), "abacd"),
        ((None, ending(1, backward=2), ending(2), None, CLOSE), "abacdede"),
        ((None, Marks(fine=True), Marks(da_capo=True)), "abcab"),
        ((None, Marks(segno=True), None, Marks(dal_segno=True)), "abcdbcd"),
        (
            (None, Marks(to_coda=True), Marks(da_capo=True), Marks(coda=True)),
            "abcabd",
        ),
        ((OPEN, Marks(backward=2, fine=True), Marks(da_capo=True)), "ababcab"),
        ((OPEN, ending(1, backward=2), ending(2), Marks(da_capo=True)), "abacdacd"),
        ((None, Marks(da_capo=True, backward=2)), "ababab"),
        ((Marks(dal_segno=True), None), "ab"),
    ],
)
def test_the_order_of_measures(marks: tuple[Marks | None, ...], order: str) -> None:
    assert played(*marks) == order


def test_what_never_ends_is_bounded() -> None:
    many = [Marks(forward=True, backward=32) for _ in range(10_000)]
    assert len(in_order(many)) == MAX_PLAYED


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("D.C. al Fine", [60, 62, 64, 60, 62]),
        ("Da Capo", [60, 62, 64, 60, 62]),
        ("dolce", [60, 62, 64]),
    ],
)
def test_words_send_players_back_where_nothing_else_does(words: str, heard: list[int]) -> None:
    def said(text: str) -> str:
        return f"<direction><direction-type><words>{text}</words></direction-type></direction>"

    score = score_of(note("C4", 8), note("D4", 8) + said("Fine"), note("E4", 8) + said(words))
    assert pitches(score) == heard


def test_what_one_part_says_of_the_order_holds_for_all() -> None:
    repeat = '<barline location="right"><repeat direction="backward"/></barline>'
    assert pitches(score_of(note("C4", 8) + repeat, note("D4", 8))) == [60, 60, 62]


def test_behind_a_jump_holds_what_held_there() -> None:
    """The trio's key and tempo end with it."""

    def said(fifths: int, bpm: int) -> str:
        key = f"<attributes><key><fifths>{fifths}</fifths></key></attributes>"
        return f'{key}<sound tempo="{bpm}"/>'

    segno, back = '<sound segno="a"/>', '<sound dalsegno="a"/>'
    score = score_of(
        said(0, 100) + note("C4", 8),
        segno + note("D4", 8),
        said(1, 60) + note("E4", 8) + back,
    )
    bar = 4 * score.ticks_per_quarter
    assert [(key.tick / bar, key.tonic) for key in score.keys] == [(0, 0), (2, 7), (3, 0), (4, 7)]
    assert [round(tempo.bpm) for tempo in score.tempos] == [100, 60, 100, 60]


def test_a_bracket_that_is_drawn_short_is_an_ending_to_its_repeat() -> None:
    first = ending(1)
    assert played(OPEN, first, CLOSE, ending(2), None) == "abcade"
    assert played(OPEN, first, None, CLOSE, ending(2, ends=False)) == "abcdae"
    assert played(OPEN, first, None, None) == "abcd"


def test_of_two_coda_signs_the_first_says_to_coda() -> None:
    sign = Marks(coda=True)
    segno, back = Marks(segno=True), Marks(dal_segno=True)
    assert played(None, segno, sign, back, sign) == "abcdbce"


@pytest.mark.parametrize(("said", "bpm"), [("c. 90", 90), ("90-100", 90), ("62.5", 62.5)])
def test_the_first_number_of_a_metronome_mark_counts(said: str, bpm: float) -> None:
    mark = "<direction><direction-type><metronome><beat-unit>quarter</beat-unit>"
    mark += f"<per-minute>{said}</per-minute></metronome></direction-type></direction>"
    assert round(score_of(mark + note("C4", 8)).tempos[0].bpm, 2) == bpm
