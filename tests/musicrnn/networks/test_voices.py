"""The voices model: what it sees and what it does not."""

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.voices import VoicesModel, position_losses, sounding
from musicrnn.sampling.engine import engine_for
from musicrnn.tokens.metrical import METRICAL_FEATURES, regular_metre
from tests.musicrnn.four_voices import GRID, random_positions, untrained_voices


def built(**sizes) -> VoicesModel:
    checkpoint = untrained_voices(**sizes)
    return VoicesModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)


def batch(*lengths: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Symbols with a third hidden, metrical features and lengths."""
    random = np.random.default_rng(seed)
    longest = max(lengths)
    symbols = np.full((len(lengths), longest, 4), GRID.pitches + 1)
    metre = np.zeros((len(lengths), longest, METRICAL_FEATURES), np.float32)
    for row, steps in enumerate(lengths):
        drawn = GRID.symbols(random_positions(random, steps))
        symbols[row, :steps] = np.where(random.random(drawn.shape) < 0.3, GRID.pitches + 2, drawn)
        metre[row, :steps] = regular_metre(steps)
    return torch.tensor(symbols), torch.tensor(metre), torch.tensor(lengths)


@pytest.mark.parametrize("cell", ["gru", "lstm", "mingru"])
def test_padding_and_neighbours_in_the_batch_change_nothing(cell: str) -> None:
    model = built(cell=cell, layers=2)
    symbols, metre, lengths = batch(20, 13)
    together = model(symbols, metre, lengths)
    alone = model(symbols[1:, :13], metre[1:, :13], lengths[1:])
    torch.testing.assert_close(together[1:, :13], alone, rtol=1e-4, atol=1e-4)
    assert together.shape == (2, 20, 4, GRID.pitches + 2)


def test_it_reads_both_ways() -> None:
    model = built()
    symbols, metre, lengths = batch(16)
    symbols[0, 8] = GRID.pitches + 2
    before = model(symbols, metre, lengths)[0, 8]
    for step in (0, 15):
        changed = symbols.clone()
        changed[0, step] = (symbols[0, step] + 1) % GRID.pitches
        assert not torch.equal(model(changed, metre, lengths)[0, 8], before)


def test_what_sounds_is_hidden_where_its_beginning_is() -> None:
    hold, mask = GRID.pitches, GRID.pitches + 2
    symbols = torch.tensor([[[5], [hold], [mask], [hold], [hold], [7], [hold]]])
    assert sounding(symbols, hold)[0, :, 0].tolist() == [5, 5, mask, mask, mask, 7, 7]


def test_losses_are_of_the_symbols() -> None:
    logits = torch.randn(1, 2, 4, GRID.pitches + 2)
    symbols = torch.tensor([[[0, 1, 2, GRID.pitches], [3, 4, 5, GRID.pitches + 1]]])
    wanted = -torch.log_softmax(logits, 3)[0, 1, 3, GRID.pitches + 1]
    assert position_losses(logits, symbols)[0, 1, 3] == wanted


def test_a_file_brings_the_same_network_back(tmp_path) -> None:
    checkpoint = untrained_voices()
    checkpoint.save(tmp_path / "m.safetensors")
    again = Checkpoint.load(tmp_path / "m.safetensors")
    loaded = VoicesModel.from_arrays(again.entry("model"), again.arrays)
    assert torch.equal(loaded(*batch(9)), built()(*batch(9)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"voices": 0}, "voices must be in 1..16, got 0"),
        ({"hidden": "x"}, "setting hidden = 'x' does not fit"),
        ({"hidden": True}, "setting hidden = True does not fit"),
        ({"sizes": 3}, "setting sizes = 3 does not fit"),
        ({"dropout": 1}, "dropout must be in"),
        ({"hidden": 16}, "has shape"),
        ({"cell": "grru"}, "did you mean"),
    ],
)
def test_a_damaged_configuration_is_one_sentence(change: dict, message: str) -> None:
    checkpoint = untrained_voices()
    with pytest.raises(MusicRNNError, match=message):
        VoicesModel.from_arrays({**checkpoint.entry("model"), **change}, checkpoint.arrays)


def test_the_sampler_of_sequences_says_why_it_cannot() -> None:
    with pytest.raises(
        MusicRNNError,
        match=r"only models that compose token after token can do this.*task is 'voices'",
    ):
        engine_for(untrained_voices())
