"""POP909 on its beats: made songs with known bars, then the corpus."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import write_midi
from musicrnn.score import (
    Chord,
    Key,
    Note,
    Score,
    Section,
    TimeSignature,
    Track,
    make_score,
)
from musicrnn.tokens.grid import on_grid_share
from musicrnn_datasets.pop909 import POP909, read_song

TUNE = [60 + i * i * i % 17 for i in range(32)]


def song(
    folder: Path, bars: list[int], *, starts: list[int], shift: float = 0.3, tune: bool = False
) -> Score:
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
    notes = [
        Note(round(960 * (shift + 0.15 * s)), TUNE[i] if tune else 60, 144, 80)
        for i, s in enumerate(starts)
    ]
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
        assert {section.tick for section in score.sections} <= {tick for tick, _ in score.bars()}
    if (corpora / "pop909-structure").is_dir():
        assert sum(bool(score.sections) for score in scores) >= 0.95 * len(scores)


def test_the_sections_of_a_labelled_song_begin_its_bars(tmp_path: Path) -> None:
    """The marks begin bars at once; the labels do two beats later, and leave out half a bar."""
    corpus, labels = tmp_path / "pop909", tmp_path / "pop909-structure" / "007"
    corpus.mkdir()
    labels.mkdir(parents=True)
    label_starts = [2 * i for i in range(32)]  # 4 bars
    played = [8 + s + (8 if s >= 32 else 0) for s in label_starts]
    (labels / "melody.txt").write_text("".join(f"{pitch} 2\n" for pitch in TUNE))
    (labels / "human_label1.txt").write_text("A2B2")
    (labels / "human_label2.txt").write_text("A4")
    score = song(corpus, [4] * 7, starts=played, tune=True)
    lines = [(tick // 480, metre.numerator) for tick, metre in score.bars()]
    assert lines == [(0, 4), (4, 4), (8, 2), (10, 4), (14, 4)]
    assert score.sections == (Section(0, "A"), Section(10 * 480, "B"))
    again = read_song(corpus / "007", labeller=2)
    assert again.sections == (Section(0, "A"),)
    (labels / "human_label1.txt").write_text("A2 and B2")
    with pytest.raises(MusicRNNError, match="a letter and its bars, got 'A2 and B2'"):
        read_song(corpus / "007")
    (labels / "melody.txt").write_text("40 2\n" * 32)
    (labels / "human_label1.txt").write_text("A2B2")
    assert read_song(corpus / "007").sections == ()
