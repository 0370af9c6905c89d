"""Lighter weights of the bundled models, on pieces of their own and held-out ones."""

from pathlib import Path

import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sources.readers import measured
from musicrnn.training.data import DataRequest
from musicrnn_datasets import examined
from musicrnn_datasets.examined import Examinee, quantization
from tests.datasets.test_gradients import write_tunes

MAX_DIVERGENCE = 1e-3  # nats a token, in the mean
MAX_CHANGE = 0.002  # of the likelihood


def test_a_bundled_model_stays_itself_on_its_own_pieces(monkeypatch) -> None:
    monkeypatch.setattr(examined, "OWN_TOKENS", 5000)
    found = quantization(Examinee(load_model("drums"), STYLES["drums"], seed=5))
    assert found.read == "16 pieces of its own, seed 5"
    assert (found.pieces, found.cut, found.baselines) == (16, None, {})
    assert found.tokens > 5000
    exact, half, byte = found.held
    assert exact.divergence == 0 < half.divergence < byte.divergence < MAX_DIVERGENCE
    assert half.divergence < MAX_DIVERGENCE / 100
    assert max(abs(half.change), abs(byte.change)) < MAX_CHANGE
    assert exact.size > 1.9 * half.size > 3.7 * byte.size


def test_held_out_tunes(corpora: Path) -> None:
    folk = load_model("folk")
    found = quantization(Examinee(folk, STYLES["folk"], "nottingham", found=corpora), limit=1500)
    assert found.read == "107 pieces of the test split of nottingham"
    assert found.pieces == 107
    assert 1500 - 107 < found.tokens <= 1500
    assert found.cut is not None
    exact, half, byte = found.held
    assert exact.divergence == 0 < half.divergence < byte.divergence < MAX_DIVERGENCE
    assert max(abs(half.change), abs(byte.change)) < MAX_CHANGE
    assert exact.nats_per_token < found.baselines["bigram"] - 0.5


def test_whole_pieces_have_the_likelihood_that_evaluate_says(tmp_path: Path) -> None:
    write_tunes(tmp_path)
    pop = load_model("pop")
    found = quantization(Examinee(pop, STYLES["pop"], str(tmp_path)))
    expected, _ = measured([pop], DataRequest((str(tmp_path),)))
    assert (found.pieces, found.tokens) == (expected.n, expected.likelihood.tokens)
    assert found.held[0].nats_per_token == pytest.approx(
        expected.likelihood.nats_per_token, abs=1e-5
    )
    assert found.baselines == expected.likelihood.baselines


@pytest.mark.parametrize("name", ["genre", "jsb", "commands"])
def test_only_language_models_have_lighter_weights(name: str) -> None:
    checkpoint = load_model(name)
    with pytest.raises(MusicRNNError, match=f"task is '{checkpoint.metadata['task']}'"):
        quantization(Examinee(checkpoint, STYLES["pop"]))
    with pytest.raises(MusicRNNError, match="no 'model' in its header"):
        quantization(Examinee(Checkpoint({}, {}), STYLES["pop"]))
