"""Scores, compositions and sounds are saved, and show themselves in a notebook."""

import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest

import musicrnn as mr
from musicrnn.score import Chord, Note, Track, make_score

MELODY = Track(tuple(Note(480 * i, 60 + 2 * i, 480, 80) for i in range(4)))
TUNE = make_score(480, [MELODY], title="Four <notes>")


def test_a_score_is_read_and_saved_in_every_format(tmp_path: Path) -> None:
    paths = [tmp_path / f"tune{suffix}" for suffix in (".mid", ".abc", ".wav", ".html", ".png")]
    TUNE.save(*paths)
    assert all(path.stat().st_size > 50 for path in paths)
    for path in paths[:2]:
        again = mr.read(path)
        assert [note.pitch for note in again.tracks[0].notes] == [60, 62, 64, 66]
    sound = mr.read(paths[2])
    assert isinstance(sound, mr.Waveform)
    assert sound.seconds > 2
    sound.save(tmp_path / "again.flac")
    assert np.array_equal(mr.read(tmp_path / "again.flac").samples, sound.samples)


def test_what_cannot_be_saved_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(mr.MusicRNNError, match="say where to save it"):
        TUNE.save()
    with pytest.raises(mr.MusicRNNError, match=r"the suffix must be one of .*, got \.doc"):
        TUNE.save(tmp_path / "tune.mid", tmp_path / "tune.doc")
    assert not list(tmp_path.iterdir())


def test_a_notebook_shows_a_page_in_a_frame_of_its_own() -> None:
    html = TUNE._repr_html_()
    (page,) = re.findall(r'<iframe srcdoc="([^"]*)"', html)
    assert "Four &lt;notes&gt;" in unescape(page)
    assert "data:audio/mpeg;base64," in page
    assert not re.search(r"https?://", page)  # no network


def test_a_melody_with_chord_symbols_is_accompanied() -> None:
    with_chords = make_score(480, [MELODY], chords=[Chord(0, 0, "maj")])
    alone = unescape(TUNE._repr_html_())
    accompanied = unescape(with_chords._repr_html_())
    assert alone.count("<li>") == 1
    assert accompanied.count("<li>") == 2
    two = make_score(480, [MELODY, MELODY], chords=[Chord(0, 0, "maj")])
    assert unescape(two._repr_html_()).count("<li>") == 2


def test_what_cannot_be_shown_says_why() -> None:
    assert "cannot be shown" in make_score(480, [])._repr_html_()


def test_a_sound_shows_a_player_with_a_minute_at_most() -> None:
    short = mr.Waveform(np.zeros((1, 800), np.float32), 8000)
    assert "<audio controls" in short._repr_html_()
    assert "here" not in short._repr_html_()
    long = mr.Waveform(np.zeros((1, 8000 * 70), np.float32), 8000)
    assert "the first 60 s of it here" in long._repr_html_()


def test_what_is_printed_is_one_line() -> None:
    assert repr(TUNE) == "<Score 'Four <notes>': 4 notes, 2.0 s>"
    assert repr(mr.Waveform(np.zeros((2, 4000), np.float32), 8000)) == (
        "<Waveform: 2 channels, 8000 Hz, 0.50 s>"
    )
