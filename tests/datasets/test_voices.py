"""Pieces of four voices made ready, and the figures of a model that knows nothing."""

from pathlib import Path

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn.sources.readers import measured, read_data
from musicrnn.tokens.voices import VoiceGrid
from musicrnn.training.data import DataRequest, TrainingData
from musicrnn.training.task import TASKS
from musicrnn.training.voices.measure import VoicesEvaluation
from musicrnn_datasets.voice_leading import compare_voice_leading
from tests.musicrnn.four_voices import GRID, random_score, untrained_voices


def voices_of(
    source: str, data: Path | None = None, like: Checkpoint | None = None
) -> TrainingData:
    return read_data(TASKS["voices"], DataRequest((source,), data), like)


def test_the_chorales_of_bach(corpora: Path) -> None:
    found = voices_of("jsb-chorales", corpora)
    assert {split: len(pieces) for split, pieces in found.examples.items()} == {
        "train": 229, "valid": 76, "test": 77,
    }  # fmt: skip
    assert found.encoding == GRID
    assert found.refused == []
    upbeats = {"train-000": 0, "train-001": 4, "train-012": 4}
    for name, upbeat in upbeats.items():
        piece = found.examples["train"][found.names["train"].index(name)]
        assert piece.metre[upbeat, 4] == piece.metre[upbeat, 0] == 1  # a bar begins
        assert piece.metre[-1, 11] == 1
    baselines = TASKS["voices"].baselines(found, "valid")
    assert baselines["bigram"]["alto"] == pytest.approx(0.876, abs=0.001)
    assert baselines["unigram"]["bass"] == pytest.approx(2.851, abs=0.001)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    for seed in range(6):
        write_midi(random_score(seed, bars=2), home / f"{seed}.mid")
    return home


def test_a_folder_has_a_piece_to_validate_on(folder: Path) -> None:
    found = voices_of(str(folder))
    assert sum(map(len, found.examples.values())) + len(found.refused) == 6
    assert found.examples["valid"]
    narrow = VoiceGrid(GRID.names, ((60, 62),) * 4)
    like = Checkpoint({}, {"task": "voices", "tokenizer": narrow.configuration()})
    refused = voices_of(str(folder), like=like).refused
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
        voices_of(str(tmp_path))


def voices_figures(checkpoint: Checkpoint, folder: Path) -> VoicesEvaluation:
    found, _ = measured([checkpoint], DataRequest((str(folder),)), "train")
    assert isinstance(found, VoicesEvaluation)
    return found


def test_every_voice_is_measured(folder: Path) -> None:
    outcome = voices_figures(untrained_voices(), folder)
    figures = outcome.as_json()
    assert figures["n"] == outcome.n > 0
    for kind in ("in_turn", "at_once", "bigram", "unigram"):
        assert set(figures["nats_per_cell"][kind]) == set(GRID.names)
    assert outcome.nats_per_note("at_once", "bass") > outcome.nats_per_cell["at_once"]["bass"]


def test_voice_leading_needs_voices_on_both_sides() -> None:
    tune = make_score(480, [Track((Note(0, 60, 480, 80),))])
    four = {"a": random_score(1), "b": random_score(2)}
    assert compare_voice_leading(four, {"x": tune}, []) is None
    assert compare_voice_leading({"x": tune}, four, []) is None
    found = compare_voice_leading({**four, "x": tune}, four, four.values())
    assert found is not None
    assert found.generated == found.held_out
    assert [skipped.name for skipped in found.refused] == ["x"]
    assert found.generated.out_of_range.errors == 0
    assert found.as_json()["generated"]["crossings"]["occasions"] > 0
