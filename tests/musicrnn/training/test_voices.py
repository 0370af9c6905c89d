"""Learning to fill voices in: masks, transposition, resuming, and that something is learnt."""

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.voices import VoicesModel
from musicrnn.tokens.metrical import regular_metre
from musicrnn.training.config import TrainingConfig
from musicrnn.training.task import TASKS
from musicrnn.training.voices.objective import (
    VoicesObjective,
    moved,
    opened,
    piece_losses,
    random_mask,
)
from musicrnn.training.voices.piece import VoicePiece
from musicrnn.training.voices.settings import VoicesSettings
from tests.musicrnn.four_voices import GRID, random_positions, untrained_voices
from tests.musicrnn.training.small import data_of, trained

SMALL = VoicesSettings(
    embedding=12, hidden=12, layers=1, dropout=0.1, batch_size=3, sequence_length=24
)


def piece(seed: int, steps: int = 40) -> VoicePiece:
    positions = random_positions(np.random.default_rng(seed), steps)
    return VoicePiece(GRID.symbols(positions), regular_metre(steps))


def train(path, **plan):
    pieces = [piece(seed, 30 + seed) for seed in range(5)]
    plan = {"updates": 8, "validate_every": 2, "average": 0.9, "device": "cpu", "seed": 3, **plan}
    resume = plan.pop("resume", False)
    data = data_of(pieces[:4], pieces[4:], encoding=GRID)
    return trained("voices", data, path, settings=SMALL, plan=TrainingConfig(**plan), resume=resume)


@pytest.mark.parametrize("shape", [(1, 1), (7, 4), (100, 4)])
def test_a_mask_hides_something_and_all_kinds_occur(shape) -> None:
    random = np.random.default_rng(0)
    masks = np.array([random_mask(shape, random) for _ in range(200)])
    assert masks.any(axis=(1, 2)).all()
    if shape[0] > 1:
        assert masks.all(axis=(1, 2)).any()  # everything
        assert (masks.sum(axis=(1, 2)) < 4).any()  # next to nothing
        assert masks.any(axis=0).all()


def test_a_stretch_begins_with_what_is_held() -> None:
    hold = GRID.pitches
    symbols = np.array([[5, 9], [hold, 8], [hold, hold], [6, hold + 1]])
    assert opened(symbols, 2, hold).tolist() == [[5, 8], [6, hold + 1]]
    assert opened(symbols, 0, hold).tolist() == symbols.tolist()


def test_stretches_in_other_keys_stay_in_the_ranges() -> None:
    pieces = [piece(seed) for seed in range(3)]
    checkpoint = untrained_voices()
    model = VoicesModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    narrow = np.full((40, 4), GRID.pitches)
    narrow[0] = np.array([70, 62, 57, 50]) - GRID.lowest
    pieces.append(VoicePiece(narrow, regular_metre(40)))
    objective = VoicesObjective(model, GRID, pieces, pieces[:1], settings=SMALL, seed=0)
    assert objective.shifts[3] == (-10, 11)  # alto and tenor down to E3, soprano up to A5
    random = np.random.default_rng(0)
    for index in [*range(4)] * 20:
        cut = objective._cut(index, random)
        assert len(cut.symbols) == len(cut.metre) == SMALL.sequence_length
        assert GRID.allowed()[np.arange(4), cut.symbols].all()
    assert moved(np.array([3, GRID.pitches]), 2, GRID.pitches).tolist() == [5, GRID.pitches]


def test_the_same_seed_gives_the_same_model_and_a_run_can_be_resumed(tmp_path) -> None:
    train(tmp_path / "one.safetensors")
    train(tmp_path / "two.safetensors")
    train(tmp_path / "cut.safetensors", updates=4)
    one, two = (Checkpoint.load(tmp_path / f"{name}.safetensors") for name in ("one", "two"))
    assert all((one.arrays[name] == two.arrays[name]).all() for name in one.arrays)
    assert one.metadata["task"] == "voices"
    assert one.metadata["metrics"]["validation_nats_per_masked_cell"] > 0
    with pytest.raises(MusicRNNError, match="seed was 3"):
        train(tmp_path / "cut.safetensors", seed=4, resume=True)
    outcome = train(tmp_path / "cut.safetensors", updates=8, resume=True)
    assert outcome.state.update == 8


def test_one_piece_is_learnt_by_heart(tmp_path) -> None:
    known = piece(1, 24)
    path = tmp_path / "m.safetensors"
    trained(
        "voices",
        data_of([known], [known], encoding=GRID),
        path,
        settings=VoicesSettings(
            embedding=32,
            hidden=32,
            layers=1,
            dropout=0.0,
            batch_size=8,
            sequence_length=24,
            augment=False,
        ),
        plan=TrainingConfig(updates=150, learning_rate=0.01, validate_every=50, device="cpu"),
    )
    checkpoint = Checkpoint.load(path)
    model = VoicesModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    mask = np.zeros(known.symbols.shape, np.bool_)
    mask[:, 1] = True
    assert piece_losses(model, [known], [mask])[0] < 0.3 < np.log(GRID.pitches)


def test_no_pieces() -> None:
    with pytest.raises(MusicRNNError, match="the train split has no piece"):
        TASKS["voices"].check(data_of([], [], encoding=GRID))
