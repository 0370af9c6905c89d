"""Which pitch a letter is: clefs, octaves, transposition, accidentals, quarter tones; chords."""

import pytest

from musicrnn.io.abc import parse_abc, write_abc
from musicrnn.score import Key, Note, Score, Track, make_score


def tune(text: str) -> Score:
    return parse_abc(f"X:1\nM:none\nL:1/4\n{text}\n", strict=True)


def pitches(score: Score, track: int = 0) -> list[int]:
    return [note.pitch for note in score.tracks[track].notes]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("K:C clef=treble-8\nC", 48),
        ("K:C treble-8\nC", 48),
        ("K:treble-8\nC", 48),
        ("K:C\nV:1 clef=bass+8\nC", 72),
        ("K:C\nV:1 bass+8\nC", 72),
        ("V:1 clef=treble-8\nK:C\nC", 48),
        ("K:C clef=treble-15\nC", 36),
        ("K:C octave=-1\nC", 48),
        ("V:1 octave=1\nK:C\nC", 72),
        ("K:C\n[K:octave=1]C", 72),
        ("K:C clef=treble-8\n[K:clef=treble]C", 60),
        ("V:treble-8\nK:C\nC", 60),  # the name of a voice
        ('V:1 name="bass -8 treble-8"\nK:C\nC', 60),
        ("K:C\n%%MIDI transpose 2\nC", 62),
        ("%%MIDI transpose -2 % a clarinet\nK:C\nC", 58),
        ("I:MIDI transpose 2\nK:C\nC", 62),
        ("K:C\n%%MIDI transpose 2\n%%MIDI rtranspose 3\nC", 65),
        ("K:C\n%%MIDI transpose 2\n%%MIDI transpose -1\nC", 59),
        ("K:C transpose=1\n%%MIDI transpose 2\nC", 62),
        ("K:C\n%%MIDI channel 10\n%%MIDI transpose 2\nC", 60),
    ],
)
def test_what_moves_every_note(text: str, expected: int) -> None:
    """As abc2midi 4.84 plays them (ABC 2.1, 4.6)."""
    assert pitches(tune(text)) == [expected]


def test_a_clef_and_an_octave_add_up() -> None:
    """They are independent of each other (ABC 2.1, 4.6), as abcjs 6.7 reads them."""
    assert pitches(tune("K:C clef=treble-8 octave=1\nC")) == [60]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("V:1 transpose=5\nV:2\nK:C transpose=-2\nV:1\nC\nV:2\nC", [65, 58]),
        ("V:T clef=treble-8\nV:S\nK:C\nV:T\nC\nV:S\nC", [48, 60]),
        ("V:1\nV:2\n%%MIDI transpose 2\nK:C\nV:1\nC\nV:2\nC", [60, 62]),
        ("%%MIDI transpose 2\nV:1\nV:2\nK:C\nV:1\nC\nV:2\nC", [62, 62]),
        ("K:C\nV:1\n%%MIDI transpose 2\nC\nV:2\nC", [62, 60]),
    ],
)
def test_each_voice_is_moved_by_itself(text: str, expected: list[int]) -> None:
    """As abcjs 6.7 plays them; abc2midi 4.84 takes a %%MIDI transpose of one voice for all."""
    score = tune(text)
    assert [pitches(score, number)[0] for number in range(2)] == expected


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        ("", [61, 73, 49, 61, 60]),
        ("%%propagate-accidentals pitch\n", [61, 73, 49, 61, 60]),
        ("%%propagate-accidentals octave\n", [61, 72, 48, 61, 60]),
        ("%%propagate-accidentals not\n", [61, 72, 48, 60, 60]),
        ("I:propagate-accidentals octave\n", [61, 72, 48, 61, 60]),
    ],
)
def test_how_far_an_accidental_reaches(reach: str, expected: list[int]) -> None:
    """As abc2midi 4.84 plays them; ``pitch`` is the default of ABC 2.1, 11.3."""
    assert pitches(tune(f"{reach}K:C\n^CcC,C|C|")) == expected
    assert pitches(tune(f"K:C\n{reach}^CcC,C|C|")) == expected


def test_the_last_accidental_counts_in_every_octave() -> None:
    assert pitches(tune("K:D\n=C c ^c C _c' C|C|")) == [60, 72, 73, 61, 83, 59, 61]


def test_what_is_written_is_read_alike_whatever_an_accidental_reaches() -> None:
    steps = [61, 72, 48, 61, 60, 73, 74, 62, 49, 60]
    notes = tuple(Note(480 * n, pitch, 480, 90) for n, pitch in enumerate(steps))
    text = write_abc(make_score(480, [Track(notes)], keys=[Key(0, 0, False)]))
    for reach in ("octave", "pitch"):
        assert pitches(parse_abc(f"%%propagate-accidentals {reach}\n{text}")) == steps


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("^/F", 65), ("_/F", 65), ("^3/2F", 66), ("_3/2F", 64), ("^1/4F", 65), ("^3/4F", 66),
        ("^^/4F", 66), ("__/4F", 64), ("^/2F", 65), ("[^/FA]", 65),
    ],
)  # fmt: skip
def test_quarter_tones_are_rounded(body: str, expected: int) -> None:
    """abc2midi 4.84 bends F (65, natural in spite of the key) by so many semitones: half a semitone
    is rounded towards the natural. ABC 2.1, 4.2 has no quarter tones."""
    score = tune(f"K:G\n{body}")
    assert pitches(score)[0] == expected
    assert score.said == (f"1 quarter tone is rounded to a semitone: {body.strip('[A]')}",)


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("G(Em)", ["G:maj"]), ("G (Em7/b)", ["G:maj"]), ("(Am)", []), ("Am7(D7)", ["A:min7"]),
        ("D/F#(Bm)", ["D:maj"]),
    ],
)  # fmt: skip
def test_alternatives_in_brackets_are_not_played(symbol: str, expected: list[str]) -> None:
    """ABC 2.1, 4.18: they are for print, behind the regular chord."""
    assert [chord.name for chord in tune(f'K:C\n"{symbol}"C').chords] == expected
