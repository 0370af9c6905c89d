"""Velocities may have a temperature of their own; what is played keeps that of the rest."""

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings, choose
from musicrnn.sampling.velocities import with_own_velocities
from musicrnn.tokens.beat import BeatTokenizer

KIT = BeatTokenizer((128,), velocity_bins=128, chords=False)
VELOCITIES = np.array([name.startswith("velocity_") for name in KIT.vocabulary])


def model() -> Checkpoint:
    torch.manual_seed(3)
    shape = {"vocabulary": len(KIT.vocabulary), "embedding": 6, "hidden": 24}
    network = LanguageModel(LanguageConfig(**shape))
    return Checkpoint(network.arrays(), {"model": network.configuration()})


def logits_of(checkpoint: Checkpoint) -> np.ndarray:
    engine = CPUEngine(checkpoint)
    engine.begin(1)
    return engine.step(np.array([0], np.int64))[0].astype(np.float64)


@pytest.mark.parametrize(("temperature", "own"), [(0.5, 1.0), (2.0, 0.7)])
def test_velocities_alone_are_drawn_at_their_temperature(temperature: float, own: float) -> None:
    made = model()
    settings = Settings(temperature=temperature, velocity_temperature=own)
    plain, heard = logits_of(made), logits_of(with_own_velocities(made, KIT, settings))
    np.testing.assert_allclose(heard[~VELOCITIES], plain[~VELOCITIES], atol=1e-6)
    np.testing.assert_allclose(
        heard[VELOCITIES] / temperature, plain[VELOCITIES] / own, rtol=1e-4, atol=1e-5
    )
    uniforms = np.random.default_rng(1).random(400)
    allowed = np.tile(VELOCITIES, (400, 1))
    recent = np.zeros((400, 0), np.int64)
    drawn, at_own = (
        choose(np.tile(rows.astype(np.float32), (400, 1)), allowed, how, recent, uniforms)[0]
        for rows, how in ((heard, settings), (plain, Settings(temperature=own)))
    )
    assert (drawn == at_own).mean() > 0.99


def test_without_one_of_their_own_the_model_stays_as_it_is() -> None:
    made = model()
    assert with_own_velocities(made, KIT, Settings(temperature=0.5)) is made


@pytest.mark.parametrize("wrong", [0, -1.0, 101, float("nan"), "1"])
def test_a_temperature_that_is_none_is_refused(wrong: object) -> None:
    with pytest.raises(MusicRNNError, match=r"velocity_temperature must be in \(0, 100\], got"):
        Settings(velocity_temperature=wrong)  # pyright: ignore[reportArgumentType]
