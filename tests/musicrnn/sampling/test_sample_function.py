"""One door to both ways of drawing; the GPU's with its graph replaced by plain calls."""

import pytest
import torch

from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import compose
from musicrnn.sampling.engine import EngineSettings
from musicrnn.sampling.sample_function import SamplingBudget
from musicrnn.tokens import Controls


@pytest.mark.parametrize("candidates", [1, 2])
@pytest.mark.parametrize("style", ["pop", "folk", "drums"])
def test_a_gpu_composes_what_the_cpu_does(
    monkeypatch: pytest.MonkeyPatch, style: str, candidates: int
) -> None:
    """All but the recording: a device that calls itself cuda and is the CPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, device: self)
    checkpoint = load_model(style)
    made = [
        compose(
            checkpoint,
            [5, 6, 7],
            controls=Controls(bars=2),
            settings=STYLES[style].settings,
            budget=SamplingBudget(EngineSettings(device), candidates),
        )
        for device in ("cpu", "cuda")
    ]
    assert [list(piece.ids) for piece in made[0]] == [list(piece.ids) for piece in made[1]]
    assert [piece.score for piece in made[0]] == [piece.score for piece in made[1]]


def test_a_gpu_that_is_not_there_is_told() -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    with pytest.raises(MusicRNNError, match="torch finds no CUDA device here"):
        compose(
            load_model("drums"),
            [1],
            controls=Controls(bars=1),
            settings=STYLES["drums"].settings,
            budget=SamplingBudget(EngineSettings("cuda:1")),
        )


def test_a_gpu_too_many_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(MusicRNNError, match="cuda:2 was asked for, but torch finds 2 CUDA devices"):
        compose(
            load_model("drums"),
            [1],
            controls=Controls(bars=1),
            settings=STYLES["drums"].settings,
            budget=SamplingBudget(EngineSettings("cuda:2")),
        )
