"""Whatever number an option is given, a command does its work or says one sentence."""

from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.io.audio import write_audio
from musicrnn.io.midi import write_midi
from musicrnn.tokens import TOKENIZERS
from musicrnn.waveform import Waveform
from musicrnn_cli import compose, harmonize, listen, render, vary
from musicrnn_cli.main import main
from tests.musicrnn.four_voices import random_score, untrained_voices

COMMANDS = {"compose": compose, "harmonize": harmonize, "vary": vary, "listen": listen,
            "render": render}  # fmt: skip
COMPOSING = [*TOKENIZERS, "drums", "voices", "frames"]
FLOATS = ("0", "-1", "nan", "inf", "-inf", "1e308", "1e-308")
INTEGERS = ("0", "-1", "1" + "0" * 30)
BARS = ("0", "-1", "5-1", "0-0", "999999", "1-" + "9" * 30, "nan", "1e3")
METRES = ("0/4", "3/0", "3/3", "99/1", "99/32", "1/32", "-3/4", "nan/4")


def numeric(command: click.Command) -> Iterator[tuple[str, str]]:
    """Every option of a number, with every number that there is trouble with."""
    for option in command.params:
        numbers = {"float": FLOATS, "float range": FLOATS, "integer": INTEGERS,
                   "integer range": INTEGERS}.get(option.type.name, ())  # fmt: skip
        yield from ((option.opts[0], number) for number in numbers)


CASES = [
    *(
        ("compose", model, option, number)
        for model in COMPOSING
        for option, number in (
            *numeric(compose.command),
            *(("--time-signature", metre) for metre in METRES),
        )
    ),
    *(
        (name, None, option, number)
        for name in ("harmonize", "vary", "listen", "render")
        for option, number in numeric(COMMANDS[name].command)
    ),
    *(("vary", None, "--bars", bars) for bars in BARS),
    *(("harmonize", None, "--track", track) for track in INTEGERS),
]


def everywhere(name: str, command: click.Command) -> Iterator[tuple[str, click.Option]]:
    """The options of a command and, of a group, of all in it."""
    context = click.Context(command, info_name=name)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None, below
            yield from everywhere(f"{name} {below}", found)
    yield from ((name, each) for each in command.params if isinstance(each, click.Option))


NUMBERS = [(name, option) for name, option in everywhere("musicrnn", main)
           if option.type.name in ("float", "float range")]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "option"), NUMBERS, ids=[f"{name} {option.opts[0]}" for name, option in NUMBERS]
)
def test_no_option_takes_what_is_no_finite_number(name: str, option: click.Option) -> None:
    for number in ("nan", "inf", "-inf"):
        with pytest.raises(click.BadParameter):
            option.type.convert(number, option, click.Context(click.Command(name)))


@pytest.fixture(scope="session")
def composing(models, tmp_path_factory) -> dict[str, str]:
    """What to compose with, by the kind of its model."""
    path = tmp_path_factory.mktemp("voices") / "voices.safetensors"
    untrained_voices().save(path)
    return {**{name: str(path) for name, path in models.items()}, "voices": str(path),
            "frames": "jsb"}  # fmt: skip


@pytest.fixture(scope="session")
def pieces(tmp_path_factory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pieces")
    write_midi(random_score(0, bars=2), folder / "four.mid")
    write_audio(Waveform(np.zeros((1, 8000), np.float32), 16_000), folder / "silence.wav")
    return {"music": str(folder / "four.mid"), "sound": str(folder / "silence.wav")}


@pytest.mark.parametrize(("name", "model", "option", "number"), CASES)
def test_a_number_is_taken_or_refused(
    composing, pieces, tmp_path: Path, monkeypatch, name, model, option, number
) -> None:
    monkeypatch.chdir(tmp_path)
    words = {
        "compose": ["--model", composing.get(model), "--seed", "1", "-o", "t.mid"],
        "harmonize": [pieces["music"], "--model", composing["voices"], "-o", "t.mid"],
        "vary": [pieces["music"], "--model", composing["voices"], "-o", "t.mid", "--bars", "1"],
        "listen": [pieces["sound"], "--model", "commands-micro"],
        "render": [pieces["music"], "-o", "t.wav"],
    }[name]
    if name == "compose" and option != "--seconds":
        words += ["--seconds", "0.5"] if model == "performance" else ["--bars", "1"]
    result = CliRunner().invoke(main, [name, *words, option, number])
    said = result.stderr
    if result.exit_code == 0:
        return
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code in (1, 2), said
    assert list(tmp_path.iterdir()) == [], said
    if result.exit_code == 1:
        (sentence,) = said.splitlines()
        assert sentence.startswith("musicrnn: ")
