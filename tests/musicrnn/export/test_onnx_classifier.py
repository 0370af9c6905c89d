"""Classifiers of songs as ONNX: one window of samples, as ``musicrnn classify`` hears it."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel
from musicrnn.fillers import NONE
from musicrnn.io.audio import read_audio
from musicrnn.networks.classifier import Classifier
from musicrnn.networks.classifier_config import ClassifierConfig
from musicrnn.pretrained import load_model
from musicrnn.tokens import TOKENIZERS
from musicrnn.training.task import task_of
from tests.musicrnn.export.read_graph import read_graph
from tests.musicrnn.export.written import export_onnx

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def test_the_genre_of_real_songs(corpora: Path, tmp_path: Path) -> None:
    songs = sorted((corpora / "gtzan").glob("*.wav"))
    if not songs:
        pytest.skip("needs songs of GTZAN")
    path = tmp_path / "genre.onnx"
    assert export_onnx(load_model("genre"), path).inputs == {"samples": (1, 661_500)}
    run = read_graph(path)
    genre = load_model("genre")
    labeller = task_of(genre).labeller(genre, "cpu")
    entries = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    labels = json.loads(entries["labels"])
    for song in songs:
        heard = read_audio(song).mono().resampled(22_050).samples
        answer = labeller.classify_file(song)
        if abs(heard.shape[1] - 661_500) > 2_000:
            continue
        window = np.zeros((1, 661_500), np.float32)
        window[:, : heard.shape[1]] = heard[:, :661_500]
        told = run({"samples": window})["probabilities"][0]
        assert labels[told.argmax()] == answer.label
        known = {**answer.probabilities, NONE: answer.none}
        assert float(entries["threshold"]) == labeller.threshold
        assert max(abs(known[n] - p) for n, p in zip(labels, told, strict=True)) < 0.02


@pytest.mark.parametrize(
    ("listeners", "cell"),
    [("spectral+windowed+whole", "gru"), ("spectral", "lstm"), ("windowed", "cifg")],
)
def test_users_own_listeners(listeners: str, cell: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    recipe = LogMel(n_mels=32, window_seconds=4.0, keep=None)
    config = ClassifierConfig(
        labels=3, size=32, branches=listeners, cell=cell, hidden=8, channels=4
    )
    model = Classifier(config)
    model.observe([(torch.randn(3, 120, 32) * 15 - 40, torch.tensor([120, 100, 90]))])
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape))
    checkpoint = Checkpoint(
        model.arrays(),
        {
            "task": "classify",
            "model": model.configuration(),
            "labels": ["a", "b", "c"],
            "features": recipe.configuration(),
            "temperature": 1.5,
        },
    )
    written = export_onnx(checkpoint, tmp_path / "m.onnx")
    assert written.difference < 1e-4
    assert written.inputs == {"samples": (1, 88_200)}
    assert written.outputs == {"probabilities": (1, 3)}


def test_who_reads_scores_is_refused_in_a_sentence(tmp_path: Path) -> None:
    tokenizer = TOKENIZERS["beat"]()
    config = ClassifierConfig(
        labels=2, size=len(tokenizer.vocabulary), branches="reading", hidden=4
    )
    model = Classifier(config)
    metadata = {
        "task": "classify",
        "model": model.configuration(),
        "labels": ["a", "b"],
        "tokenizer": {"name": "beat", **tokenizer.configuration()},
    }
    with pytest.raises(MusicRNNError, match="reads tokens"):
        export_onnx(Checkpoint(model.arrays(), metadata), tmp_path / "m.onnx")
