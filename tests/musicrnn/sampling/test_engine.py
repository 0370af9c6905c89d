"""The CPU engine equals stepping torch, and whole sequences equal steps."""

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.pretrained import load_model
from musicrnn.sampling.engine import CPUEngine, EngineSettings, engine_for
from tests.benchmarks.recurrent.torch_engine import TorchEngine


def model_of(cell: str, **settings) -> tuple[LanguageModel, Checkpoint]:
    torch.manual_seed(3)
    config = LanguageConfig(vocabulary=30, cell=cell, **{"embedding": 12, "hidden": 20, **settings})
    model = LanguageModel(config).eval()
    metadata = {"task": "compose", "model": model.configuration()}
    return model, Checkpoint(model.arrays(), metadata)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("cell", CELLS)
def test_cpu_steps_equal_torch_over_the_whole_sequence(cell: str, rows: int, tied: bool) -> None:
    model, checkpoint = model_of(cell, tied=tied, embedding=20)
    ids = np.random.default_rng(0).integers(0, 30, (rows, 25))
    with torch.no_grad():
        expected = model(torch.from_numpy(ids), model.initial_state(rows))[0].numpy()
    engine = CPUEngine(checkpoint)
    engine.begin(rows)
    found = np.stack([engine.step(ids[:, t]) for t in range(25)], axis=1)
    np.testing.assert_allclose(found, expected, atol=2e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_rows_that_stay_go_on_undisturbed(cell: str) -> None:
    model, checkpoint = model_of(cell)
    for engine in (CPUEngine(checkpoint), TorchEngine(model)):
        engine.begin(3)
        engine.step(np.array([1, 2, 3]))
        engine.keep(np.array([2, 0]))
        kept = engine.step(np.array([5, 6]))
        engine.begin(2)
        engine.step(np.array([3, 1]))
        np.testing.assert_allclose(kept, engine.step(np.array([5, 6])), atol=1e-6)


def test_what_cannot_be_sampled_is_refused_with_the_reason() -> None:
    _, checkpoint = model_of("lstm")
    with pytest.raises(MusicRNNError, match=r"token after token.*this one's task is 'classify'"):
        engine_for(load_model("genre"))
    for device in ("tpu", "cuda:x", "cudas"):
        with pytest.raises(MusicRNNError, match=f"auto, cpu or cuda.*got '{device}'"):
            engine_for(checkpoint, EngineSettings(device))
    checkpoint.arrays["output.bias"] = checkpoint.arrays["output.bias"][:-1]
    with pytest.raises(MusicRNNError, match="does not fit its own configuration"):
        engine_for(checkpoint)


@pytest.mark.parametrize("name", ["layers.9.bias_l0", "layers.x.y", "layers.0.bias_hh", "foo"])
def test_arrays_that_no_layer_has_are_refused(name: str) -> None:
    _, checkpoint = model_of("gru")
    checkpoint.arrays[f"stack.{name}"] = np.zeros(3, np.float32)
    with pytest.raises(MusicRNNError, match=f"stack.{name} is in it, no such array is expected"):
        engine_for(checkpoint)
