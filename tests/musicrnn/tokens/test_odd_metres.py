"""Metres that bar-and-beat tokens have no word for: their bars are split, or passed over."""

import pytest

from musicrnn.score import Note, Score, TimeSignature, Track, make_score
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.beat.bars import written_metres
from musicrnn.tokens.beat.grid import SIGNATURES
from musicrnn.tokens.changed import changed
from musicrnn.tokens.chorale import ChoraleTokenizer


@pytest.mark.parametrize(
    ("metre", "written"),
    [
        ((4, 4), [(4, 4)]),
        ((12, 16), [(12, 16)]),
        ((6, 32), [(3, 16)]),
        ((10, 4), [(5, 4), (5, 4)]),
        ((11, 4), [(6, 4), (5, 4)]),
        ((33, 4), [(7, 4), (7, 4), (7, 4), (6, 4), (6, 4)]),
        ((5, 2), [(5, 4), (5, 4)]),
        ((3, 1), [(6, 4), (6, 4)]),
        ((17, 8), [(9, 8), (8, 8)]),
        ((7, 32), []),
    ],
)
def test_a_bar_is_split_into_the_fewest(
    metre: tuple[int, int], written: list[tuple[int, int]]
) -> None:
    found = written_metres(TimeSignature(0, *metre))
    assert list(found) == written
    assert {*found} <= {*SIGNATURES}


def piece(*metres: TimeSignature, notes: int = 60) -> Score:
    melody = Track(tuple(Note(480 * i, 60 + i % 12, 480, 80) for i in range(notes)))
    return make_score(480, [melody], time_signatures=metres)


@pytest.mark.parametrize("metre", [(10, 4), (33, 4), (11, 4), (3, 1), (17, 8), (7, 32)])
def test_a_piece_with_one_odd_metre_keeps_all_notes_and_the_other_bars(
    metre: tuple[int, int],
) -> None:
    odd = TimeSignature(1920, *metre)
    bars = 2 * odd.bar_ticks(480)
    score = piece(TimeSignature(0, 4, 4), odd, TimeSignature(1920 + bars, 3, 4))
    tokenizer = BeatTokenizer()
    quantized = tokenizer.quantize(score)
    assert quantized.note_count == score.note_count
    assert tokenizer.decode(tokenizer.encode(score)) == quantized
    assert tokenizer.quantize(quantized) == quantized
    starts = {12 * start // 480 for start, _ in score.bars()}
    if metre != (7, 32):
        assert starts <= {start for start, _ in quantized.bars()}
    (sentence,) = changed(score, tokenizer)
    assert sentence.startswith(f"bars of {odd.name}")


def test_a_first_metre_that_is_passed_over_is_four_four() -> None:
    quantized = BeatTokenizer().quantize(piece(TimeSignature(0, 7, 32)))
    assert quantized.time_signatures == (TimeSignature(0, 4, 4),)


def test_chorales_are_split_likewise() -> None:
    score = piece(TimeSignature(0, 10, 4), notes=20)
    tokenizer = ChoraleTokenizer()
    assert tokenizer.decode(tokenizer.encode(score)).time_signatures[0].name == "5/4"
    assert changed(score, tokenizer) == ["bars of 10/4 are written as 5/4 5/4"]


def test_nothing_is_said_of_what_is_kept() -> None:
    assert changed(piece(TimeSignature(0, 4, 4)), BeatTokenizer()) == []


def test_notes_of_instruments_that_the_tokens_lack_are_counted() -> None:
    drums = Track(tuple(Note(480 * i, 38, 10, 80) for i in range(3)), is_drum=True)
    score = make_score(480, [*piece(notes=5).tracks, drums])
    said = "beat tokens hold no drums here: 3 notes are left out"
    assert changed(score, BeatTokenizer()) == [said]
    assert changed(score, BeatTokenizer((0, 128))) == []
    said = "beat tokens hold no instruments but drums here: 5 notes are left out"
    assert changed(score, BeatTokenizer((128,))) == [said]
