"""The voices model in compiled loops says what it says in torch."""

from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.voices import VoicesModel
from musicrnn.networks.voices_array import VoicesEngine
from musicrnn.networks.voices_config import VoicesConfig

OLDER = Path(__file__).parents[2] / "golden" / "chorale-of-november.safetensors"


def test_the_model_of_november_is_the_same_without_torch() -> None:
    checkpoint = Checkpoint.load(OLDER)
    config = VoicesConfig.from_json(checkpoint.entry("model"))
    random = np.random.default_rng(0)
    symbols = random.integers(0, config.mask + 1, (2, 40, config.voices))
    metre = (random.random((40, config.places)) < 0.3).astype(np.float32)
    model = VoicesModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays).eval()
    with torch.no_grad():
        where = torch.from_numpy(metre)[None].expand(2, -1, -1)
        wanted = model(torch.from_numpy(symbols), where, torch.full((2,), 40)).numpy()
    found = VoicesEngine(config, checkpoint.arrays).logits(symbols, metre)
    np.testing.assert_allclose(found, wanted, atol=1e-4)


def test_an_array_of_another_shape_is_named() -> None:
    checkpoint = Checkpoint.load(OLDER)
    config = VoicesConfig.from_json(checkpoint.entry("model"))
    arrays = {**checkpoint.arrays, "places.bias": np.zeros(3, np.float32)}
    with pytest.raises(MusicRNNError, match=r"places\.bias"):
        VoicesEngine(config, arrays)
