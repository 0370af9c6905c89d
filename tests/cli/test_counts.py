"""One of a thing is one thing: no command says ``1 bars``."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn_cli.main import main
from tests.musicrnn.four_voices import random_score, untrained_voices


def said(*words: object) -> str:
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exit_code in (0, 1), repr(result.exception)
    assert isinstance(result.exception, SystemExit | None), repr(result.exception)
    return result.output


@pytest.fixture
def one(tmp_path: Path) -> Path:
    """A folder with one piece of one note."""
    (tmp_path / "one").mkdir()
    write_midi(make_score(480, [Track((Note(0, 72, 480, 80),))]), tmp_path / "one" / "one.mid")
    return tmp_path / "one"


def test_one_of_a_thing_is_one_thing(models, one: Path, tmp_path: Path) -> None:
    voices, band = tmp_path / "voices.safetensors", tmp_path / "band.mid"
    untrained_voices().save(voices)
    soprano, alto = random_score(0, bars=1).tracks[:2]
    write_midi(make_score(480, [soprano, alto]), band)
    write_midi(random_score(0, bars=1), tmp_path / "four.mid")
    tune = tmp_path / "two.abc"
    tune.write_text("X:1\nK:C\nC|\n\nX:2\nK:G\nG|\n", encoding="utf-8")
    out = ("-o", tmp_path / "out.mid")
    texts = [
        *(said("compose", "--model", models[name], "--bars", 1, *out) for name in ("beat", "abc")),
        said("compose", "--model", voices, "--bars", 1, *out),
        said("compose", "--style", "jsb", "--bars", 1, *out),
        said("compose", "--model", models["drums"], "--primer", one / "one.mid", "--bars", 1),
        said("compose", "--model", models["performance"], "--bars", 1, *out),
        said("tokenize", one / "one.mid", "--check", "--tokens", "beat"),
        said("tokenize", tune, "--check", "--tokens", "abc"),
        said("render", one / "one.mid", "-o", tmp_path / "one.svg"),
        said("harmonize", band, "--model", voices, "--keep", "soprano", *out),
        said("vary", tmp_path / "four.mid", "--model", voices, "--bars", 1, *out),
        said("data", "inspect", one),
        said("data", "prepare", one, "-o", tmp_path / "prepared"),
        said("train", "compose", one, "-o", tmp_path / "m.safetensors", "--device", "cpu"),
        said("evaluate", models["beat"], one, "--split", "train"),
        said("inspect", models["beat"]),
    ]
    wrong = [found for text in texts for found in re.findall(r"(?<![\d.,])1 [a-z-]+s\b", text)]
    assert not wrong
    counts = [found for text in texts for found in re.findall(r"(?<![\d.,])1 [a-z-]+", text)]
    assert {"1 bar", "1 note", "1 piece", "1 other"} <= set(counts)
