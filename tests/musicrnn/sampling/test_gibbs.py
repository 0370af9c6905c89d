"""Gibbs sampling: what is given stays, what is drawn is allowed, seeds decide, repairs repair."""

from dataclasses import replace

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.voice_leading import parallels
from musicrnn.networks.voices_array import VoicesEngine
from musicrnn.networks.voices_config import VoicesConfig
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.gibbs import GibbsSampler, GibbsSettings
from musicrnn.tokens.metrical import regular_metre
from musicrnn.tokens.voices import sounding
from tests.musicrnn.four_voices import GRID, QUICK, random_positions, untrained_voices

STEPS = 40


def engine(checkpoint: Checkpoint) -> VoicesEngine:
    return VoicesEngine(VoicesConfig.from_json(checkpoint.entry("model")), checkpoint.arrays)


@pytest.fixture(scope="module")
def sampler() -> GibbsSampler:
    checkpoint = untrained_voices()
    return GibbsSampler(engine(checkpoint), GRID.allowed())


def start(seed: int = 0) -> np.ndarray:
    return GRID.symbols(random_positions(np.random.default_rng(seed), STEPS))


def fill(sampler: GibbsSampler, free: np.ndarray, settings: GibbsSettings = QUICK, seed=5):
    return sampler.sample(start(), free, regular_metre(STEPS), settings, seed)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_not_free_stays_and_what_is_drawn_is_allowed(
    sampler: GibbsSampler, seed: int
) -> None:
    free = np.random.default_rng(seed).random((STEPS, 4)) < (0.1, 0.9)[seed % 2]
    for drawn, nats in fill(sampler, free, seed=seed):
        assert (drawn == start())[~free].all()
        assert GRID.allowed()[np.arange(4), drawn].all()
        assert nats > 0
        assert (drawn[0] != GRID.pitches)[free[0]].all()  # nothing there to be held


@pytest.mark.parametrize("filters", [{"top_k": 1}, {"top_p": 1e-300}, {"min_p": 0.9}])
def test_a_filter_may_leave_no_pitch(sampler: GibbsSampler, filters: dict) -> None:
    settings = Settings(**filters)
    free = np.ones((STEPS, 4), np.bool_)
    for drawn, nats in fill(sampler, free, replace(QUICK, settings=settings)):
        assert GRID.allowed()[np.arange(4), drawn].all()
        assert np.isfinite(nats)


def test_the_seed_decides(sampler: GibbsSampler) -> None:
    free = np.ones((STEPS, 4), np.bool_)
    one, two, other = (fill(sampler, free, seed=seed) for seed in (1, 1, 2))
    assert all((a == b).all() and x == y for (a, x), (b, y) in zip(one, two, strict=True))
    assert (one[0][0] != other[0][0]).any()


def test_nothing_free_is_nothing_drawn(sampler: GibbsSampler) -> None:
    (drawn, nats), = fill(sampler, np.zeros((STEPS, 4), np.bool_))  # fmt: skip
    assert (drawn == start()).all()
    assert nats == 0


def test_repairs_take_parallels_away(sampler: GibbsSampler) -> None:
    symbols = np.full((STEPS, 4), GRID.pitches)
    for step in range(0, STEPS, 4):  # four voices that go up and down in fifths and octaves
        symbols[step] = np.array([70, 63, 58, 46]) - GRID.lowest + step // 4 % 2
    free = np.zeros((STEPS, 4), np.bool_)
    given = len(parallels(sounding(GRID.positions(symbols))))
    assert given >= 9
    settings = GibbsSettings(passes=1, sweeps=0, repairs=40, candidates=1)
    free[:, 1:] = symbols[:, 1:] < GRID.pitches
    marks = sampler._faulty(symbols[None], free, np.random.default_rng(0))[0]
    assert marks.any()
    assert free[marks].all()
    left = 0
    for seed in range(5):
        drawn = sampler.sample(symbols, free, regular_metre(STEPS), settings, seed)[0][0]
        left += len(parallels(sounding(GRID.positions(drawn))))
    assert left <= 1


def test_candidates_come_with_the_fewest_parallels_first(sampler: GibbsSampler) -> None:
    settings = replace(QUICK, repairs=0, candidates=6)
    found = fill(sampler, np.ones((STEPS, 4), np.bool_), settings)
    keys = [(len(parallels(sounding(GRID.positions(drawn)))), nats) for drawn, nats in found]
    assert keys == sorted(keys)
    assert len(set(keys)) > 1


def test_a_low_temperature_draws_the_likeliest(sampler: GibbsSampler) -> None:
    free = np.zeros((STEPS, 4), np.bool_)
    free[10, 2] = True
    low = GibbsSettings(Settings(temperature=1e-4), passes=1, sweeps=0, repairs=0, candidates=3)
    drawn = [d for seed in range(4) for d, _ in fill(sampler, free, low, seed)]
    assert len({int(d[10, 2]) for d in drawn}) == 1
    warm = replace(low, settings=Settings(temperature=50.0))
    drawn = [d for seed in range(4) for d, _ in fill(sampler, free, warm, seed)]
    assert len({int(d[10, 2]) for d in drawn}) > 3


def test_what_cannot_be_is_one_sentence(sampler: GibbsSampler) -> None:
    for change in ({"passes": 0}, {"candidates": 0}, {"least": 0}, {"sweep_temperature": 0}):
        with pytest.raises(MusicRNNError, match=next(iter(change))):
            replace(QUICK, **change)
    with pytest.raises(MusicRNNError, match="put together wrongly"):
        GibbsSampler(sampler.network, GRID.allowed()[:3])
    checkpoint = untrained_voices()
    checkpoint.arrays["output.bias"][:] = np.nan
    with pytest.raises(MusicRNNError, match="not finite"):
        fill(GibbsSampler(engine(checkpoint), GRID.allowed()), np.ones((STEPS, 4), np.bool_))
