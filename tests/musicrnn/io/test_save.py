"""A piece in and out of every format, by suffix."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import read_audio
from musicrnn.io.save import SAVED, convert, read_piece, save_pieces
from musicrnn.score import Note, Track, make_score
from musicrnn.synth.render import TAIL_SECONDS

SCORE = make_score(480, [Track((Note(0, 60, 480, 100), Note(480, 64, 480, 90)))], title="Two notes")
SECONDS = 1 + TAIL_SECONDS


@pytest.mark.parametrize("suffix", SAVED)
def test_the_same_bytes_twice(tmp_path, suffix):
    for name in ("a", "b"):
        save_pieces(SCORE, [tmp_path / f"{name}{suffix}"])
    first, second = ((tmp_path / f"{name}{suffix}").read_bytes() for name in ("a", "b"))
    assert len(first) > 40
    assert first == second


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ".mp3"])
@pytest.mark.parametrize("rate", [22_050, 44_100])
def test_sound_reads_back_with_its_length(tmp_path, suffix, rate):
    path = tmp_path / f"a{suffix}"
    save_pieces(SCORE, [path], rate=rate)
    sound = read_audio(path)
    assert sound.rate == rate
    assert sound.samples.shape[0] == 2
    assert sound.seconds == pytest.approx(SECONDS, abs=0.15 if suffix == ".mp3" else 1e-3)
    assert np.abs(sound.samples).max() > 0.05


def test_notes_read_back(tmp_path):
    save_pieces(SCORE, [tmp_path / "a.MID"])
    assert read_piece(tmp_path / "a.MID").tracks[0].notes == SCORE.tracks[0].notes


def test_several_formats_are_rendered_once(tmp_path, monkeypatch):
    import musicrnn.synth.render as renderer

    calls = []
    original = renderer.render
    monkeypatch.setattr(renderer, "render", lambda *a, **k: calls.append(1) or original(*a, **k))
    save_pieces(SCORE, [tmp_path / f"a{suffix}" for suffix in SAVED])
    assert len(list(tmp_path.iterdir())) == len(SAVED)
    assert len(calls) == 1


@pytest.mark.parametrize("suffix", [".mid", ".svg", ".png"])
def test_notes_and_pictures_need_no_rendering(tmp_path, monkeypatch, suffix):
    monkeypatch.setattr("musicrnn.synth.render.render", None)
    save_pieces(SCORE, [tmp_path / f"a{suffix}"])


def test_untitled_pictures_are_named_after_the_file(tmp_path):
    save_pieces(make_score(480, SCORE.tracks), [tmp_path / "evening.svg"])
    assert "<title>evening</title>" in (tmp_path / "evening.svg").read_text("utf-8")


def test_an_error_leaves_the_older_file_and_no_other(tmp_path):
    old = tmp_path / "a.wav"
    old.write_bytes(b"older")
    empty = make_score(480, [Track()])
    for score, options in ((empty, {}), (SCORE, {"soundfont": old}), (SCORE, {"rate": 1})):
        with pytest.raises(MusicRNNError):
            save_pieces(score, [old, tmp_path / "b.html", tmp_path / "c.mp3"], **options)
    many = make_score(480, [Track(tuple(Note(i // 50, 60, 1, 1) for i in range(50_001)))])
    with pytest.raises(MusicRNNError, match="50000 notes"):
        save_pieces(many, [tmp_path / "d.svg"])
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    assert old.read_bytes() == b"older"


def test_suffixes_and_folders_are_checked_first(tmp_path):
    with pytest.raises(MusicRNNError, match=r"one of \.mid .*\.png, got \.mp4"):
        save_pieces(SCORE, [tmp_path / "a.mid", tmp_path / "b.mp4"])
    with pytest.raises(MusicRNNError, match="there is no folder"):
        save_pieces(SCORE, [tmp_path / "a.mid", tmp_path / "nowhere" / "b.mid"])
    with pytest.raises(MusicRNNError, match=r"one of \.mid \.midi \.kar \.abc, got no suffix"):
        read_piece(tmp_path / "tune")
    assert not list(tmp_path.iterdir())


def test_a_tune_is_heard_with_its_chords(tmp_path):
    tune = tmp_path / "tune.abc"
    tune.write_text('X:1\nT:Tune\nM:4/4\nL:1/4\nK:C\n"C"CDEF|"G7"GABc|\n', "utf-8")
    paths = [tmp_path / "a.mid", tmp_path / "b.abc"]
    assert convert(tune, paths) == (paths, ())
    plain, heard, written = (read_piece(tmp_path / n) for n in ("tune.abc", "a.mid", "b.abc"))
    assert heard.note_count > plain.note_count
    assert [c.name for c in plain.chords] == ["C:maj", "G:7"]
    assert written.tracks[0].notes == plain.tracks[0].notes
    assert written.note_count == plain.note_count
