"""The estimated key: scales by hand, transposition, and the annotated keys of real corpora."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicrnn.io.midi import read_midi
from musicrnn.key import estimate_key, heard_key, key_of_pitch_classes, relative_key, scale_of
from musicrnn.score import PITCH_CLASSES, Key, Note, Score, Track, make_score

TONICS = {name: tonic for tonic, name in enumerate(PITCH_CLASSES)} | {
    "Db": 1, "D#": 3, "Gb": 6, "G#": 8, "A#": 10, "Cb": 11,
}  # fmt: skip


def piece(pitches: list[int], *, drum: bool = False) -> Score:
    notes = tuple(Note(index * 10, pitch, 10, 80) for index, pitch in enumerate(pitches))
    return make_score(10, [Track(notes, is_drum=drum)])


def test_a_major_and_a_minor_scale() -> None:
    assert estimate_key(piece([60, 62, 64, 65, 67, 69, 71, 72])).name == "C major"
    assert estimate_key(piece([57, 59, 60, 62, 64, 65, 68, 69, 57, 64])).name == "A minor"


def test_duration_counts_and_drums_do_not() -> None:
    long_note = make_score(10, [Track((Note(0, 62, 900, 80), Note(0, 66, 300, 80)))])
    assert estimate_key(long_note).name == "D major"
    assert estimate_key(piece([62, 62, 66, 69], drum=True)) == Key(0, 0, False)


def test_nothing_to_go_by_is_c_major() -> None:
    assert estimate_key(make_score(10, [])) == Key(0, 0, False)
    assert key_of_pitch_classes([3] * 12) == Key(0, 0, False)


def test_the_key_heard_and_how_clearly() -> None:
    profile = [0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400]
    key, clarity = heard_key(profile[-2:] + profile[:-2])
    assert key == Key(0, 2, False)
    assert clarity == pytest.approx(1)
    assert heard_key([1] * 12) == (Key(0, 0, False), pytest.approx(0))
    assert heard_key([1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1])[0].name == "C major"


def test_relative_keys() -> None:
    assert relative_key(Key(5, 0, False)).name == "A minor"
    keys = [Key(0, tonic, minor) for tonic in range(12) for minor in (False, True)]
    assert [relative_key(relative_key(key)) for key in keys] == keys
    assert all((scale_of(key) == scale_of(relative_key(key))).all() for key in keys)


@given(st.lists(st.integers(0, 1000), min_size=12, max_size=12), st.integers(0, 11))
def test_a_transposed_piece_has_the_transposed_key(weights: list[int], by: int) -> None:
    key = key_of_pitch_classes(weights)
    moved = key_of_pitch_classes(weights[-by:] + weights[:-by] if by else weights)
    fits = scale_of(key)
    assert fits.sum() == 7
    assert fits[key.tonic]
    if len(set(weights)) == 12:  # without ties
        assert moved == Key(0, (key.tonic + by) % 12, key.minor)


def test_pop909_agrees_with_the_keys_heard_in_the_recordings(corpora: Path) -> None:
    agreed = 0
    songs = [f"{number:03d}" for number in range(1, 910, 5)]
    for song in songs:
        folder = corpora / "pop909" / song
        rows = [line.split() for line in (folder / "key_audio.txt").read_text().splitlines()]
        name = max(rows, key=lambda row: float(row[1]) - float(row[0]))[2]
        root, mode = name.split(":")
        key = estimate_key(read_midi(folder / f"{song}.mid"))
        agreed += (key.tonic, key.minor) == (TONICS[root], mode == "min")
    assert agreed / len(songs) > 0.78  # 0.826 over all 909


def test_nottingham_agrees_with_the_written_keys(corpora: Path) -> None:
    agreed = total = 0
    for book in sorted((corpora / "nottingham" / "abc").glob("*.abc")):
        text = book.read_text(errors="replace")
        for tune in re.split(r"(?m)^(?=X:)", text)[1::5]:
            number = re.match(r"X:\s*(\d+)", tune)
            written = re.search(r"(?m)^K:\s*([A-G][#b]?)(m?)\s*$", tune)
            midi = corpora / "nottingham" / "midi" / f"{book.stem}{number and number[1]}.mid"
            if written and midi.exists():
                key = estimate_key(read_midi(midi))
                agreed += (key.tonic, key.minor) == (TONICS[written[1]], written[2] == "m")
                total += 1
    assert total > 150
    assert agreed / total > 0.75  # 0.822 over all 1034


@pytest.mark.parametrize("minor", [False, True])
def test_scale_of(minor: bool) -> None:
    inside = scale_of(Key(0, 9, minor))
    names = [PITCH_CLASSES[index] for index in range(12) if inside[index]]
    assert names == (
        ["C", "D", "E", "F", "G", "A", "B"] if minor else ["C#", "D", "E", "F#", "Ab", "A", "B"]
    )
