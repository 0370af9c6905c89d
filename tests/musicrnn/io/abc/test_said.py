"""What of a tune is left out is told, a sentence a kind, with counts."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import musicrnn as mr
from musicrnn.io.abc import parse_abc, read_abc
from musicrnn.sources.readers import read_data
from musicrnn.training.data import DataRequest
from musicrnn.training.task import TASKS
from musicrnn_cli.main import main

HEADER = "X:1\nM:4/4\nL:1/8\nK:C\n"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("{g}C{ab}D", "2 groups of grace notes are not played: {g}, {ab}"),
        ("!trill!C ~D .E", "3 decorations are not played: !trill!, ~, ."),
        ("!f!C!p!C!f!C!mf!C!ff!C", "5 decorations are not played: !f!, !p!, !mf!, ..."),
        ("C !D.C.!D", "1 jump is not followed: !D.C.!"),
        ('"nonsense"C', "1 chord symbol is not understood: nonsense"),
        ('"D7/F#"C', "1 bass of a chord symbol is left out: D7/F#"),
        ("C\nw:la la", "1 line of lyrics is left out: w:la la"),
        ("m:~n2=o/n/m/n\nC", "1 macro is not expanded: m:~n2=o/n/m/n"),
        ("%%MIDI gchord fzcz\nC", "1 %%MIDI line is not read: gchord"),
        ("C;D?E", "2 places are no ABC and passed over: line 5, column 2: ';' means nothing in the "
         "music, ..."),
    ],
)  # fmt: skip
def test_what_is_left_out_is_said(body: str, sentence: str) -> None:
    assert parse_abc(HEADER + body).said == (sentence,)


@pytest.mark.parametrize(
    "body",
    [
        "(CD)E y .|F",
        '"^slowly"C"G(Em)"D"(Am)"E" "F',
        "%%titlefont Arial\nCDE",
        "C.-C.(DE)",
        "C\nw:",
    ],
)
def test_what_is_for_the_eye_alone_is_not(body: str) -> None:
    assert parse_abc(HEADER + body).said == ()


def test_a_tune_beyond_the_bounds_says_so() -> None:
    assert parse_abc(HEADER + "C" * 200_001).said == (
        "1 tune is cut short: 200000 characters are the most",
    )


def test_a_score_tells_it_and_is_no_other_music() -> None:
    score, plain = parse_abc(HEADER + "{g}CD"), parse_abc(HEADER + "CD")
    assert score == plain
    assert hash(score) == hash(plain)
    assert "1 group of grace notes is not played: {g}" in repr(score)
    assert score.transposed(2).said == score.said


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.abc"
    path.write_text(HEADER + "{g}CD|\n\n" + HEADER + "EF|\n")
    return path


def test_of_a_file_with_many_tunes_too(book: Path) -> None:
    said = ("its first tune of 2 is taken", "1 group of grace notes is not played: {g}")
    assert read_abc(book).said == said
    assert mr.read(book).said == said


def test_the_commands_say_it(book: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["render", str(book), "-o", str(tmp_path / "b.mid")])
    assert result.stderr.splitlines() == [
        f"{book}: its first tune of 2 is taken",
        f"{book}: 1 group of grace notes is not played: {{g}}",
    ]
    shown = CliRunner().invoke(main, ["tokenize", str(book), "--tokens", "abc"])
    assert shown.stderr == f"{book}:1: 1 group of grace notes is not played: {{g}}\n"


def test_a_check_does_not_say_that_all_was_kept(book: Path) -> None:
    check = ["tokenize", str(book), "--check", "--tokens", "abc"]
    first, second = CliRunner().invoke(main, check).stdout.splitlines()
    assert first.endswith(
        "2 of 2 notes kept of what was read; 1 group of grace notes is not played: {g}"
    )
    assert second.endswith("2 of 2 notes kept")
    told = CliRunner().invoke(main, [*check, "--json"]).stdout.splitlines()
    assert [json.loads(line)["said"] for line in told] == [
        ["1 group of grace notes is not played: {g}"], [],
    ]  # fmt: skip


def test_training_says_it(book: Path) -> None:
    data = read_data(TASKS["compose"], DataRequest((str(book.parent),)))
    assert "book.abc:1: 1 group of grace notes is not played: {g}" in data.said
