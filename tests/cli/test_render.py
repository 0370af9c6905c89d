"""The command ``musicrnn render``, inside this process and as a user starts it."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from musicrnn.io.audio import read_audio
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn_cli.main import main


@pytest.fixture
def tune(tmp_path):
    path = tmp_path / "tune.mid"
    write_midi(make_score(480, [Track((Note(0, 60, 480, 100),))]), path)
    return path


def run(*arguments):
    return CliRunner().invoke(main, ["render", *map(str, arguments)])


def test_default_is_a_wav_beside_the_piece(tune):
    result = run(tune)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{tune.with_suffix('.wav')}\n"
    assert read_audio(tune.with_suffix(".wav")).rate == 44_100


def test_every_option_as_a_user_types_it(tune):
    outputs = [tune.with_name(f"a{suffix}") for suffix in (".flac", ".html", ".svg")]
    arguments = [str(x) for path in outputs for x in ("-o", path)]
    result = subprocess.run(
        [sys.executable, "-m", "musicrnn_cli.main", "render", tune, *arguments, "--rate", "22050"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [str(path) for path in outputs]
    assert read_audio(outputs[0]).rate == 22_050


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.mid"], "cannot read missing.mid"),
        (["tune.doc"], "got .doc"),
        (["TUNE", "-o", "x.mp4"], "got .mp4"),
        (["TUNE", "--soundfont", "TUNE"], "not a SoundFont"),
        (["TUNE", "--rate", "3"], "8000..192000 Hz, got 3"),
    ],
)
def test_errors_are_a_sentence(tune, monkeypatch, arguments, words):
    monkeypatch.chdir(tune.parent)
    result = run(*(tune if argument == "TUNE" else argument for argument in arguments))
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert [path.name for path in tune.parent.iterdir()] == ["tune.mid"]


def test_wrong_usage_exits_with_2(tune):
    assert run().exit_code == 2
    assert run(tune, "--rate", "fast").exit_code == 2
