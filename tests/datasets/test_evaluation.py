"""The likelihood of a model file on a folder: against a network that knows nothing."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import write_midi
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.score import Note, Track, make_score
from musicrnn.sources.readers import measured
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.training.data import DataRequest
from musicrnn_cli.main import main


@pytest.fixture(scope="module")
def tunes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tunes")
    generator = np.random.default_rng(0)
    for index in range(40):
        pitches = generator.choice([60, 62, 64, 65, 67], 64)
        notes = tuple(Note(i * 12, int(p), 12, 80) for i, p in enumerate(pitches))
        write_midi(make_score(24, [Track(notes)]), folder / f"{index}.mid")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tokenizer = BeatTokenizer()
    config = LanguageConfig(
        vocabulary=len(tokenizer.vocabulary), embedding=4, hidden=4, layers=1, dropout=0
    )
    network = LanguageModel(config)
    arrays = {name: np.zeros_like(array) for name, array in network.arrays().items()}
    metadata = {
        "task": "compose",
        "model": network.configuration(),
        "tokenizer": {"name": tokenizer.name, **tokenizer.configuration()},
    }
    path = tmp_path_factory.mktemp("model") / "uniform.safetensors"
    Checkpoint(arrays, metadata).save(path)
    return path


def test_a_network_of_zeros_finds_all_tokens_equally_likely(tunes: Path, model: Path) -> None:
    tokenizer = BeatTokenizer()
    found, data = measured([Checkpoint.load(model)], DataRequest((str(tunes),)))
    figures = found.likelihood
    assert figures.nats_per_token == pytest.approx(math.log(len(tokenizer.vocabulary)), rel=1e-5)
    pieces = data.examples["test"]
    assert found.n == len(pieces) > 0
    assert figures.tokens == sum(len(ids) - 1 for ids in pieces)
    assert figures.notes == 64 * len(pieces)
    assert figures.nats_per_note == pytest.approx(
        figures.nats_per_token * figures.tokens / figures.notes
    )
    assert figures.baselines["bigram"] < figures.baselines["unigram"] < figures.nats_per_token


def test_the_command_prints_it(tunes: Path, model: Path) -> None:
    result = CliRunner().invoke(main, ["evaluate", str(model), str(tunes), "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert {"model", "data", "split", "n", "nats_per_token", "nats_per_note", "baselines"} <= {
        *found
    }
    result = CliRunner().invoke(main, ["evaluate", str(model), str(tunes)])
    assert "bigram" in result.stdout


def test_another_task_is_refused(tmp_path: Path, tunes: Path) -> None:
    path = tmp_path / "other.safetensors"
    Checkpoint({"a": np.zeros(1, np.float32)}, {"task": "sleep"}).save(path)
    with pytest.raises(MusicRNNError, match="sleep"):
        measured([Checkpoint.load(path)], DataRequest((str(tunes),)))
