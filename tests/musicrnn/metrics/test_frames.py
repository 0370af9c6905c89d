"""Counting as a forecast of frames: by hand, and the figures of the four known sets."""

from math import log
from pathlib import Path

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.frame_likelihood import nats_a_step
from musicrnn.metrics.frames import FrameBaselines, fit_frame_baselines
from musicrnn_datasets.polyphonic import POLYPHONIC

# Test split: every frame under the marginal; the Markov chain where the first frames are given
# (two independent countings agree to the last figure), and where they are predicted as all others.
FIGURES = {
    "polyphonic-jsb": (11.060, 10.491, 10.469),
    "polyphonic-nottingham": (10.252, 5.153, 5.164),
    "polyphonic-musedata": (11.510, 8.559, 8.560),
    "polyphonic-piano": (11.046, 8.265, 8.262),
}


def given_the_first(counted: FrameBaselines, pieces: list[np.ndarray]) -> float:
    """Nats a frame of the Markov chain where each piece's first frame is not predicted."""
    return nats_a_step([losses[1:] for losses in counted.forecasters["markov"](pieces)])


@pytest.mark.parametrize("name", FIGURES)
def test_the_known_figures(name: str, corpora: Path) -> None:
    frames = POLYPHONIC[name].frames(corpora / "polyphonic")
    counted = fit_frame_baselines(frames["train"])
    found = counted.nats(frames["test"])
    marginal, given, markov = FIGURES[name]
    assert found["marginal"] == pytest.approx(marginal, abs=6e-4)
    assert given_the_first(counted, frames["test"]) == pytest.approx(given, abs=6e-4)
    assert found["markov"] == pytest.approx(markov, abs=6e-4)


def test_by_hand() -> None:
    train = [np.array([[1], [1], [0], [1]], np.uint8), np.array([[0], [1]], np.uint8)]
    counted = fit_frame_baselines(train)
    assert counted.marginal[0] == pytest.approx(4.5 / 7)
    assert counted.after_sound[0] == pytest.approx(1.5 / 3)  # on to on once of two
    assert counted.after_silence[0] == pytest.approx(2.5 / 3)  # always on again
    test = [np.array([[1], [0], [0]], np.uint8)]
    found = counted.nats(test)
    assert found["marginal"] == pytest.approx(-(log(4.5 / 7) + 2 * log(2.5 / 7)) / 3)
    after = -(log(0.5) + log(0.5 / 3))
    assert found["markov"] == pytest.approx((after - log(4.5 / 7)) / 3)
    assert given_the_first(counted, test) == pytest.approx(after / 2)


def test_every_frame_weighs_the_same() -> None:
    short, long = np.zeros((1, 4), np.uint8), np.ones((9, 4), np.uint8)
    counted = fit_frame_baselines([short, long])
    apart = [counted.nats([piece])["marginal"] for piece in (short, long)]
    assert counted.nats([short, long])["marginal"] == pytest.approx((apart[0] + 9 * apart[1]) / 10)


def test_nothing_to_count() -> None:
    with pytest.raises(MusicRNNError, match="no frame to count in 0 pieces"):
        fit_frame_baselines([])
