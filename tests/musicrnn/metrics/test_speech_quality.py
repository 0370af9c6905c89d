"""STOI and PESQ, where they are installed; without them nothing is claimed."""

import math

import numpy as np
import pytest

from musicrnn.metrics import speech_quality
from musicrnn.metrics.speech_quality import lacking, pesq, stoi


def speech(seconds: float = 4.0) -> np.ndarray:
    """A buzz that comes and goes, as syllables do."""
    at = np.arange(int(16_000 * seconds)) / 16_000
    buzz = sum(np.sin(2 * np.pi * 120 * n * at) / n for n in range(1, 30))
    swell = np.clip(np.sin(2 * np.pi * 3 * at), 0, 1) * (1 + 0.5 * np.sin(2 * np.pi * 0.7 * at))
    return (0.1 * swell * buzz).astype(np.float32)


@pytest.mark.parametrize(("measure", "best"), [(stoi, 1.0), (pesq, 4.64)])
def test_noise_is_heard(measure, best) -> None:
    pytest.importorskip("pystoi" if measure is stoi else "pesq")
    clean = speech()
    noise = np.random.default_rng(0).standard_normal(len(clean)).astype(np.float32)
    told = [measure(clean, clean + level * noise) for level in (0.0, 0.003, 0.1)]
    assert abs(told[0] - best) < 0.02
    assert told[0] > told[1] > told[2]


def test_what_says_nothing_is_no_number() -> None:
    silent = np.zeros(32_000, np.float32)
    assert math.isnan(pesq(silent, silent))
    assert math.isnan(stoi(speech(0.2), speech(0.2)))


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_quality, "find_spec", lambda name: None)
    assert lacking() == ["pystoi", "pesq"]
    assert math.isnan(stoi(speech(), speech()))
    assert math.isnan(pesq(speech(), speech()))
