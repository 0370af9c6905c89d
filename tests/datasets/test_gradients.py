"""Gradients of model files of every task, on pieces of their own and on data."""

from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import write_midi
from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frames import FrameModel
from musicrnn.networks.gradients import language_gradients
from musicrnn.networks.language import LanguageModel
from musicrnn.pretrained import STYLES, Style, load_model
from musicrnn.sampling.filters import Settings
from musicrnn.score import Note, Track, make_score
from musicrnn_datasets.examined import Examinee, ModelGradients, model_gradients

PLAIN = Style(Settings(), bars=4)


def gradients_of(
    checkpoint: Checkpoint,
    style: Style = PLAIN,
    *,
    on: str | None = None,
    seed: int = 0,
    steps: int | None = None,
    found: Path | None = None,
) -> ModelGradients:
    return model_gradients(Examinee(checkpoint, style, on, seed, found), steps=steps)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tunes(tmp_path)
    return tmp_path


def write_tunes(folder: Path) -> None:
    """Thirty tunes: some of them are for testing."""
    random = np.random.default_rng(0)
    for number in range(30):
        pitches = 60 + random.integers(0, 12, 64)
        notes = tuple(Note(240 * i, int(pitch), 240, 80) for i, pitch in enumerate(pitches))
        write_midi(make_score(480, [Track(notes)]), folder / f"{number}.mid")


def test_pieces_of_its_own_come_from_the_seed() -> None:
    drums = load_model("drums")
    short = Style(STYLES["drums"].settings, bars=2)
    first, again, other = (gradients_of(drums, short, steps=20, seed=seed) for seed in (1, 1, 2))
    norms = first.gradients.norms
    assert set(norms) == {"state", "input", "hidden", "cell"}
    assert first.unit == "tokens"
    assert "of its own, seed 1" in first.read
    np.testing.assert_array_equal(norms["state"], again.gradients.norms["state"])
    assert not np.array_equal(norms["state"], other.gradients.norms["state"])
    relative = first.gradients.relative("cell")
    assert relative[20] > 0.3  # what an LSTM is for


def test_held_out_pieces_and_half_width(folder: Path) -> None:
    pop = load_model("pop")
    found = gradients_of(pop, PLAIN, on=str(folder), steps=12)
    assert f"of the test split of {folder}" in found.read
    assert found.gradients.places >= 4
    halved = {name: array.astype(np.float16) for name, array in pop.arrays.items()}
    Checkpoint(halved, pop.metadata).save(folder / "half.safetensors")
    half = gradients_of(
        load_model(str(folder / "half.safetensors")), PLAIN, on=str(folder), steps=12
    )
    np.testing.assert_allclose(
        half.gradients.norms["state"], found.gradients.norms["state"], rtol=0.02
    )


def test_a_model_of_frames() -> None:
    torch.manual_seed(0)
    network = FrameModel(FrameConfig(pitches=88, cell="gru", hidden=6))
    checkpoint = Checkpoint(network.arrays(), {"task": "frames", "model": network.configuration()})
    found = gradients_of(checkpoint, PLAIN, steps=10)
    assert (found.unit, found.gradients.places, found.gradients.steps) == ("frames", 16, 10)
    assert (found.gradients.norms["input"] > 0).all()
    with pytest.raises(MusicRNNError, match="one of polyphonic-"):
        gradients_of(checkpoint, PLAIN, on="pop909")


def test_frames_of_a_corpus(corpora: Path) -> None:
    torch.manual_seed(0)
    network = FrameModel(FrameConfig(pitches=88, cell="elman", hidden=6))
    checkpoint = Checkpoint(network.arrays(), {"task": "frames", "model": network.configuration()})
    found = gradients_of(checkpoint, PLAIN, on="polyphonic-jsb", found=corpora)
    assert found.read == "77 pieces of the test split of polyphonic-jsb"
    assert 30 < found.gradients.steps < 128  # as far as half of the chorales go
    assert found.gradients.places >= 39


def test_a_classifier_needs_labels() -> None:
    with pytest.raises(MusicRNNError, match=r"cannot make pieces of its own.*--on"):
        gradients_of(load_model("genre"), PLAIN)


def test_another_task_is_named() -> None:
    with pytest.raises(MusicRNNError, match="got 'dance'"):
        gradients_of(Checkpoint({}, {"task": "dance"}), PLAIN)


def test_one_window_is_enough_for_a_short_piece() -> None:
    checkpoint = load_model("folk")
    network = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    found = language_gradients(network, [np.arange(9, dtype=np.int32)])
    assert (found.steps, found.places) == (7, 1)
