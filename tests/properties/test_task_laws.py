"""The laws of every kind of model, over TASKS, through the command line.

A kind trains; stopped and resumed equals not stopped; saved and loaded it gives the same figures,
also with its weights in one byte; it is measured beside its baselines, piece by piece, and beside
itself; settings of other kinds are refused by name; what is small has one thread of torch's.
"""

import json
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from torch.nn.modules.module import register_module_forward_pre_hook

from musicrnn import threads
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.face.progress import ProgressBar
from musicrnn.training.config import TrainingConfig
from musicrnn.training.settings import override
from musicrnn.training.task import TASKS, Task, task_of
from musicrnn_cli.main import main
from tests.properties.small_data import WRITERS, data_for

SMALL = {
    "hidden": 6, "embedding": 6, "layers": 1, "batch_size": 4, "sequence_length": 12, "crop": 24,
    "channels": 2, "last": 4, "depth": 0, "head_hidden": 4, "inner": 4, "heard": 6, "codes": 5,
    "seconds": 0.2,
}  # fmt: skip
every = pytest.mark.parametrize("name", TASKS)


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, Path]]:
    """By data_for: DATA, and the folder with the corpora."""
    found: dict[str, tuple[str, Path]] = {}
    for reads, write in WRITERS.items():
        home = tmp_path_factory.mktemp(reads)
        found[reads] = write(home), home
    return found


@pytest.fixture(autouse=True)
def _cache(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, brief_words: None
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result.stdout


def own_settings(task: Task) -> list[str]:
    own = {field.name for field in fields(task.settings)}
    return [
        word
        for name, value in SMALL.items()
        if name in own
        for word in ("--set", f"{name}={value}")
    ]


def train(
    task: Task, source: tuple[str, Path], output: Path, *more: str, updates: int = 3, code: int = 0
) -> None:
    data, home = source
    tokens = ["--tokens", task.tokens[0]] if task.tokens else []
    said = ["--set", f"updates={updates}", "--set", "validate_every=2", "--device", "cpu"]
    run(
        "train",
        task.verb,
        data,
        "--data",
        home,
        "-o",
        output,
        *tokens,
        *own_settings(task),
        *said,
        *more,
        code=code,
    )


def figures(task: Task, source: tuple[str, Path], model: Path) -> dict:
    data, home = source
    return json.loads(run("evaluate", model, data, "--data", home, "--split", "valid", "--json"))


def same_figures(first: dict, second: dict) -> bool:
    return {**first, "model": ""} == {**second, "model": ""}


class Models(dict[str, Path]):
    """A model of every kind after three updates, made when it is asked for."""

    def __init__(self, home: Path, sources: dict[str, tuple[str, Path]]) -> None:
        self.home, self.sources = home, sources

    def __missing__(self, name: str) -> Path:
        self[name] = self.home / f"{name}.safetensors"
        train(TASKS[name], self.sources[data_for(TASKS[name])], self[name])
        return self[name]


@pytest.fixture(scope="session")
def models(sources, tmp_path_factory: pytest.TempPathFactory) -> Models:
    return Models(tmp_path_factory.mktemp("models"), sources)


@every
def test_its_file_says_what_it_is(name: str, models: dict[str, Path]) -> None:
    metadata = json.loads(run("inspect", models[name], "--json"))
    assert metadata["task"] == name
    assert {"model", "data", "metrics", "command"} <= set(metadata)
    assert metadata["data"]["sha256"]
    assert task_of(metadata) is TASKS[name]
    assert TASKS[name].does


@every
def test_stopped_and_resumed_equals_not_stopped(
    name: str, models, sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, cut = sources[data_for(TASKS[name])], tmp_path / "cut.safetensors"

    def ctrl_c(self, state, figures) -> None:
        if state.update == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ProgressBar, "updated", ctrl_c)
        train(TASKS[name], source, cut, code=130)
    assert cut.with_name("cut.safetensors.run").exists()
    train(TASKS[name], source, cut, "--resume")
    whole, resumed = Checkpoint.load(models[name]), Checkpoint.load(cut)
    assert whole.arrays.keys() == resumed.arrays.keys()
    for tensor, array in whole.arrays.items():
        np.testing.assert_array_equal(array, resumed.arrays[tensor], err_msg=tensor)
    assert whole.metadata["metrics"] == resumed.metadata["metrics"]


@every
def test_saved_and_loaded_it_measures_the_same(name: str, models, sources, tmp_path: Path) -> None:
    checkpoint = Checkpoint.load(models[name])
    network = task_of(checkpoint).load(checkpoint)
    assert not network.training
    again = tmp_path / "again.safetensors"
    Checkpoint(network.arrays(), checkpoint.metadata).save(again)
    source = sources[data_for(TASKS[name])]
    before = figures(TASKS[name], source, models[name])
    assert same_figures(before, figures(TASKS[name], source, again))
    byte = tmp_path / "byte.safetensors"
    run("export", models[name], "-o", byte, "--store", "int8")
    assert figures(TASKS[name], source, byte)["n"] == before["n"]


@every
def test_it_is_measured_beside_its_baselines(name: str, models, sources) -> None:
    found = figures(TASKS[name], sources[data_for(TASKS[name])], models[name])
    assert found["n"] > 0
    text = json.dumps(found)
    assert any(word in text for word in ("baselines", "bigram", "majority", "baseline"))


@every
def test_beside_itself_there_is_no_difference(name: str, models, sources) -> None:
    data, home = sources[data_for(TASKS[name])]
    words = ["evaluate", models[name], data, "--data", home, "--split", "valid"]
    words += ["--against", models[name]]
    found = json.loads(run(*words, "--json"))
    assert len(found["pieces"]) == found["n"] > 0
    assert all(piece["name"] and piece.keys() - {"name"} for piece in found["pieces"])
    assert found["against"]["pieces"] == found["pieces"]
    assert (found["difference"]["difference"], found["difference"]["p"]) == (0, 1)
    assert f"{models[name]} beside {models[name]}" in run(*words)


@every
def test_settings_of_another_kind_are_refused_by_name(name: str) -> None:
    own = {field.name for field in fields(TASKS[name].settings)}
    for other in TASKS.values():
        for field in fields(other.settings):
            if field.name not in own:
                with pytest.raises(MusicRNNError, match=f"no setting '{field.name}'"):
                    override([f"{field.name}=1"], TASKS[name].settings(), TrainingConfig(updates=1))


def test_a_kind_that_there_is_not_is_said(tmp_path: Path) -> None:
    Checkpoint({"a": np.zeros(1, np.float32)}, {"task": "dance"}).save(tmp_path / "m.safetensors")
    for words in (("evaluate", "nowhere"), ("export", "-o", tmp_path / "x.onnx")):
        result = CliRunner().invoke(
            main, [words[0], str(tmp_path / "m.safetensors"), *map(str, words[1:])]
        )
        assert result.exit_code == 1
        assert "must be one of compose, frames" in result.output


@every
def test_small_networks_use_one_thread(
    name: str, models, sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in threads.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(threads, "usable_cores", lambda: 2)
    before, used = torch.get_num_threads(), set[int]()
    hook = register_module_forward_pre_hook(lambda *_: used.add(torch.get_num_threads()))
    torch.set_num_threads(2)
    try:
        figures(TASKS[name], sources[data_for(TASKS[name])], models[name])
        evaluated = set(used)
        train(TASKS[name], sources[data_for(TASKS[name])], tmp_path / "one.safetensors")
    finally:
        hook.remove()
        torch.set_num_threads(before)
    assert evaluated <= used == {1}  # what was measured before is not measured again
