"""What of a tune is played when: repeats, parts and overlays, as independent readers play them."""

import pytest

from musicrnn.io.abc import parse_abc
from musicrnn.io.abc.parts import MAX_PARTS, parse_order
from musicrnn.score import Score
from musicrnn.tokens.abc.normal import normalise

NAMES = {60: "C", 62: "D", 64: "E", 65: "F", 67: "G", 69: "A"}


def tune(body: str, fields: str = "M:none\n") -> Score:
    return parse_abc(f"X:1\n{fields}L:1/4\nK:C\n{body}", strict=True)


def played(score: Score) -> str:
    return "".join(NAMES[note.pitch] for note in score.tracks[0].notes)


def sounding(score: Score, track: int = 0) -> list[tuple[float, int, float]]:
    quarter = score.ticks_per_quarter
    notes = score.tracks[track].notes
    return [(n.start / quarter, n.pitch, n.duration / quarter) for n in notes]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("CD[|]EF:|", "CDEFCDEF"),
        ("|:CD[|]EF:|", "CDEFCDEF"),
        ("CD|EF||[1G:|[2A|]", "CDEFGCDEFA"),
        ("CD|EF||1G:|2A|]", "CDEFGCDEFA"),
        ("CD||EF|]1G:|2A|]", "CDEFGEFA"),
    ],
)
def test_where_a_repeat_begins(body: str, expected: str) -> None:
    """abc2midi 4.84 and abcjs 6.7 play the same (abc2midi without [|], which it does not know); ABC
    2.1, 4.8 calls it an invisible bar line."""
    assert played(tune(body)) == expected
    assert played(parse_abc(normalise(f"M:none\nL:1/4\nK:C\n{body}"))) == expected


@pytest.mark.parametrize(
    ("order", "body", "expected"),
    [
        ("ABAC", "P:A\nCD|\nP:B\nEF|\nP:C\nG|", "CDEFCDG"),
        ("(AB)3.C2", "P:A\nC|\nP:B\nE|\nP:C\nG|", "CECECEGG"),
        ("((AB)2C)2", "P:A\nC|\nP:B\nE|\nP:C\nG|", "CECEGCECEG"),
        ("AB", "P:A\n|:C:|\nP:B\n|E:|", "CCEE"),
        ("AA", "D|\nP:A\nC|", "DCC"),
        ("BA", "P:A\nC|\nP:B\nE|", "EC"),
        ("", "P:A\nC|\nP:B\nE|", "CE"),
    ],
)
def test_the_order_of_parts(order: str, body: str, expected: str) -> None:
    """As abc2midi 4.84 plays them (ABC 2.1, 3.1.9)."""
    assert played(tune(body, f"M:none\nP:{order}\n")) == expected


def test_variant_endings_of_a_part() -> None:
    """The example of ABC 2.1, 4.10: part A is played four times, each time with another ending."""
    body = "P:A\nC|[1D:|[2E:|[3F:|[4G|]"
    assert played(tune(body, "M:none\nP:A4\n")) == "CDCECFCG"


def test_parts_written_out_in_their_order_are_played_so() -> None:
    assert played(tune("P:A\nC|\nP:B\nE|\nP:A\nD|", "M:none\nP:ABA\n")) == "CED"


def test_parts_hold_for_every_voice() -> None:
    """As abc2midi 4.84 plays them."""
    blocks = tune("P:A\nV:1\nC|\nV:2\nE|\nP:B\nV:1\nD|\nV:2\nF|", "M:none\nP:BA\n")
    voices = tune("V:1\nP:A\nC|\nP:B\nD|\nV:2\nP:A\nE|\nP:B\nF|", "M:none\nP:BA\n")
    for score in (blocks, voices):
        assert [[n.pitch for n in track.notes] for track in score.tracks] == [[62, 60], [65, 64]]


def test_a_part_brings_its_key_back() -> None:
    score = tune("P:A\nF|\nP:B\nK:G\nF|", "M:none\nP:ABA\n")
    assert [note.pitch for note in score.tracks[0].notes] == [65, 66, 65]


@pytest.mark.parametrize("text", ["A,B", "(AB", "AB)2", "3A", "A-B", "((A99)99)99"])
def test_what_is_no_order(text: str) -> None:
    assert parse_order(text) is None
    score = parse_abc(f"X:1\nP:{text}\nM:none\nL:1/4\nK:C\nP:A\nC|\nP:B\nE|")
    assert played(score) == "CE"
    assert score.said == (f"1 order of parts is not followed: P:{text}",)
    assert len(parse_order("A999") or ()) <= MAX_PARTS


def test_what_an_order_leaves_out_is_said() -> None:
    body = "P:A\nC|\nP:B\nE|"
    assert tune(body, "P:B\n").said == ("1 part is not played, the order leaves it out: A",)
    missing = tune(body, "P:ABC\n")
    assert missing.said == ("1 order of parts is not followed: P:ABC, C is not marked in the tune",)
    assert played(missing) == "CE"
    assert tune(body, "P:AB\n").said == ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("CDEF&G4|A4|", [(0, 60, 1), (0, 67, 4), (1, 62, 1), (2, 64, 1), (3, 65, 1), (4, 69, 4)]),
        (
            "G4&G2|A4&c2d2&e4|",
            [(0, 67, 2), (0, 67, 4), (4, 69, 4), (4, 72, 2), (4, 76, 4), (6, 74, 2)],
        ),
        ("^C2C2&C4|", [(0, 60, 4), (0, 61, 2), (2, 61, 2)]),
        (
            "|:C4&G4|A4:|",
            [(0, 60, 4), (0, 67, 4), (4, 69, 4), (8, 60, 4), (8, 67, 4), (12, 69, 4)],
        ),
        ("C4&^F4-|D4&F2F2|", [(0, 60, 4), (0, 66, 6), (4, 62, 4), (6, 65, 2)]),
    ],
)
def test_overlays_sound_together(body: str, expected: list[tuple[float, int, float]]) -> None:
    """As abc2midi 4.84 and abcjs 6.7 play them, each in tracks of their own (ABC 2.1, 7.4)."""
    assert sounding(tune(body, "M:4/4\n")) == expected


def test_an_overlay_in_an_ending_is_played_in_its_pass_alone() -> None:
    score = tune("|:C4|[1D4&A4:|[2E4|]", "M:4/4\n")
    assert [n[1] for n in sounding(score)] == [60, 62, 69, 60, 64]


def test_an_overlay_of_two_bars_goes_back_by_two_bar_lines() -> None:
    """The example of ABC 2.1, 7.4, its length in eighths."""
    score = parse_abc("X:1\nM:4/4\nL:1/8\nK:C\ng4 f4|e6 e2|\n&& (d8|c6) c2|\nG8|", strict=True)
    quarter = score.ticks_per_quarter
    assert [(n.start / quarter, n.pitch) for n in score.tracks[0].notes] == [
        (0, 74), (0, 79), (2, 77), (4, 72), (4, 76), (7, 72), (7, 76), (8, 67),
    ]  # fmt: skip


def test_chord_symbols_and_lengths_in_an_overlay() -> None:
    score = tune('C4&"Am"E2"F"F>F|C4|', "M:4/4\n")
    assert [(c.tick / score.ticks_per_quarter, c.name) for c in score.chords] == [
        (0, "A:min"), (2, "F:maj"),
    ]  # fmt: skip
    assert sounding(score)[-2:] == [(3.5, 65, 0.5), (4, 60, 4)]
