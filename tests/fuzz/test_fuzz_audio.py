"""Damaged sound and model files: a clear error or a valid result, in bounded time and memory."""

import resource
import sys
import time

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel
from musicrnn.io.audio import read_audio, write_audio
from musicrnn.listening.windows import sound_windows
from musicrnn.networks.classifier import Classifier
from musicrnn.networks.classifier_config import ClassifierConfig
from musicrnn.training.task import task_of
from musicrnn.waveform import Waveform

SECONDS = 10.0
BYTES = 1_000_000_000


def damaged(whole, random):
    """One of: cut off, bytes changed, a run of bytes changed, a piece taken out or repeated."""
    content = bytearray(whole)
    kind = random.integers(6)
    start = int(random.integers(len(content)))
    if kind == 0:
        return bytes(content[:start])
    if kind == 1:  # in the header, where it hurts
        for place in random.integers(0, min(64, len(content)), 4):
            content[place] = int(random.integers(256))
    elif kind == 2:
        for place in random.integers(0, len(content), 20):
            content[place] = int(random.integers(256))
    elif kind == 3:
        length = int(random.integers(1, 2000))
        content[start : start + length] = random.bytes(length)
    elif kind == 4:
        del content[start : start + int(random.integers(1, 5000))]
    else:
        content[start:start] = content[: int(random.integers(1, 5000))]
    return bytes(content)


def peak():
    """The most memory this process ever had, bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def bounded(action):
    """The error, or None; fails on any other exception, and on too much time or memory."""
    started, before = time.monotonic(), peak()
    try:
        action()
        error = None
    except MusicRNNError as raised:
        error = str(raised)
        assert "\n" not in error
        assert len(error) < 1000
    assert time.monotonic() - started < SECONDS
    assert peak() - before < BYTES
    return error


@pytest.mark.parametrize("suffix", ["wav", "mp3", "ogg", "flac"])
def test_damaged_sounds(tmp_path, suffix):
    t = np.arange(3 * 22_050) / 22_050
    sound = np.float32([np.sin(2 * np.pi * 440 * t * (1 + t)), np.sin(2 * np.pi * 330 * t)]) / 2
    path = tmp_path / f"a.{suffix}"
    write_audio(Waveform(sound, 22_050), path)
    whole = path.read_bytes()
    read, recipe = 0, LogMel()

    def read_one():
        waveform = read_audio(path)
        assert np.isfinite(waveform.samples).all()
        assert waveform.samples.size

    for seed in range(25):
        path.write_bytes(damaged(whole, np.random.default_rng(seed)))
        read += bounded(read_one) is None
        bounded(lambda: list(sound_windows(path, recipe, hop_seconds=15.0)))
    assert read > 0 or suffix == "flac"  # FLAC's checksums let no damage pass


def test_damaged_models(tmp_path):
    torch.manual_seed(0)
    recipe = LogMel(n_mels=40)
    model = Classifier(ClassifierConfig(labels=3, size=40, hidden=4, channels=2))
    metadata = {
        "task": "classify",
        "model": model.configuration(),
        "features": recipe.configuration(),
        "labels": ["a", "b", "c"],
        "temperature": 1.1,
        "threshold": 0.3,
    }
    path = tmp_path / "m.safetensors"
    Checkpoint(model.arrays(), metadata).save(path)
    whole = path.read_bytes()
    header = int.from_bytes(whole[:8], "little") + 8
    frames = np.random.default_rng(0).normal(0, 1, 66_150).cumsum()
    sound = Waveform(np.float32(frames / np.abs(frames).max())[None], 22_050)
    write_audio(sound, tmp_path / "a.wav")

    def classify():
        made = Checkpoint.load(path)
        answer = task_of(made).labeller(made, "cpu").classify_file(tmp_path / "a.wav")
        assert 0 <= answer.probability <= 1

    assert bounded(classify) is None
    for seed in range(50):
        random = np.random.default_rng(seed)
        content = bytearray(damaged(whole, random))
        if seed % 2:  # digits of the header: other shapes, sizes and offsets
            content = bytearray(whole)
            digits = [i for i in range(8, header) if chr(content[i]).isdigit()]
            for place in random.choice(digits, 3):
                content[place] = ord("0") + int(random.integers(10))
        path.write_bytes(content)
        bounded(classify)
