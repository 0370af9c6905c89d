"""Every cell through the doors: trained, cut off, resumed, saved, sampled; and as a classifier."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.checkpoint import Checkpoint
from musicrnn.layers.settings import LayerSettings
from musicrnn.networks.classifier import Classifier
from musicrnn.networks.classifier_config import ClassifierConfig
from musicrnn.networks.language import LanguageModel
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.tokens import Controls
from tests.benchmarks.recurrent.torch_engine import TorchEngine
from tests.musicrnn.side_by_side import sample
from tests.musicrnn.training.test_loop import SIZES, TOKENIZER, Stop, equal, train

OPTIONS = {
    "plain": {},
    "residual and norm": {"residual": True, "norm": True},
    "zoneout": {"zoneout": 0.1},
    "variational": {"variational": True},
}


@pytest.mark.parametrize("cell", CELLS)
def test_trained_cut_off_resumed_and_sampled(tmp_path, cell: str) -> None:
    settings = replace(SIZES, cell=cell, hidden=10)
    plan = {"updates": 6, "validate_every": 3, "warm_up": 1}
    callback = Stop(10**9)
    train(tmp_path / "whole.safetensors", settings=settings, callback=callback, **plan)
    assert len(set(callback.losses)) == 6
    cut = tmp_path / "cut.safetensors"
    assert train(cut, callback=Stop(4), settings=settings, **plan).reason == "interrupted"
    train(cut, resume=True, settings=settings, **plan)
    assert equal(tmp_path / "whole.safetensors", cut)
    checkpoint = Checkpoint.load(cut)
    network = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    drawn = [
        sample(engine, [TOKENIZER.constraint(Controls(bars=1))], [3], settings=Settings())
        for engine in (CPUEngine(checkpoint), TorchEngine(network))
    ]
    assert drawn[0] == drawn[1]
    assert len(drawn[0][0]) > 1


@pytest.mark.parametrize("settings", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_the_sampler_steps_as_torch_reads(cell: str, settings: dict) -> None:
    if settings.get("zoneout") and cell in ("grid", "clockwork", "clockwork-lstm", "slstm"):
        pytest.skip("refused: tests/musicrnn/layers/test_laws.py")
    from musicrnn.networks.language_config import LanguageConfig

    torch.manual_seed(1)
    layer = LayerSettings(**settings)
    config = LanguageConfig(vocabulary=17, cell=cell, embedding=6, hidden=9, layers=3, layer=layer)
    model = LanguageModel(config).eval()
    checkpoint = Checkpoint(model.arrays(), {"model": model.configuration()})
    ids = np.random.default_rng(0).integers(0, 17, (3, 20))
    with torch.no_grad():
        expected = model(torch.from_numpy(ids), model.initial_state(3))[0].numpy()
    for rows in (slice(0, 1), slice(0, 3)):
        engine = CPUEngine(checkpoint)
        engine.begin(len(ids[rows]))
        found = np.stack([engine.step(ids[rows, t]) for t in range(20)], axis=1)
        np.testing.assert_allclose(found, expected[rows], atol=5e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_a_classifier_hears_both_ways_and_not_the_padding(cell: str) -> None:
    torch.manual_seed(0)
    config = ClassifierConfig(
        labels=3, size=20, branches="reading", cell=cell, hidden=8, layers=2, dropout=0.0
    )
    model = Classifier(config)
    ids = torch.randint(0, 20, (2, 30))
    model.logits(ids, torch.tensor([30, 21])).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    model = Classifier.from_arrays(model.configuration(), model.arrays())
    with torch.no_grad():
        both = model.logits(ids, torch.tensor([30, 21]))
        alone = model.logits(ids[1:, :21], torch.tensor([21]))
        turned = ids.clone()
        turned[0, 29] = (turned[0, 29] + 1) % 20
        other = model.logits(turned, torch.tensor([30, 21]))
    torch.testing.assert_close(both[1:], alone, atol=1e-5, rtol=0)
    assert not torch.equal(both[0], other[0])
    assert torch.equal(both[1], other[1])
