"""Bass and chords follow the chord symbols in the metre."""

import pytest

from musicrnn.accompaniment import with_accompaniment
from musicrnn.io.abc import parse_abc
from musicrnn.score import Note


def strokes(text: str) -> dict[float, list[int]]:
    """Eighth -> pitches of the accompaniment."""
    score = with_accompaniment(parse_abc(text, strict=True))
    assert len(score.tracks) == 2
    found: dict[float, list[int]] = {}
    for note in score.tracks[1].notes:
        found.setdefault(2 * note.start / score.ticks_per_quarter, []).append(note.pitch)
    return found


@pytest.mark.parametrize(
    ("metre", "bar", "bass", "chords"),
    [
        ("4/4", "c8", [0, 4], [2, 6]),
        ("2/4", "c4", [0], [2]),
        ("3/4", "c6", [0], [2, 4]),
        ("6/8", "c6", [0, 3], [2, 5]),
        ("2/2", "c8", [0], [4]),
    ],
)
def test_patterns(metre: str, bar: str, bass: list[int], chords: list[int]) -> None:
    found = strokes(f'M:{metre}\nL:1/8\nK:C\n"C"{bar}|"G7"{bar}|]')
    length = sum(int(c) for c in bar if c.isdigit())
    first = {at: pitches for at, pitches in found.items() if at < length}
    assert sorted(at for at, pitches in first.items() if len(pitches) == 1) == bass
    assert sorted(at for at, pitches in first.items() if len(pitches) == 3) == chords
    assert {p % 12 for p in first[chords[0]]} == {0, 4, 7}
    assert first[bass[0]] == [48]
    assert {p % 12 for p in found[length + chords[0]]} == {7, 11, 2, 5}


def test_a_change_inside_a_bar_begins_with_its_bass() -> None:
    found = strokes('M:4/4\nL:1/8\nK:C\n"C"c2"F"c2"N.C."c4|]')
    assert found[2] == [41]
    assert set(found) == {0, 2}


def test_without_chords_nothing_is_added() -> None:
    score = parse_abc("M:4/4\nK:C\nc8|")
    assert with_accompaniment(score) == score


def test_nothing_sounds_after_the_melody_or_before_the_first_chord() -> None:
    score = with_accompaniment(parse_abc('M:4/4\nL:1/8\nK:C\nc8|"C"c3|]', strict=True))
    notes: tuple[Note, ...] = score.tracks[1].notes
    assert notes[0].start == 4 * score.ticks_per_quarter
    assert max(note.start + note.duration for note in notes) == score.end
