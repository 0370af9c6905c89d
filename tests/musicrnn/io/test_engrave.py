"""Printed pages: by whatever engraver is at hand, and a sentence where none is."""

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io import engrave
from musicrnn.io.musicxml import musicxml_bytes
from musicrnn.io.save import check_saved, save_pieces
from musicrnn.score import Note, Track, make_score

SCORE = make_score(480, [Track((Note(0, 60, 480, 100), Note(480, 64, 480, 90)))], title="Two notes")


def test_no_engraver_is_said_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(engrave.shutil, "which", lambda name: None)
    monkeypatch.setattr(engrave, "find_spec", lambda name: None)
    with pytest.raises(MusicRNNError, match=r"MuseScore .* Verovio .* neither is there"):
        check_saved(tmp_path / "a.pdf")
    with pytest.raises(MusicRNNError, match="neither is there"):
        save_pieces(SCORE, [tmp_path / "a.mid", tmp_path / "a.pdf"])
    assert not list(tmp_path.iterdir())


def test_what_another_program_says_of_its_failure_is_said(tmp_path, monkeypatch):
    program = tmp_path / "mscore"
    program.write_text("#!/bin/sh\necho no such font >&2\nexit 3\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(engrave, "PROGRAMS", (str(program),))
    with pytest.raises(MusicRNNError, match="MuseScore made no PDF: no such font"):
        engrave.engraver()(b"")


def test_pages_are_made_where_an_engraver_is_there(tmp_path):
    try:
        made = engrave.engraver()(musicxml_bytes(SCORE))
    except MusicRNNError as error:
        pytest.skip(str(error))
    assert made.startswith(b"%PDF")
