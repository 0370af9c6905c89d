"""Pascanu's regulariser: what the paper's formula says, one step and one row at a time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, linear

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.layers.layer import named
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack
from musicrnn.networks.gradients import language_gradients
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.training.compose.objective import LanguageObjective
from musicrnn.training.compose.windows import Windows
from musicrnn.training.gradient_norm import PlainSteps, omega, readings, step_omega, towards_states
from tests.musicrnn.linear_cell import LinearStepCell, scaled_rotation
from tests.musicrnn.training.test_loop import SIZES, Stop, train

BATCH, STEPS, INPUTS, HIDDEN = 3, 6, 4, 5
UNABLE = {"clockwork", "clockwork-lstm", "grid"}
ABLE = [name for name in CELLS if name not in UNABLE]


def stack(cell: str, layers: int = 1) -> Stack:
    torch.manual_seed(1)
    made = Stack(cell, INPUTS, HIDDEN, layers=layers, dropout=0.0).double()
    with torch.no_grad():
        for parameter in made.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
    return made


def problem(made: Stack) -> tuple[Tensor, tuple[Tensor, ...], Tensor, Tensor]:
    """x [B, T, I], a state to begin with, an output matrix [7, H] and targets [B, T]."""
    torch.manual_seed(2)
    x = torch.randn(BATCH, STEPS, INPUTS, dtype=torch.float64)
    begin = tuple(0.3 * torch.rand_like(part) for part in made.initial_state(BATCH))
    said = torch.randn(7, HIDDEN, dtype=torch.float64)
    return x, begin, said, torch.randint(0, 7, (BATCH, STEPS))


def heard_and_loss(made: Stack):
    x, begin, said, targets = problem(made)
    with readings(made) as heard:
        y, _ = made(x, begin)
    return heard, cross_entropy(linear(y, said).flatten(0, 1), targets.flatten())


def found(made: Stack) -> Tensor:
    return omega(made, *heard_and_loss(made)).detach()


def elman(p: dict[str, Tensor], x: Tensor, s: Tensor) -> Tensor:
    """One step of one row, from the state as one vector to the state as one vector."""
    total = p["weight_ih_l0"] @ x + p["bias_ih_l0"] + p["bias_hh_l0"] + p["weight_hh_l0"] @ s
    return total.tanh()


def lstm(p: dict[str, Tensor], x: Tensor, s: Tensor) -> Tensor:
    h, c = s.chunk(2)
    total = p["weight_ih_l0"] @ x + p["bias_ih_l0"] + p["bias_hh_l0"] + p["weight_hh_l0"] @ h
    i, f, g, o = total.chunk(4)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return torch.cat([o.sigmoid() * c.tanh(), c])


@pytest.mark.parametrize(("cell", "step"), [("elman", elman), ("lstm", lstm)])
@pytest.mark.parametrize("layers", [1, 2])
def test_it_is_the_formula_row_by_row_and_step_by_step(cell: str, step, layers: int) -> None:
    made = stack(cell, layers)
    x, begin, said, targets = problem(made)
    weights = [{n: p.detach() for n, p in layer.named_parameters()} for layer in made.layers]
    total = 0.0
    for row in range(BATCH):
        states = [
            [torch.cat([part[index, row] for part in begin]).requires_grad_()]
            for index in range(layers)
        ]
        inputs: list[list[Tensor]] = [[] for _ in weights]
        loss = torch.zeros((), dtype=torch.float64)
        for t in range(STEPS):
            flow = x[row, t]
            for index, parameters in enumerate(weights):
                inputs[index].append(flow.detach())
                states[index].append(step(parameters, flow, states[index][-1]))
                flow = states[index][-1][:HIDDEN]
            loss = loss + cross_entropy(said @ flow, targets[row, t]) / targets.numel()
        for index, parameters in enumerate(weights):
            gradients = torch.autograd.grad(loss, states[index][1:], retain_graph=True)
            for k, g in enumerate(gradients):
                jacobian = torch.autograd.functional.jacobian(
                    lambda s, p=parameters, i=inputs[index][k]: step(p, i, s),
                    states[index][k].detach(),
                )
                total += float(((g @ jacobian).norm() / g.norm() - 1) ** 2)
    assert total > 0.5
    assert float(found(made)) == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("cell", ABLE)
def test_every_cell_by_steps_of_its_own_layer(cell: str) -> None:
    """The output of one layer is its first state, so that a stack's states are all there is."""
    made = stack(cell)
    x, begin, said, targets = problem(made)
    states = [tuple(part.clone().requires_grad_() for part in begin)]
    loss = torch.zeros((), dtype=torch.float64)
    for t in range(STEPS):
        states.append(made(x[:, t : t + 1], states[-1])[1])
        loss = loss + cross_entropy(linear(states[-1][0][0], said), targets[:, t]) / STEPS
    total = 0.0
    for k in range(STEPS):
        gradients = torch.autograd.grad(
            loss, states[k + 1], retain_graph=True, allow_unused=True, materialize_grads=True
        )
        here = tuple(part.detach().requires_grad_() for part in states[k])
        back = torch.autograd.grad(made(x[:, k : k + 1], here)[1], here, gradients)
        length, before = (torch.cat(g, 2)[0].norm(dim=1) for g in (gradients, back))
        total += float((before / length - 1).square().sum())
    assert total > 0.01
    assert float(found(made)) == pytest.approx(total, rel=1e-9)


@pytest.mark.parametrize("cell", ["elman", "lstm", "gru", "lstm-peephole", "depth-gated", "mingru"])
def test_its_gradient_with_states_and_gradients_as_constants(cell: str) -> None:
    made = stack(cell)
    heard, loss = heard_and_loss(made)
    (reading,) = heard
    direct = torch.autograd.grad(
        loss, reading.outputs, retain_graph=True, allow_unused=True, materialize_grads=True
    )
    before, gradients = towards_states(made.cell, reading, direct)
    parameters = {name: p.detach() for name, p in named(reading.layer).items()}

    def penalty(*values: Tensor) -> Tensor:
        plain = PlainSteps(made.cell, dict(zip(parameters, values, strict=True)))
        return step_omega(plain, plain.rows(reading.flow).flatten(0, 1), before, gradients)

    values = [p.clone().requires_grad_() for p in parameters.values()]
    assert torch.autograd.gradcheck(penalty, values)
    # and that is what the network's own parameters are given
    ours = torch.autograd.grad(omega(made, heard, loss), list(made.parameters()), allow_unused=True)
    wanted = torch.autograd.grad(penalty(*values), values, allow_unused=True)
    for a, b in zip(ours, wanted, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-10, atol=1e-12)
    assert any(float(a.abs().max()) > 1e-3 for a in ours if a is not None)


@pytest.mark.parametrize("rho", [0.5, 1.0, 1.5])
def test_a_linear_network_has_its_rho_at_every_step(rho: float, monkeypatch) -> None:
    monkeypatch.setitem(CELLS, "linear", LinearStepCell())
    made = stack("linear")
    with torch.no_grad():
        made.layers[0].weight_hh_l0.copy_(scaled_rotation(HIDDEN, rho))
    assert float(found(made)) == pytest.approx(BATCH * STEPS * (rho - 1) ** 2, abs=1e-12)


def test_steps_that_no_loss_comes_after_do_not_count(monkeypatch) -> None:
    monkeypatch.setitem(CELLS, "linear", LinearStepCell())
    made = stack("linear")
    with torch.no_grad():
        made.layers[0].weight_hh_l0.copy_(scaled_rotation(HIDDEN, 0.5))
    x, begin, said, targets = problem(made)
    targets[1, 4:] = -1
    targets[2] = -1
    with readings(made) as heard:
        y, _ = made(x, begin)
    loss = cross_entropy(linear(y, said).flatten(0, 1), targets.flatten(), ignore_index=-1)
    value = omega(made, heard, loss * 1e-30)  # however small the gradients
    value.backward()
    assert float(value.detach()) == pytest.approx((STEPS + 4) * 0.25, abs=1e-12)
    assert all(p.grad is None or p.grad.isfinite().all() for p in made.parameters())


FILLER = 2  # ids 3 to 6 are to be remembered


def memory(lag: int, count: int, seed: int) -> list[np.ndarray]:
    """A mark, ``lag`` fillers, a question, and the mark again."""
    marks = np.random.default_rng(seed).integers(3, 7, count)
    return [np.array([mark, *[FILLER] * lag, 1, mark], np.int32) for mark in marks]


def learned(weight: float, lag: int = 12, updates: int = 200) -> LanguageModel:
    torch.manual_seed(0)
    model = LanguageModel(
        LanguageConfig(vocabulary=7, cell="elman", embedding=8, hidden=16, layers=1, dropout=0.0)
    )
    windows = Windows(
        memory(lag, 64, 0), np.arange(7, dtype=np.int32)[None], rows=16, length=lag + 2, seed=0
    )
    objective = LanguageObjective(model, windows, memory(lag, 4, 1), regulariser=weight)
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(updates):
        loss, count = objective.loss(model)
        optimizer.zero_grad()
        (loss / count).backward()
        optimizer.step()
    return model


def test_training_with_it_lets_the_gradient_go_on() -> None:
    """The mark stands 13 steps before the answer; without Omega nothing of the loss gets there."""
    left = {
        weight: language_gradients(learned(weight), memory(12, 8, 2), steps=12).relative("state")
        for weight in (0.0, 1.0)
    }
    assert left[0.0][12] < 1e-5
    assert 0.1 < left[1.0][12] < 10


class Figures(Stop):
    def updated(self, state, figures) -> None:
        self.losses.append(figures["loss"])


def test_it_is_a_setting_of_training_and_resumes(tmp_path: Path) -> None:
    settings = replace(SIZES, cell="gru", gradient_norm_regulariser=0.5)
    plain, callback, whole = Figures(99), Figures(99), tmp_path / "whole.safetensors"
    train(
        tmp_path / "plain.safetensors",
        callback=plain,
        updates=6,
        settings=replace(settings, gradient_norm_regulariser=0.0),
    )
    train(whole, callback=callback, updates=6, settings=settings)
    assert callback.losses[0] > plain.losses[0] + 0.01  # the same batch, and Omega
    cut = tmp_path / "cut.safetensors"
    train(cut, callback=Stop(3), updates=6, settings=settings)
    with pytest.raises(MusicRNNError, match=r"gradient_norm_regulariser was 0\.5"):
        train(
            cut, updates=6, settings=replace(settings, gradient_norm_regulariser=0.0), resume=True
        )
    train(cut, updates=6, settings=settings, resume=True)
    assert cut.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("cell", sorted(UNABLE))
def test_layers_that_it_cannot_be_had_for_are_named(cell: str, tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match="cannot be had with clockwork and grid cells"):
        train(
            tmp_path / "m.safetensors",
            settings=replace(SIZES, cell=cell, gradient_norm_regulariser=1.0),
        )


def test_what_else_is_refused(tmp_path: Path) -> None:
    output = tmp_path / "m.safetensors"
    noisy = replace(SIZES, gradient_norm_regulariser=1.0, layer=LayerSettings(zoneout=0.1))
    with pytest.raises(MusicRNNError, match=r"cannot be had with layer\.recurrent_dropout or"):
        train(output, settings=noisy)
    with pytest.raises(MusicRNNError, match="gradient_norm_regulariser must be 0 or more, got -1"):
        train(output, settings=replace(SIZES, gradient_norm_regulariser=-1))
