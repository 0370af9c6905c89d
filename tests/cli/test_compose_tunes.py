"""musicrnn compose --style folk: lengths in seconds, primers, tempos and keys in every file."""

import json
from pathlib import Path

import pytest

from musicrnn.io.abc import parse_abc
from tests.cli.composing import compose

PRIMER = (
    "X:1\nT:Primer\nM:4/4\nL:1/8\nQ:1/4=120\nK:G\n"
    'GA|"G"B2B2B2AG|"C"E2G2G2AB|"G"d2d2"D7"c2A2|"G"G6|]\n'
)


def record(*words: object) -> dict[str, object]:
    return json.loads(compose("--style", "folk", "--seed", 3, "--json", *words).splitlines()[-1])


def test_seconds_are_whole_bars_with_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "t.abc"
    for words, bars in (((), None), (("--time-signature", "6/8", "--tempo", 165), 28)):
        said = record("--seconds", 30, *words, "-o", path)
        assert said == {**record("--seconds", 30, *words, "-o", path), **only_times(said)}
        assert bars in (None, said["bars"])
        assert said["form"]
        score = parse_abc(path.read_text(), strict=True)
        assert score.seconds == pytest.approx(30, rel=0.1)
        assert score.tracks[0].notes[-1].pitch % 12 == score.keys[0].tonic


def only_times(said: dict[str, object]) -> dict[str, object]:
    return {"sampling_seconds": said["sampling_seconds"]}


def test_behind_a_primer_sections_stand_between_repeat_signs(tmp_path: Path) -> None:
    primer, path = tmp_path / "p.abc", tmp_path / "t.abc"
    primer.write_text(PRIMER)
    for words, bars in ((("--form", "AABB"), 32), (("--bars", 16), 16), (("--seconds", 32), 16)):
        said = record("--primer", primer, *words, "-o", path)
        assert said["bars"] == 4 + bars
        score = parse_abc(path.read_text(), strict=True)
        assert score.tracks[0].notes[-1].pitch % 12 == 7
        assert (score.chords[-1].root, score.chords[-1].quality) == (7, "maj")
    compose("--style", "folk", "--primer", primer, "--form", "AABB", "--seed", 3, "-o", path)
    assert path.read_text().count("|:") == 2


@pytest.mark.parametrize(("tempo", "said"), [("999", "999"), ("97.3", "97.3"), ("4", "4")])
def test_the_text_says_the_tempo_that_was_asked(tmp_path: Path, tempo: str, said: str) -> None:
    compose("--style", "folk", "--tempo", tempo, "--seed", 1, "-o", tmp_path / "t.abc")
    assert f"\nQ:1/4={said}\n" in (tmp_path / "t.abc").read_text()


@pytest.mark.parametrize(("key", "name"), [("F#", "F# major"), ("Gb", "F# major"), ("D#m", "Eb")])
def test_a_key_has_one_spelling(tmp_path: Path, key: str, name: str) -> None:
    said = record("--key", key, "-o", tmp_path / "t.abc")
    assert str(said["key"]).startswith(name)
    assert f"\nK:{name.split()[0]}" in (tmp_path / "t.abc").read_text()


def test_what_is_no_abc_in_a_primer_is_said(tmp_path: Path) -> None:
    primer, path = tmp_path / "p.abc", tmp_path / "t.abc"
    body = "GABc defg a[CE|e2e2e2e2|d2d2B2B2|G8|]"
    primer.write_text(f"X:1\nM:4/4\nL:1/8\nK:G\n{body}\n")
    said = compose("--style", "folk", "--primer", primer, "--bars", 4, "--seed", 1, "-o", path)
    assert f"{primer}: 1 place is no ABC and passed over: line 5, column 12: a bracket" in said
    metre = path.read_text().partition("M:")[2].partition("\n")[0]
    assert f", {metre}, " in said
