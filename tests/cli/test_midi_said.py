"""What is to be known of a MIDI file, and what tokens change of it, is said by each command."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from musicrnn.io.midi import midi_bytes, write_midi
from musicrnn.score import Note, TimeSignature, Track, make_score
from musicrnn.sources.scores import read_source
from musicrnn.training.compose.data import token_data
from musicrnn.training.data import DataRequest
from musicrnn_cli.main import main

MELODY = Track(tuple(Note(480 * i, 60 + i % 12, 480, 80) for i in range(40)))
CUT = "it is cut off: track 2 says"
METRE = "bars of 10/4 are written as 5/4 5/4"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One whole piece, one without its last byte, one with an odd metre."""
    write_midi(make_score(480, [MELODY]), tmp_path / "whole.mid")
    louder = Track(tuple(Note(n.start, n.pitch + 1, 480, 90) for n in MELODY.notes))
    (tmp_path / "cut.mid").write_bytes(midi_bytes(make_score(480, [louder]))[:-1])
    slower = Track(tuple(Note(2 * n.start, n.pitch, 480, 70) for n in MELODY.notes))
    odd = make_score(480, [slower], time_signatures=[TimeSignature(0, 10, 4)])
    write_midi(odd, tmp_path / "odd.mid")
    return tmp_path


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exit_code == 0, result.output
    return result


def test_render(folder: Path) -> None:
    picture = folder / "a.svg"
    assert f"{folder / 'cut.mid'}: {CUT}" in run("render", folder / "cut.mid", "-o", picture).stderr
    assert not run("render", folder / "whole.mid", "-o", picture).stderr


def test_render_says_what_other_programs_may_play_otherwise(folder: Path) -> None:
    band = make_score(480, [Track((Note(0, 60 + i, 480, 80),), i) for i in range(17)])
    write_midi(band, folder / "band.mid")
    result = run("render", folder / "band.mid", "-o", folder / "again.mid")
    assert "2 tracks are on a second port" in result.stderr
    with pytest.warns(UserWarning, match="2 tracks are on a second port"):
        band.save(folder / "third.mid")


def test_tokenize(folder: Path) -> None:
    said = run("tokenize", "--check", *sorted(folder.glob("*.mid"))).stderr.splitlines()
    assert [line.partition(": ")[2][: len(CUT)] for line in said] == [CUT, METRE[: len(CUT)]]


def test_data_inspect(folder: Path) -> None:
    assert f"cut.mid: {CUT}" in run("data", "inspect", folder).stdout


def test_train_and_evaluate(folder: Path) -> None:
    """All kinds of model say what their data say."""
    data = token_data([read_source(str(folder))], DataRequest((str(folder),)))
    assert [line for line in data.said if line.startswith(f"cut.mid: {CUT}")]
    assert f"odd.mid: {METRE}" in data.said
    assert not [line for line in data.said if line.startswith("whole.mid")]
