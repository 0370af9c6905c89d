"""What a model composes right after its training: figures in its header, and a page."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

import musicrnn as mr
from musicrnn.face import own_pieces as looks
from musicrnn.sources.readers import read_data
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import DataRequest, TrainingData
from musicrnn.training.loop import TrainingResult
from musicrnn.training.run_state import RunState
from musicrnn.training.task import TASKS
from musicrnn_cli.main import main
from tests.properties.small_data import write_scores


def result(reason: str, seconds: float) -> TrainingResult:
    return TrainingResult(reason, RunState(total=9, update=9, seconds=seconds))


SMALL = {"hidden": 8, "embedding": 8, "updates": 2}
PLAN = TrainingConfig(updates=2, device="cpu")
OVER = replace(PLAN, overwrite=True)


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "COUNT", 3)
    monkeypatch.setattr(looks, "BARS", 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("scores")
    write_scores(home)
    return home


@pytest.fixture(scope="module")
def data(folder: Path) -> TrainingData:
    return read_data(TASKS["compose"], DataRequest((str(folder),)))


@pytest.fixture
def model(folder: Path, tmp_path: Path) -> Path:
    to = tmp_path / "mine.safetensors"
    mr.train("compose", folder, to=to, settings=SMALL, progress=False, device="cpu")
    return to


def test_figures_stand_in_the_header_and_a_page_beside_the_model(
    model: Path, data: TrainingData
) -> None:
    before = mr.load(model)
    assert "own_pieces" not in before.metadata  # two updates are nothing to look at
    found = looks.own_pieces(model, data, PLAN)
    assert found.page == model.with_suffix(".html")
    assert "<html" in found.page.read_text()
    after = mr.load(model)
    assert after.metadata["own_pieces"] == found.as_json()
    assert found.as_json()["n"] == looks.COUNT
    assert all((after.checkpoint.arrays[n] == w).all() for n, w in before.checkpoint.arrays.items())
    text = found.as_text()
    assert "3 pieces of its own, seeds 1 to 3" in text
    assert "validation piece" in text
    assert len(text.splitlines()) <= 10


def test_a_page_of_the_model_before_goes_and_any_other_stays(
    folder: Path, model: Path, data: TrainingData
) -> None:
    page = model.with_suffix(".html")
    page.write_text("my own page")
    assert looks.own_pieces(model, data, PLAN).page is None
    for plan, resumed in ((PLAN, True), (OVER, False)):
        assert looks.own_pieces(model, data, plan, resumed=resumed).page is None
        assert page.read_text() == "my own page"
    said = looks.seen(model, data, OVER, result("finished", 30.0))
    assert f"{page} is no page of this training: it is kept" in said
    page.unlink()
    assert looks.own_pieces(model, data, PLAN).page == page
    first = page.read_bytes()
    mr.train("compose", folder, to=model, settings={**SMALL, "updates": 3}, overwrite=True,
             progress=False, device="cpu", seed=1)  # fmt: skip
    assert not page.exists()  # it was of the model before, and two updates are nothing to look at
    page.write_bytes(first)
    assert looks.own_pieces(model, data, OVER).page == page
    assert page.read_bytes() != first


def test_where_no_piece_is_looked_at_it_is_said(model: Path, data: TrainingData) -> None:
    said = looks.seen(model, data, PLAN, result("finished", 9.0))
    assert said == (
        "none of its pieces is looked at: it trained for 9 s, from 20 s on 3 are composed and "
        "measured"
    )
    assert looks.seen(model, data, PLAN, result("interrupted", 9.0)) == ""


def test_with_one_validation_piece_it_is_said_why_there_is_no_figure(
    model: Path, data: TrainingData
) -> None:
    examples = {**data.examples, "valid": data.examples["valid"][:1]}
    names = {**data.names, "valid": data.names["valid"][:1]}
    text = looks.own_pieces(model, replace(data, examples=examples, names=names), PLAN).as_text()
    assert "alike in all that is measured: no figure, that takes two pieces or more" in text
    assert "- (-)" not in text


def test_a_training_of_some_length_that_ended_is_looked_at(data: TrainingData) -> None:
    assert looks.looked_at(data, result("finished", 30.0))
    assert looks.looked_at(data, result("stopped early", 30.0))
    assert not looks.looked_at(data, result("finished", 1.0))
    assert not looks.looked_at(data, result("interrupted", 30.0))
    other = TrainingData(data.examples, data.encoding, {})
    assert not looks.looked_at(other, result("finished", 30.0))


def test_both_doors_look(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "LEAST_SECONDS", 0.0)
    there = tmp_path / "there.safetensors"
    words = [word for name, value in SMALL.items() for word in ("--set", f"{name}={value}")]
    line = ["train", "compose", str(folder), "-o", str(there), "--device", "cpu", *words]
    said = CliRunner().invoke(main, line)
    assert said.exit_code == 0, said.output
    assert "pieces of its own" in said.stdout
    assert f"a piece to hear: {there.with_suffix('.html')}" in said.stdout
    here = tmp_path / "here.safetensors"
    mine = mr.train("compose", folder, to=here, settings=SMALL, progress=False, device="cpu")
    assert mine.metadata["own_pieces"] == mr.load(there).metadata["own_pieces"]
