"""POP909 on its beats: made songs with known bars, then the corpus."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import write_midi
from musicrnn.score import Chord, Key, Note, Score, TimeSignature, Track, make_score
from musicrnn.tokens.grid import on_grid_share
from musicrnn_datasets.pop909 import POP909, read_song


def song(folder: Path, bars: list[int], *, starts: list[int], shift: float = 0.3) -> Score:
    """Reads a song of bars of so many beats of half a second, notes at the given sixteenths.

    The file's ticks know nothing of the beats: it says 120 where beats come every 0.6 s.
    """
    lines: list[str] = []
    beat = 0
    for length in bars:
        for place in range(length):
            strong = place == 0 or (length == 4 and place == 2)
            lines.append(f"{shift + 0.6 * beat} {float(strong)} {float(place == 0)}")
            beat += 1
    (folder / "007").mkdir()
    (folder / "007" / "beat_midi.txt").write_text("\n".join(lines))
    (folder / "007" / "chord_midi.txt").write_text(
        f"{shift} {shift + 2.4} N\n{shift + 2.4} {shift + 4.8} Db:maj7/3\n"
        f"{shift + 4.8} 9 F:sus4(b7)\n"
    )
    (folder / "007" / "key_audio.txt").write_text("1.2\t3.0\tGb:maj\n4.9\t99\tA:min\n")
    notes = [Note(round(960 * (shift + 0.15 * s)), 60, 144, 80) for s in starts]
    write_midi(make_score(480, [Track(tuple(notes), name="MELODY")]), folder / "007" / "007.mid")
    return read_song(folder / "007")


def test_onsets_chords_and_keys_stand_on_their_beats(tmp_path: Path) -> None:
    score = song(tmp_path, [4] * 4, starts=[0, 3, 16, 40, 50])
    assert [note.start for note in score.tracks[0].notes] == [120 * s for s in (0, 3, 16, 40, 50)]
    assert {note.duration for note in score.tracks[0].notes} == {120}
    assert score.time_signatures == (TimeSignature(0, 4, 4),)
    assert [tempo.microseconds_per_quarter for tempo in score.tempos] == [600_000]
    assert score.chords == (Chord(0, -1, "none"), Chord(1920, 1, "maj7"), Chord(3840, 5, "sus4"))
    assert score.keys == (Key(0, 6, False), Key(3840, 9, True))
    assert score.tracks[0].name == "MELODY"


def test_silent_bars_go_and_an_upbeat_keeps_its_place(tmp_path: Path) -> None:
    score = song(tmp_path, [2, 4, 4, 4], starts=[8 + 14, 8 + 16])
    assert [note.start for note in score.tracks[0].notes] == [14 * 120, 16 * 120]


def test_an_upbeat_before_the_first_beat(tmp_path: Path) -> None:
    score = song(tmp_path, [4] * 4, starts=[-2, 0], shift=1.0)
    assert [note.start for note in score.tracks[0].notes] == [14 * 120, 16 * 120]


def test_odd_bars_get_their_own_signature(tmp_path: Path) -> None:
    score = song(tmp_path, [4, 6, 4, 5, 4], starts=[0, 4 * 22])
    signatures = [(s.tick // 480, s.numerator) for s in score.time_signatures]
    assert signatures == [(0, 4), (8, 2), (10, 4), (14, 5), (19, 4)]


def test_three_four(tmp_path: Path) -> None:
    score = song(tmp_path, [3] * 6, starts=[0, 50])
    assert score.time_signatures == (TimeSignature(0, 3, 4),)


@pytest.mark.parametrize("missing", ["beat_midi.txt", "chord_midi.txt", "key_audio.txt", "007.mid"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    song(tmp_path, [4] * 4, starts=[0])
    (tmp_path / "007" / missing).unlink()
    with pytest.raises(MusicRNNError, match=missing):
        read_song(tmp_path / "007")


def test_the_corpus(corpora: Path) -> None:
    pieces = list(POP909.pieces(corpora / "pop909"))
    assert Counter(piece.split for piece in pieces) == {"train": 705, "valid": 97, "test": 107}
    scores = [piece.read() for piece in pieces[::20]]
    assert np.median([on_grid_share(score) for score in scores]) > 0.95
    for score in scores:
        assert [track.name for track in score.tracks] == ["MELODY", "BRIDGE", "PIANO"]
        first = min(track.notes[0].start for track in score.tracks)
        assert first < score.bars()[0][1].bar_ticks(480)
        assert score.keys[0].tick == score.chords[0].tick == 0
