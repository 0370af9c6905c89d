"""Clipping: by norm the direction stays, below theta nothing happens, by value numbers are cut."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.training.clipping import clip_gradients
from musicrnn.training.compose.settings import ComposeSettings
from musicrnn.training.config import TrainingConfig
from musicrnn.training.settings import override
from tests.musicrnn.training.test_loop import Stop, train

WAYS = ("norm", "value", "none")


def with_gradients(scale: float = 1.0) -> list[nn.Parameter]:
    """Three parameters, the last one without a gradient."""
    torch.manual_seed(0)
    found = [nn.Parameter(torch.zeros(n, dtype=torch.float64)) for n in (7, 12, 2)]
    for parameter in found[:2]:
        parameter.grad = scale * torch.randn_like(parameter)
    return found


def flat(parameters: list[nn.Parameter]) -> Tensor:
    return torch.cat([p.grad for p in parameters if p.grad is not None])


@pytest.mark.parametrize("by", WAYS)
def test_the_norm_before_clipping_is_told(by: str) -> None:
    parameters = with_gradients()
    before = flat(parameters).norm()
    assert clip_gradients(parameters, 0.5, by=by) == pytest.approx(float(before), rel=1e-12)
    assert parameters[2].grad is None


def test_by_norm_the_direction_stays_and_the_length_is_theta() -> None:
    parameters = with_gradients()
    before = flat(parameters).clone()
    clip_gradients(parameters, 0.5, by="norm")
    after = flat(parameters)
    assert float(before.norm()) > 2
    assert float(after.norm()) == pytest.approx(0.5, rel=1e-6)  # torch divides by norm + 1e-6
    assert float(torch.cosine_similarity(before, after, dim=0)) == pytest.approx(1, abs=1e-15)


def test_by_norm_it_is_torch_s_own() -> None:
    ours, theirs = with_gradients(), with_gradients()
    clip_gradients(ours, 0.5, by="norm")
    nn.utils.clip_grad_norm_(theirs, 0.5)
    assert torch.equal(flat(ours), flat(theirs))


@pytest.mark.parametrize("by", WAYS)
def test_below_theta_nothing_happens(by: str) -> None:
    parameters = with_gradients(1e-3)
    before = flat(parameters).clone()
    clip_gradients(parameters, 0.5, by=by)
    assert torch.equal(flat(parameters), before)


def test_by_value_each_number_is_cut_by_itself() -> None:
    parameters = with_gradients()
    before = flat(parameters).clone()
    clip_gradients(parameters, 0.5, by="value")
    after = flat(parameters)
    assert torch.equal(after, before.clamp(-0.5, 0.5))
    assert (after == before).any()
    assert float(torch.cosine_similarity(before, after, dim=0)) < 0.99  # another direction


def test_without_clipping_nothing_happens_to_a_large_gradient() -> None:
    parameters = with_gradients(1e6)
    before = flat(parameters).clone()
    clip_gradients(parameters, 0.5, by="none")
    assert torch.equal(flat(parameters), before)


def test_another_way_is_refused() -> None:
    with pytest.raises(MusicRNNError, match="clip_by must be one of norm, value, none, got 'size'"):
        override(["clip_by=size"], ComposeSettings(), TrainingConfig(updates=1))
    _, plan = override(["clip_by=value", "clip=5"], ComposeSettings(), TrainingConfig(updates=1))
    assert (plan.clip_by, plan.clip) == ("value", 5)


class Norms(Stop):
    """The gradient norms that the loop tells, and what was in the gradients at the update."""

    def __init__(self) -> None:
        super().__init__(10**9)
        self.norms: list[float] = []

    def updated(self, state, figures) -> None:
        self.norms.append(figures["gradient_norm"])


def test_the_loop_clips_after_the_backward_pass(tmp_path: Path, monkeypatch) -> None:
    """What the optimizer sees is within the bound, and what is told is the norm before that."""
    seen: dict[str, list[Tensor]] = {}
    step = torch.optim.AdamW.step
    for by in WAYS:
        held: list[Tensor] = []
        seen[by] = held

        def watched(self, *given, _held=held, **named):
            found = [p.grad.flatten() for group in self.param_groups for p in group["params"]]
            _held.append(torch.cat(found).clone())
            return step(self, *given, **named)

        monkeypatch.setattr(torch.optim.AdamW, "step", watched)
        callback = Norms()
        output = tmp_path / f"{by}.safetensors"
        train(output, callback=callback, updates=3, clip=1e-3, clip_by=by)
        assert len(held) == len(callback.norms) == 3
        assert min(callback.norms) > 0.01  # ten times the bound: clipping has something to do
        if by == "none":
            np.testing.assert_allclose([g.norm() for g in held], callback.norms, rtol=1e-5)
    assert all(float(g.norm()) == pytest.approx(1e-3, rel=1e-2) for g in seen["norm"])
    assert all(float(g.abs().max()) == pytest.approx(1e-3) for g in seen["value"])
    assert all(float(g.norm()) > 2e-3 for g in seen["value"])
