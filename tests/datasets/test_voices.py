"""Pieces of four voices made ready, and the figures of a model that knows nothing."""

from pathlib import Path

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn.tokens.voices import VoiceGrid
from musicrnn_datasets.voice_leading import compare_voice_leading
from musicrnn_datasets.voices import prepare_voices
from musicrnn_datasets.voices_evaluation import evaluate_voices_model, voice_baselines
from tests.musicrnn.four_voices import GRID, drawn_score, untrained_voices


def test_the_chorales_of_bach(corpora: Path) -> None:
    found = prepare_voices(["jsb-chorales"], data=corpora)
    assert {split: len(pieces) for split, pieces in found.pieces.items()} == {
        "train": 229, "valid": 76, "test": 77,
    }  # fmt: skip
    assert found.grid == GRID
    assert found.refused == []
    for piece in found.pieces["train"][:20]:
        upbeat = len(piece.symbols) % 16
        assert piece.places[upbeat, 4] == piece.places[upbeat, 0] == 1  # a bar begins
        assert piece.places[-1, 7] == piece.places[-1, 11] == 1  # and the last one ends
    baselines = voice_baselines(found, "valid")
    assert baselines["bigram"]["alto"] == pytest.approx(0.876, abs=0.001)
    assert baselines["unigram"]["bass"] == pytest.approx(2.851, abs=0.001)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    for seed in range(6):
        write_midi(drawn_score(seed, bars=2), home / f"{seed}.mid")
    return home


def test_a_folder_has_a_piece_to_validate_on(folder: Path) -> None:
    found = prepare_voices([str(folder)])
    assert sum(map(len, found.pieces.values())) + len(found.refused) == 6
    assert found.pieces["valid"]
    narrow = VoiceGrid(GRID.names, ((60, 62),) * 4)
    refused = prepare_voices([str(folder)], grid=narrow).refused
    assert len(refused) == 6
    assert "the soprano may sing C4 to D4, got" in refused[0].reason


def test_what_is_played_freely_is_refused(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    tracks = []
    for pitch in (70, 65, 58, 50):
        starts = np.cumsum(random.integers(97, 977, 40))
        tracks.append(Track(tuple(Note(int(s), pitch, 90, 80) for s in starts)))
    write_midi(make_score(480, tracks), tmp_path / "played.mid")
    with pytest.raises(MusicRNNError, match=r"no piece has four voices.*played freely"):
        prepare_voices([str(tmp_path)])


def test_every_voice_is_measured(folder: Path) -> None:
    outcome = evaluate_voices_model(untrained_voices(), str(folder), split="train")
    figures = outcome.as_json()
    assert figures["n"] == outcome.n > 0
    for kind in ("in_turn", "at_once", "bigram", "unigram"):
        assert set(figures["nats_per_cell"][kind]) == set(GRID.names)
    assert outcome.nats_per_note("at_once", "bass") > outcome.nats_per_cell["at_once"]["bass"]


def test_voice_leading_needs_voices_on_both_sides() -> None:
    tune = make_score(480, [Track((Note(0, 60, 480, 80),))])
    four = {"a": drawn_score(1), "b": drawn_score(2)}
    assert compare_voice_leading(four, {"x": tune}, []) is None
    assert compare_voice_leading({"x": tune}, four, []) is None
    found = compare_voice_leading({**four, "x": tune}, four, four.values())
    assert found is not None
    assert found.generated == found.held_out
    assert [refusal.name for refusal in found.refused] == ["x"]
    assert found.generated.out_of_range.errors == 0
    assert found.as_json()["generated"]["crossings"]["occasions"] > 0
