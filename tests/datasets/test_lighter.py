"""Lighter weights of the bundled models, on pieces of their own and held-out ones."""

from pathlib import Path

import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import STYLES, load_model
from musicrnn_datasets import lighter
from musicrnn_datasets.evaluation import evaluate_language_model
from musicrnn_datasets.lighter import lighter_weights
from tests.datasets.test_gradients import write_tunes

MOST_DIVERGENCE = 1e-3  # nats a token, in the mean
MOST_CHANGE = 0.002  # of the likelihood


def test_a_bundled_model_stays_itself_on_its_own_pieces(monkeypatch) -> None:
    monkeypatch.setattr(lighter, "ENOUGH", 5000)
    found = lighter_weights(load_model("drums"), STYLES["drums"], seed=5)
    assert found.read == "16 pieces of its own, seed 5"
    assert (found.pieces, found.cut, found.baselines) == (16, None, {})
    assert found.tokens > 5000
    exact, half, byte = found.held
    assert exact.divergence == 0 < half.divergence < byte.divergence < MOST_DIVERGENCE
    assert half.divergence < MOST_DIVERGENCE / 100
    assert max(abs(half.change), abs(byte.change)) < MOST_CHANGE
    assert exact.size > 1.9 * half.size > 3.7 * byte.size


def test_held_out_tunes(corpora: Path) -> None:
    folk = load_model("folk")
    found = lighter_weights(folk, STYLES["folk"], on="nottingham", found=corpora, limit=6000)
    assert found.read == "107 pieces of the test split of nottingham"
    assert found.pieces == 107
    assert 6000 - 107 < found.tokens <= 6000
    assert found.cut is not None
    exact, half, byte = found.held
    assert exact.divergence == 0 < half.divergence < byte.divergence < MOST_DIVERGENCE
    assert max(abs(half.change), abs(byte.change)) < MOST_CHANGE
    assert exact.nats_per_token < found.baselines["bigram"] - 0.5


def test_whole_pieces_have_the_likelihood_that_evaluate_says(tmp_path: Path) -> None:
    write_tunes(tmp_path)
    pop = load_model("pop")
    found = lighter_weights(pop, STYLES["pop"], on=str(tmp_path))
    expected = evaluate_language_model(pop, str(tmp_path))
    assert (found.pieces, found.tokens) == (expected.n, expected.likelihood.tokens)
    assert found.held[0].nats_per_token == pytest.approx(
        expected.likelihood.nats_per_token, abs=1e-5
    )
    assert found.baselines == expected.likelihood.baselines


@pytest.mark.parametrize("name", ["genre", "chorale", "jsb", "commands"])
def test_only_language_models_have_lighter_weights(name: str) -> None:
    checkpoint = load_model(name)
    with pytest.raises(MusicRNNError, match=f"got '{checkpoint.metadata['task']}'"):
        lighter_weights(checkpoint, STYLES["pop"])
    with pytest.raises(MusicRNNError, match="got None"):
        lighter_weights(Checkpoint({}, {}), STYLES["pop"])
