"""What is on disk while a run goes on: saved by time, never half replaced, told of by whom."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from musicrnn.errors import MusicRNNError
from musicrnn.training import loop, run_state
from musicrnn.training.loop import run_path
from musicrnn.training.machine import check_output
from musicrnn.training.run_state import generators, restore_generators, unfinished
from tests.musicrnn.training.test_loop import SIZES, Stop, equal, train


class PowerCut(Exception):
    pass


class Look:
    """A callback that looks at the disk after every update, and cuts the power off after some."""

    def __init__(self, output: Path, until: int = 10**9) -> None:
        self.output, self.until = output, until
        self.models: list[bytes | None] = []
        self.saved: list[int] = []

    def updated(self, state, figures) -> None:
        self.models.append(self.output.read_bytes() if self.output.exists() else None)
        run = run_path(self.output)
        self.saved.append(run_state._header(run)["state"]["update"] if run.exists() else 0)
        if state.update == self.until:
            raise PowerCut

    def validated(self, state, figures) -> None:
        pass


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "m.safetensors"


@pytest.fixture
def often(monkeypatch) -> None:
    """Saved by time after every update."""
    monkeypatch.setattr(loop, "SAVE_EVERY", 0.0)


def test_saving_by_time_changes_nothing(output: Path, tmp_path: Path, often: None) -> None:
    callback = Look(output)
    often_saved = train(output, callback=callback, average=0.9)
    assert callback.saved == list(range(30))
    assert callback.models[:10] == [None] * 10  # none before the first validation
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "SAVE_EVERY", 1e9)
        whole = tmp_path / "whole.safetensors"
        callback = Look(whole)
        seldom_saved = train(whole, callback=callback, average=0.9)
    assert callback.saved == [0] * 10 + [10] * 10 + [20] * 10
    assert output.read_bytes() == whole.read_bytes()
    assert often_saved.state.best == seldom_saved.state.best
    first, second = load_file(run_path(output)), load_file(run_path(whole))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("at", [1, 5, 10, 11, 24])
def test_a_power_cut_loses_what_was_not_saved_and_no_more(
    output: Path, tmp_path: Path, often: None, at: int
) -> None:
    train(tmp_path / "whole.safetensors", average=0.9)
    if at > 1:
        with pytest.raises(PowerCut):
            train(output, callback=Look(output, at), average=0.9)
        with pytest.raises(MusicRNNError, match=r"m\.safetensors\.run is an unfinished run: name"):
            check_output(output)
    train(output, resume=at > 1, average=0.9)
    assert output.read_bytes() == (tmp_path / "whole.safetensors").read_bytes()


@pytest.mark.parametrize("precision", ["bf16-mixed", "bf16-true", "64-true"])
def test_in_every_precision_a_run_is_resumed_as_it_was(
    output: Path, tmp_path: Path, precision: str
) -> None:
    train(tmp_path / "whole.safetensors", precision=precision, average=0.9)
    train(output, callback=Stop(17), precision=precision, average=0.9)
    train(output, resume=True, precision=precision, average=0.9)
    assert output.read_bytes() == (tmp_path / "whole.safetensors").read_bytes()


def test_a_model_that_is_there_is_left_alone_unless_something_else_is_said(output: Path) -> None:
    train(output)
    before = output.read_bytes(), run_path(output).read_bytes()
    assert not unfinished(run_path(output))
    with pytest.raises(MusicRNNError) as refused:
        train(output)
    assert str(refused.value) == (
        f"{output} exists already: name another file, go on with --resume, or replace it with "
        "--overwrite"
    )
    assert (output.read_bytes(), run_path(output).read_bytes()) == before
    assert train(output, resume=True, updates=40).state.update == 40  # longer than was planned
    output.unlink()
    train(output)  # of a run that has come to its end nothing is lost


def test_an_unfinished_run_is_left_alone_unless_something_else_is_said(output: Path) -> None:
    train(output, callback=Stop(4))
    assert unfinished(run_path(output))
    with pytest.raises(MusicRNNError) as refused:
        check_output(output)
    assert str(refused.value) == (
        f"{output} exists already and {run_path(output)} is an unfinished run: name another file, "
        "go on with --resume, or replace it with --overwrite"
    )
    check_output(output, resume=True)
    check_output(output, overwrite=True)
    run_path(output).write_bytes(b"damaged")
    with pytest.raises(MusicRNNError, match=r"m\.safetensors exists already: name"):
        check_output(output)


def test_the_old_model_stays_whole_until_the_new_one_is_validated(
    output: Path, often: None
) -> None:
    train(output)
    old = output.read_bytes()
    callback = Look(output, 15)
    with pytest.raises(PowerCut):
        train(output, seed=1, overwrite=True, callback=callback)
    assert callback.models[:10] == [old] * 10
    assert old not in callback.models[10:]


def test_an_old_run_does_not_go_on_with_a_new_model(output: Path, monkeypatch) -> None:
    train(output, callback=Stop(14))
    old = output.read_bytes()

    def cut(*given: object, **named: object) -> None:
        raise PowerCut

    monkeypatch.setattr(loop, "save_run", cut)
    with pytest.raises(PowerCut):
        train(output, seed=1, overwrite=True)
    assert output.read_bytes() != old
    assert not run_path(output).exists()


@pytest.mark.parametrize("name", ["torch", "musicrnn"])
def test_a_run_of_another_version_goes_on_and_says_so(
    output: Path, tmp_path: Path, monkeypatch, name: str
) -> None:
    train(tmp_path / "whole.safetensors")
    now = run_state.versions()
    assert now.keys() == {"musicrnn", "torch", "numpy", "python"}
    with monkeypatch.context() as patch:
        patch.setattr(run_state, "versions", lambda: {**now, name: "0.0.1", "numpy": "0.0.2"})
        assert train(output, callback=Stop(4)).warnings == ()
    resumed = train(output, resume=True)
    assert resumed.warnings == (
        f"m.safetensors.run was made with {name} 0.0.1 and goes on with {now[name]}: its course "
        "may be another",
    )
    assert equal(output, tmp_path / "whole.safetensors")
    assert train(output, resume=True, updates=31).warnings == ()


def test_a_run_that_names_no_versions_goes_on_silently(output: Path, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(run_state, "versions", dict)
        train(output, callback=Stop(4))
    assert train(output, resume=True).warnings == ()


def test_the_generator_of_a_cuda_device_is_kept_and_put_back(monkeypatch) -> None:
    device, state = torch.device("cuda", 1), {1: torch.arange(16, dtype=torch.uint8)}
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda device: state[device.index].clone())
    monkeypatch.setattr(
        torch.cuda, "set_rng_state", lambda new, device: state.update({device.index: new})
    )
    kept = generators(device)
    drawn = torch.rand(3)
    state[1] = torch.zeros(16, dtype=torch.uint8)
    restore_generators(kept, torch.device("cpu"))
    assert not state[1].any()
    restore_generators(kept, device)
    assert torch.equal(state[1], torch.arange(16, dtype=torch.uint8))
    assert torch.equal(torch.rand(3), drawn)
    state[1] = torch.zeros(16, dtype=torch.uint8)
    restore_generators(generators(torch.device("cpu")), device)  # it was begun on a CPU
    assert not state[1].any()


def test_settings_are_compared_whatever_is_to_be_overwritten(output: Path) -> None:
    train(output, callback=Stop(4), overwrite=True)
    with pytest.raises(MusicRNNError, match="hidden was 12"):
        train(output, resume=True, settings=replace(SIZES, hidden=13))
    assert train(output, resume=True).reason == "finished"
