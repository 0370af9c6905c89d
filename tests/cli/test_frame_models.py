"""The bundled models of frames: what their cards say of them is what evaluate finds."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from musicrnn.io.midi import read_midi
from musicrnn.pretrained import FOLDER
from musicrnn_cli.main import main

MODELS = ("jsb", "nottingham", "musedata", "piano")


def run(*words: object) -> str:
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("corpora")
def test_the_card_of_jsb_has_the_figure_that_evaluate_finds() -> None:
    found = json.loads(run("evaluate", "jsb", "polyphonic-jsb", "--json"))
    card = (FOLDER / "jsb.md").read_text("utf-8")
    assert found["n"] == 77
    assert f"**{found['nats_per_step']:.3f}**" in card
    assert f"{found['baselines']['markov']:.3f}" in card
    assert found["nats_per_step"] < 4.6


@pytest.mark.parametrize("name", MODELS)
def test_it_composes(name: str, tmp_path: Path) -> None:
    first, again = tmp_path / "first.mid", tmp_path / "again.mid"
    record = json.loads(
        run("compose", "--style", name, "--bars", 2, "--seed", 3, "-o", first, "--json")
    )
    assert record["bars"] == 2
    assert record["tokens"] == (8 if name == "jsb" else 16)  # quarters, eighths
    assert read_midi(first).note_count == record["notes"] > 0
    run("compose", "--style", name, "--bars", 2, "--seed", 3, "-o", again)
    assert first.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("name", MODELS)
def test_its_file_says_what_it_is(name: str) -> None:
    text = run("inspect", name)
    assert f"--recipe {name}" in text
    assert "markov" in text
