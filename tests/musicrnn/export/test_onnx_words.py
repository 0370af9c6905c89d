"""Networks for words as ONNX: from real samples to the same labels and probabilities."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.export.front_end import CausalFrames
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.io.audio import read_audio
from musicrnn.networks.words import WordsModel
from musicrnn.networks.words_config import FRAMES_A_STEP, WordsConfig
from musicrnn.pretrained import load_model
from musicrnn.training.task import task_of
from tests.musicrnn.export.read_graph import read_graph
from tests.musicrnn.export.written import export_onnx

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

LABELS = ["no", "yes", "zéro", "_unknown_"]
SMALL: dict[str, Any] = {"labels": 4, "channels": 4, "last": 6, "hidden": 12}


def checkpoint_of(
    recipe: CausalLogMel | None = None, clips: NDArray[np.int16] | None = None, **changes: Any
) -> Checkpoint:
    """A network whose answers to the clips, or to drawn frames, are far apart."""
    recipe = recipe or CausalLogMel()
    torch.manual_seed(1)
    sizes: dict[str, Any] = {**SMALL, "bands": recipe.n_mels, **changes}
    model = WordsModel(WordsConfig(**sizes))
    frames = torch.randn(4, 40, recipe.n_mels) * 15 - 45
    if clips is not None:
        frames = torch.from_numpy(recipe.frames(as_samples(clips)))[:, :-2]
    model.observe([frames])
    model.train()
    for _ in range(3):
        model(frames, model.initial_state(len(frames)))
    with torch.no_grad():
        told = model.eval().clip(frames)
        model.output.bias.sub_(told.mean(0))
        for parameter in model.output.parameters():
            parameter.mul_(3 / told.std(0).mean())
    return Checkpoint(
        model.arrays(),
        {
            "task": "words",
            "model": model.configuration(),
            "labels": LABELS,
            "features": recipe.configuration(),
            "temperature": 1.4,
        },
    )


@pytest.fixture(scope="module")
def clips(corpora: Path) -> NDArray[np.int16]:
    """Recordings of words, int16 [n, 16000]."""
    folder = corpora / "arabic-speech-commands"
    files = sorted(folder.glob("dataset/*/*.*"))[::700]
    if not files:
        pytest.skip("needs the Arabic speech commands")
    sounds = np.zeros((len(files), 16_000), np.float32)
    for row, path in zip(sounds, files, strict=True):
        sound = read_audio(path).mono().resampled(16_000).samples[0][:16_000]
        row[: len(sound)] = sound
    return np.rint(sounds.clip(-1, 1) * 32767).astype(np.int16)


def as_samples(clips: NDArray[np.int16]) -> NDArray[np.float32]:
    return clips.astype(np.float32) * np.float32(1 / 32768)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"depth": 1, "layers": 2},
        {"cell": "mut1"},
        {"cell": "rglru"},
        {"bidirectional": True},
        {"bidirectional": True, "cell": "cifg"},
    ],
    ids=str,
)
def test_a_clip_has_the_same_label_and_probabilities(
    changes: dict[str, Any], clips: NDArray[np.int16], tmp_path: Path
) -> None:
    checkpoint = checkpoint_of(clips=clips, **changes)
    export_onnx(checkpoint, tmp_path / "m.onnx")
    run = read_graph(tmp_path / "m.onnx")
    wanted = task_of(checkpoint).labeller(checkpoint).probabilities(clips)
    assert np.ptp(wanted, axis=0).max() > 0.05
    found = run({"samples": as_samples(clips)})["probabilities"]
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    np.testing.assert_array_equal(found.argmax(1), wanted.argmax(1))
    alone = run({"samples": as_samples(clips[:1])})["probabilities"]
    np.testing.assert_allclose(alone, wanted[:1], atol=1e-4)


@pytest.mark.parametrize("changes", [{}, {"depth": 1, "layers": 2}, {"cell": "slstm"}], ids=str)
def test_stepped_it_says_at_the_end_what_it_says_to_the_clip(
    changes: dict[str, Any], clips: NDArray[np.int16], tmp_path: Path
) -> None:
    checkpoint = checkpoint_of(clips=clips, **changes)
    written = export_onnx(checkpoint, tmp_path / "m.onnx", streaming=True)
    run = read_graph(tmp_path / "m.onnx")
    samples = as_samples(clips[:3])
    carried = {
        name: np.zeros([3 if size == "batch" else int(size) for size in shape], np.float32)
        for name, shape in written.inputs.items()
        if name != "samples"
    }
    block = FRAMES_A_STEP * CausalLogMel().hop
    told = np.zeros(0)
    for start in range(0, samples.shape[1] - block + 1, block):
        outputs = run({"samples": samples[:, start : start + block], **carried})
        told = outputs["probabilities"]
        carried = {name: outputs[f"{name}_after"] for name in carried}
    wanted = task_of(checkpoint).labeller(checkpoint).probabilities(clips[:3])
    np.testing.assert_allclose(told, wanted, atol=1e-4)


@pytest.mark.parametrize("name", ["commands", "commands-full"])
def test_the_bundled_models_hear_the_same_words(
    name: str, clips: NDArray[np.int16], tmp_path: Path
) -> None:
    export_onnx(load_model(name), tmp_path / "m.onnx")
    found = read_graph(tmp_path / "m.onnx")({"samples": as_samples(clips)})["probabilities"]
    checkpoint = load_model(name)
    wanted = task_of(checkpoint).labeller(checkpoint).probabilities(clips)
    np.testing.assert_allclose(found, wanted, atol=1e-4)
    np.testing.assert_array_equal(found.argmax(1), wanted.argmax(1))
    assert len(set(found.argmax(1))) > 10


def test_the_file_says_what_to_feed_it(tmp_path: Path) -> None:
    for streaming, samples in ((False, "16000"), (True, "512")):
        export_onnx(checkpoint_of(), tmp_path / "m.onnx", streaming=streaming)
        entries = {
            entry.key: entry.value for entry in onnx.load(tmp_path / "m.onnx").metadata_props
        }
        assert json.loads(entries["labels"]) == LABELS
        assert (entries["task"], entries["rate"], entries["samples"]) == ("words", "16000", samples)
        assert ("heard:heard_after" in entries["states"]) == streaming
    assert (tmp_path / "m.onnx").stat().st_size < 150_000  # no bases of a spectrum


def test_no_stream_for_who_reads_both_ways(tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match="reads both ways"):
        export_onnx(checkpoint_of(bidirectional=True), tmp_path / "m.onnx", streaming=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "recipe",
    [CausalLogMel(), CausalLogMel(rate=8000, n_fft=300, hop=100, n_mels=21, high=3900.0)],
    ids=["plain", "odd"],
)
def test_frames_in_a_graph_are_the_frames(recipe: CausalLogMel) -> None:
    random = np.random.default_rng(0)
    samples = (random.standard_normal((2, 4000)) * [[0.3], [1e-4]]).astype(np.float32)
    samples[1, :1500] = 0
    found = CausalFrames(recipe)(torch.from_numpy(samples)).numpy()
    np.testing.assert_allclose(found, recipe.continued(samples), atol=2e-3)


def test_another_recipe(tmp_path: Path) -> None:
    recipe = CausalLogMel(rate=8000, n_fft=300, hop=100, n_mels=21, high=3900.0, seconds=1.5)
    for streaming in (False, True):
        written = export_onnx(checkpoint_of(recipe), tmp_path / "m.onnx", streaming=streaming)
        assert written.difference < 1e-4
        assert written.inputs["samples"] == ("batch", 200 if streaming else 12_000)
