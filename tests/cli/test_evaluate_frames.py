"""``musicrnn evaluate`` on frames: the known figures by the code that measures networks."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from musicrnn.checkpoint import Checkpoint
from musicrnn.metrics.frame_evaluation import frame_evaluation
from musicrnn.metrics.frames import fit_frame_baselines
from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frames import FrameModel
from musicrnn_cli.main import main
from musicrnn_datasets.polyphonic import POLYPHONIC

# Test split: marginal and Markov chain by the protocol, pieces that are also in train and valid.
FIGURES = {
    "polyphonic-jsb": (11.060, 10.469, 77, 4725, {"train": 0, "valid": 0}),
    "polyphonic-nottingham": (10.252, 5.164, 170, 44463, {"train": 1, "valid": 0}),
    "polyphonic-musedata": (11.510, 8.560, 124, 64339, {"train": 0, "valid": 0}),
    "polyphonic-piano": (11.046, 8.262, 25, 19036, {"train": 0, "valid": 0}),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_known_figures(name: str, corpora: Path) -> None:
    frames = POLYPHONIC[name].frames(corpora / "polyphonic")
    counted = fit_frame_baselines(frames["train"])
    found = frame_evaluation(counted.forecasters["markov"], frames, "test")
    marginal, markov, n, steps, duplicates = FIGURES[name]
    assert found.figures["marginal"].nats_per_step == pytest.approx(marginal, abs=6e-4)
    assert found.figures["markov"].nats_per_step == pytest.approx(markov, abs=6e-4)
    assert found.figures["model"] == found.figures["markov"]  # any forecaster, one code path
    assert (found.n, found.figures["model"].frames) == (n, steps)
    assert found.duplicates == duplicates
    assert found.distinct is not None
    assert found.distinct["model"].n == n - sum(duplicates.values())
    assert (found.distinct == found.figures) == (not any(duplicates.values()))


def test_duplicates_are_counted_by_split_and_left_out() -> None:
    random = np.random.default_rng(0)
    a, b, c, d = ((random.random((5, 88)) < 0.1).astype(np.uint8) for _ in range(4))
    frames = {"train": [a, b], "valid": [c, a], "test": [a, c, d]}
    markov = fit_frame_baselines(frames["train"]).forecasters["markov"]
    found = frame_evaluation(markov, frames, "test")
    assert found.duplicates == {"train": 1, "valid": 2}
    assert found.distinct is not None
    assert found.distinct["model"].nats_per_step == pytest.approx(markov([d])[0].mean())
    assert frame_evaluation(markov, frames, "valid").duplicates == {"train": 1}
    assert frame_evaluation(markov, frames, "train").duplicates == {"valid": 1}
    nothing = frame_evaluation(markov, {**frames, "test": [a]}, "test")
    assert nothing.distinct is None
    assert nothing.figures["model"].interval is None


def untrained(path: Path, seed: int = 0, **sizes) -> Path:
    torch.manual_seed(seed)
    model = FrameModel(FrameConfig(**{"hidden": 4, **sizes}))
    metadata = {"task": "frames", "model": model.configuration()}
    Checkpoint(model.arrays(), metadata).save(path)
    return path


def evaluate(*words: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, words)])


def test_the_command(corpora: Path, tmp_path: Path) -> None:
    first = untrained(tmp_path / "first.safetensors")
    second = untrained(tmp_path / "second.safetensors", 1, cell="gru")
    found = {}
    for model in (first, second, f"{first},{second}"):
        result = evaluate(model, "polyphonic-jsb", "--json", "--data", corpora)
        assert result.exit_code == 0, result.output
        found[str(model)] = json.loads(result.stdout)
    alone, other, both = (figures["nats_per_step"] for figures in found.values())
    assert 58 < both < (alone + other) / 2 < 64  # untrained: about 88 ln 2; by convexity
    figures = found[f"{first},{second}"]
    assert (figures["model"], figures["data"]) == (f"{first},{second}", "polyphonic-jsb")
    assert (figures["split"], figures["n"], figures["frames"]) == ("test", 77, 4725)
    low, high = figures["interval"]
    assert low < both < high
    assert figures["baselines"] == pytest.approx({"marginal": 11.060, "markov": 10.469}, abs=6e-4)
    assert figures["duplicates"] == {"train": 0, "valid": 0}
    assert figures["without_duplicates"]["nats_per_step"] == both
    shown = evaluate(first, "polyphonic-nottingham", "--data", corpora, "--split", "valid")
    assert shown.exit_code == 0, shown.output
    assert "173 pieces, 45,513 time steps" in shown.stdout
    assert "1 in train; without them (172 pieces" in shown.stdout


def test_a_wrong_pair_is_one_sentence(tmp_path: Path, models: dict[str, Path]) -> None:
    frames = untrained(tmp_path / "frames.safetensors")
    small = untrained(tmp_path / "small.safetensors", pitches=6)
    composer = models["beat"]
    cases = {
        (frames, "nottingham"): "frames are learnt from, and measured on, one of polyphonic-jsb",
        (composer, "polyphonic-jsb"): "polyphonic-jsb holds frames of pitches, not scores",
        (f"{frames},{composer}", "polyphonic-jsb"): "an ensemble is made of models of one task",
        (small, "polyphonic-jsb"): "the model predicts 6 pitches, the data have 88",
        (f"{frames},nothing", "polyphonic-jsb"): "there is no model 'nothing'",
    }
    for words, message in cases.items():
        result = evaluate(*words)
        assert result.exit_code == 1, words
        assert message in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
