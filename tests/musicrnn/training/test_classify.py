from dataclasses import replace

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel
from musicrnn.listening.labeller import Labeller
from musicrnn.networks.classifier import Classifier
from musicrnn.tokens import TOKENIZERS
from musicrnn.training.classify.crops import shifted
from musicrnn.training.classify.data import RecordingData
from musicrnn.training.classify.recording import Recording
from musicrnn.training.classify.settings import ClassifierSettings
from musicrnn.training.loop import run_path
from musicrnn.training.task import TASKS
from tests.musicrnn.training.small import data_of, trained

SMALL = ClassifierSettings(hidden=8, channels=4, batch_size=8, crop=64, dropout=0.2)
CLASSIFY = TASKS["classify"]


def material():
    """Two labels that differ by how fast the bands move."""
    random = np.random.default_rng(0)

    def recording(number):
        label = number % 2
        steps = random.integers(-6, 7, (96, 40)) * (1 + 3 * label)
        frames = np.clip(128 + steps, 0, 255).astype(np.uint8)
        return Recording(str(number), label, (frames,))

    made = [recording(number) for number in range(36)]
    return data_of(
        made[:24],
        made[24:],
        encoding=LogMel(n_mels=40),
        labels=("slow", "fast"),
        kind=RecordingData,
    )


PLAN = replace(CLASSIFY.plan(material(), SMALL), updates=30, warm_up=5, validate_every=10, seed=3)


def labeller_of(checkpoint) -> Labeller:
    return CLASSIFY.labeller(checkpoint)


def test_it_learns_and_is_calibrated(tmp_path):
    path = tmp_path / "m.safetensors"
    outcome = trained("classify", material(), path, settings=SMALL, plan=PLAN, command="by hand")
    assert outcome.reason == "finished"
    checkpoint = Checkpoint.load(path)
    assert checkpoint.metadata["metrics"]["valid_accuracy"] == 1.0
    assert checkpoint.metadata["command"] == "by hand"
    labeller = labeller_of(checkpoint)
    assert labeller.labels == ("slow", "fast")
    assert 0.2 <= labeller.temperature <= 5
    assert 0 < labeller.threshold < 1
    assert labeller.encoding == LogMel(n_mels=40)


def test_the_same_seed_gives_the_same_model(tmp_path):
    plan = replace(PLAN, updates=6)
    for name in ("a", "b"):
        trained("classify", material(), tmp_path / f"{name}.safetensors", settings=SMALL, plan=plan)
    a, b = (Checkpoint.load(tmp_path / f"{name}.safetensors").arrays for name in ("a", "b"))
    assert all(np.array_equal(a[name], b[name]) for name in a)
    other = replace(plan, seed=4)
    trained("classify", material(), tmp_path / "c.safetensors", settings=SMALL, plan=other)
    c = Checkpoint.load(tmp_path / "c.safetensors").arrays
    assert not all(np.array_equal(a[name], c[name]) for name in a)


class StopAt:
    """A callback that presses Ctrl-C."""

    def __init__(self, update):
        self.update = update

    def updated(self, state, figures):
        if state.update == self.update:
            raise KeyboardInterrupt

    def validated(self, state, figures):
        pass


def test_interrupted_and_resumed_equals_uninterrupted(tmp_path):
    plan = replace(PLAN, updates=20)
    trained("classify", material(), tmp_path / "whole.safetensors", settings=SMALL, plan=plan)
    parts = tmp_path / "parts.safetensors"
    stopped = trained("classify", material(), parts, settings=SMALL, plan=plan, callback=StopAt(7))
    assert stopped.reason == "interrupted"
    labeller_of(Checkpoint.load(parts))  # usable as it is
    assert run_path(parts).exists()
    trained("classify", material(), parts, settings=SMALL, plan=plan, resume=True)
    a, b = (Checkpoint.load(path).arrays for path in (tmp_path / "whole.safetensors", parts))
    assert all(np.array_equal(a[name], b[name]) for name in a)


def test_tokens_are_learned_from(tmp_path):
    tokenizer = TOKENIZERS["beat"]()
    random = np.random.default_rng(0)
    size = len(tokenizer.vocabulary)

    def recording(number):
        low, high = ((2, size // 2), (size // 2, size))[number % 2]
        ids = random.integers(low, high, 60).astype(np.int32)
        return Recording(str(number), number % 2, (ids,))

    made = [recording(number) for number in range(30)]
    scores = data_of(
        made[:20], made[20:], encoding=tokenizer, labels=("low", "high"), kind=RecordingData
    )
    plan = replace(PLAN, updates=40, learning_rate=0.01)
    trained("classify", scores, tmp_path / "m.safetensors", settings=SMALL, plan=plan)
    loaded = Checkpoint.load(tmp_path / "m.safetensors")
    assert loaded.metadata["metrics"]["valid_accuracy"] > 0.8
    assert Classifier.from_arrays(loaded.metadata["model"], loaded.arrays).config.reads_tokens


def test_refusals(tmp_path):
    whole, output = material(), tmp_path / "m.safetensors"
    with pytest.raises(MusicRNNError, match="got 1 label,"):
        trained("classify", replace(whole, labels=("a",)), output, settings=SMALL, plan=PLAN)
    with pytest.raises(MusicRNNError, match="24 and 0"):
        trained(
            "classify",
            data_of(whole.examples["train"], (), encoding=whole.encoding, labels=whole.labels),
            output,
            settings=SMALL,
            plan=PLAN,
        )
    reading = replace(SMALL, branches="reading")
    with pytest.raises(MusicRNNError, match="tokens are read with reading or sliced"):
        trained("classify", whole, output, settings=reading, plan=PLAN)
    with pytest.raises(MusicRNNError, match=r"crop must be in 16\.\.100000, got 3"):
        ClassifierSettings(crop=3)
    assert list(tmp_path.iterdir()) == []


def test_bands_are_shifted():
    frames = np.arange(12, dtype=np.uint8).reshape(2, 6)
    assert shifted(frames, 2)[0].tolist() == [0, 0, 0, 1, 2, 3]
    assert shifted(frames, -1)[1].tolist() == [7, 8, 9, 10, 11, 11]
    assert np.array_equal(shifted(frames, 0), frames)
