"""Damaged model files for words: each listens and labels, or is refused in one sentence."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import write_audio
from musicrnn.listening.word_stream import WordStream
from musicrnn.training.task import task_of
from musicrnn.waveform import Waveform
from tests.musicrnn.listening.test_word_stream import checkpoint, sounds

STRANGE = [None, -1, 0, 2**40, 1e308, 1e-9, "", "x", [], {}, True, [0] * 50]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("words") / "word.wav"
    write_audio(Waveform(sounds(1), 16_000), path)
    return path


def use(made: Checkpoint, recording: Path) -> None:
    """Raises anything but MusicRNNError."""
    for listen in (
        lambda: WordStream.from_checkpoint(made).push(sounds(1)[0][:3000]),
        lambda: task_of(made).labeller(made).classify_file(recording),
    ):
        try:
            listen()
        except MusicRNNError as error:
            assert str(error)
            assert "\n" not in str(error)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("seed", range(90))
def test_strange_headers(seed: int, bidirectional: bool, recording: Path) -> None:
    random = np.random.default_rng(seed)
    whole = checkpoint(bidirectional=bidirectional)
    point = {"threshold": 0.5, "miss": 0.5, "false_accepts_an_hour": 2.0}
    curve = {"hours": 1.0, "points": [point, {**point, "threshold": 0.9}]}
    metadata = json.loads(json.dumps({**whole.metadata, "curve": curve}))
    parts = [metadata, metadata["model"], metadata["features"], metadata["detector"]]
    parts += [metadata["curve"], metadata["curve"]["points"][0]]
    owner = parts[seed % 6]
    name = list(owner)[int(random.integers(len(owner)))]
    if seed % 5 == 4:
        del owner[name]
    else:
        owner[name] = STRANGE[int(random.integers(len(STRANGE)))]
    use(Checkpoint(whole.arrays, metadata), recording)


@pytest.mark.parametrize("seed", range(40))
def test_strange_tensors(tmp_path: Path, seed: int, recording: Path) -> None:
    random = np.random.default_rng(seed)
    whole = checkpoint()
    arrays = copy.deepcopy(whole.arrays)
    name = list(arrays)[int(random.integers(len(arrays)))]
    change = [
        lambda a: a[:-1],
        lambda a: a[None],
        lambda a: a.astype(np.float64),
        lambda a: a.astype(np.int8),
        lambda a: np.full_like(a, np.nan),
        lambda a: np.full_like(a, -3e38),
        lambda a: np.zeros((0,), np.float32),
    ][seed % 7]
    arrays[name] = change(arrays[name])
    path = tmp_path / "m.safetensors"
    Checkpoint(arrays, whole.metadata).save(path)
    try:
        made = Checkpoint.load(path)
    except MusicRNNError as error:
        assert "\n" not in str(error)
        return
    use(made, recording)
