"""Chord symbols: what each asks for, what is said of those that tokens cannot say, refusals."""

import pytest

from musicrnn.accompaniment import TONES
from musicrnn.errors import MusicRNNError
from musicrnn.io.abc.chord import SYMBOLS
from musicrnn.tokens.chord_words import are_chords, read_chord_words


@pytest.mark.parametrize(
    ("word", "chord", "bass", "played"),
    [
        ("C/E", (0, "maj"), 4, ""),
        ("Gadd9", (7, "maj"), None, "G"),
        ("F6", (5, "maj6"), None, ""),
        ("Am9", (9, "min7"), None, "Am7"),
        ("Bdim7", (11, "dim7"), None, ""),
        ("F#m7b5/C", (6, "hdim7"), 0, ""),
        ("G7sus4", (7, "sus4"), None, "Gsus4"),
        ("Bb+", (10, "aug"), None, ""),
        ("N.C.", (-1, "none"), None, ""),
        ("N", (-1, "none"), None, ""),
        ("Cmaj9", (0, "maj7"), None, "Cmaj7"),
        ("Dm11/G", (2, "min7"), 7, "Dm7/G"),
        ("E7#9", (4, "7"), None, "E7"),
        ("C6/9", (0, "maj6"), None, "C6"),
        ("C6/9/E", (0, "maj6"), 4, "C6/E"),
        ("AmMaj7", (9, "min"), None, "Am"),
        ("Am(maj7)", (9, "min"), None, "Am"),
        ("C7(b9)", (0, "7"), None, "C7"),
        ("G13", (7, "7"), None, "G7"),
        ("C5", (0, "maj"), None, "C"),
        ("Bb:maj7", (10, "maj7"), None, ""),
        ("D♭Δ", (1, "maj7"), None, ""),
        ("Cm7(b5)", (0, "hdim7"), None, ""),
    ],
)
def test_a_symbol(word: str, chord: tuple[int, str], bass: int | None, played: str) -> None:
    asked = read_chord_words(word)
    assert asked.chords == (chord,)
    assert asked.basses == (() if bass is None else (bass,))
    assert asked.said == ((f"{word} is played as {played}",) if played else ())


@pytest.mark.parametrize("quality", TONES)
def test_what_tokens_say_is_read_as_it_is_written(quality: str) -> None:
    asked = read_chord_words(f"Eb:{quality} Eb{SYMBOLS[quality][0]}")
    assert asked.chords == ((3, quality),) * 2
    assert asked.said == ()


def test_basses_are_as_many_as_chords_and_a_sentence_comes_once() -> None:
    asked = read_chord_words("C/E | Am9, Am9 G7")
    assert asked.basses == (4, None, None, None)
    assert asked.said == ("Am9 is played as Am7",)


@pytest.mark.parametrize("word", ["H", "Cxyz", "C/H", "Csus7", "C7q", "Cno4", "c", "/E", "C/E/G"])
def test_a_refusal_says_what_is_known(word: str) -> None:
    with pytest.raises(MusicRNNError, match=r"a chord reads like .* known are .* sus4"):
        read_chord_words(f"C {word}")


@pytest.mark.parametrize(
    ("names", "chords"),
    [
        ("C Am F G", True), ("G D", True), ("Am7/G Fmaj9 D7(b9)", True), ("A D E", True),
        ("A B A", False), ("A B C", False), ("i A A B", False), ("Verse Chorus", False),
        ("A Am", True), ("C Am Solo", False),
    ],
)  # fmt: skip
def test_chords_are_told_from_the_letters_of_a_plan(names: str, chords: bool) -> None:
    assert are_chords(names.split()) is chords
