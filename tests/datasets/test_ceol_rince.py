"""Ceol Rince: upbeats from what the last bar lacks, one melody, splits beside Nottingham's."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Score, TimeSignature, Track, make_score
from musicrnn.sources.find import folder_of
from musicrnn.tokens import TuneTokenizer
from musicrnn_datasets.ceol_rince import CEOL_RINCE
from musicrnn_datasets.nottingham import NOTTINGHAM


def jig(quavers: int, tracks: int = 1) -> Score:
    """Quavers in 6/8, the same in every track."""
    notes = tuple(Note(240 * i, 60 + (7 * i) % 12, 240, 80) for i in range(quavers))
    metre = [TimeSignature(0, 6, 8)]
    return make_score(
        480, [Track(notes, name=str(i)) for i in range(tracks)], time_signatures=metre
    )


def test_what_the_last_bar_has_alone_comes_before_the_first(tmp_path: Path) -> None:
    write_midi(jig(25, tracks=3), tmp_path / "upbeat.mid")
    write_midi(jig(24), tmp_path / "whole.mid")
    upbeat, whole = CEOL_RINCE.pieces(tmp_path)
    assert [metre.name for metre in upbeat.read().time_signatures] == ["1/8", "6/8"]
    assert [metre.name for metre in whole.read().time_signatures] == ["6/8"]
    assert upbeat.abc is not None
    assert len(upbeat.read().tracks) == 1
    words = TuneTokenizer().words(TuneTokenizer().encode_source(upbeat.read(), upbeat.abc))
    assert words[2] == "upbeat"


def test_a_folder_without_tunes(tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match="is not the Ceol Rince corpus"):
        list(CEOL_RINCE.pieces(tmp_path))


def test_a_version_of_a_tune_of_nottingham_stands_on_its_side(tmp_path: Path) -> None:
    """The same melody as a tune there, in another key."""
    there = tmp_path / "nottingham" / "abc"
    there.mkdir(parents=True)
    melodies = ["CDEFGABcdefgabagfedcBAGFEDCEGceg", "cBAGFEDCEGcegecGECDEFGABcdefgabc"]
    tunes = [f"X:{i}\nT:{i}\nM:4/4\nL:1/8\nK:C\n{m}|\n" for i, m in enumerate(melodies)]
    (there / "a.abc").write_text("\n".join(tunes))
    here = tmp_path / "ceol-rince"
    here.mkdir()
    pieces = list(NOTTINGHAM.pieces(tmp_path / "nottingham"))
    for number, piece in enumerate(pieces):
        tune = piece.read()
        notes = tuple(Note(n.start, n.pitch + 2, n.duration, 80) for n in tune.tracks[0].notes)
        score = make_score(tune.ticks_per_quarter, [Track(notes)])
        write_midi(score, here / f"{number}.mid")
    assert [p.split for p in CEOL_RINCE.pieces(here)] == [p.split for p in pieces]
    shutil.rmtree(tmp_path / "nottingham")
    assert len(list(CEOL_RINCE.pieces(here))) == len(pieces)


def test_the_corpus_itself() -> None:
    try:
        folder = folder_of(CEOL_RINCE)
    except MusicRNNError:
        pytest.skip("Ceol Rince is not at hand")
    pieces = list(CEOL_RINCE.pieces(folder))
    assert len(pieces) == 1195
    splits = Counter(piece.split for piece in pieces)
    assert splits["train"] > 900
    assert min(splits.values()) > 80
