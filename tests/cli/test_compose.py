"""musicrnn compose: every option, from the command line to the file."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from musicrnn.io.audio import read_audio
from musicrnn.io.midi import read_midi
from musicrnn.tokens import TOKENIZERS
from musicrnn_cli.main import main


def compose(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["compose", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.mark.parametrize("name", [*TOKENIZERS, "drums"])
def test_the_same_seed_gives_the_same_bytes(models, tmp_path: Path, name: str) -> None:
    length = ("--seconds", 6) if name == "performance" else ("--bars", 4)
    for file in ("a.mid", "b.mid"):
        compose("--model", models[name], *length, "--seed", 7, "-o", tmp_path / file)
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()
    assert read_midi(tmp_path / "a.mid").note_count > 0


def test_a_piece_does_not_depend_on_its_batch(models, tmp_path: Path) -> None:
    compose("--model", models["beat"], "--seed", 5, "--count", 4, "-o", tmp_path / "many.mid")
    compose("--model", models["beat"], "--seed", 7, "-o", tmp_path / "one.mid")
    assert (tmp_path / "many-003.mid").read_bytes() == (tmp_path / "one.mid").read_bytes()


def test_without_options_it_writes_midi_and_sound_here(models, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = compose("--model", models["beat"], "--bars", 2)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 2
    assert names[0].startswith("beat-")
    assert names[0].endswith(".mid")
    assert names[1] == names[0].replace(".mid", ".wav")
    assert all(name in said for name in names)
    assert "seed" in said
    assert read_audio(tmp_path / names[1]).samples.any()


def test_json_says_what_the_piece_is(models, tmp_path: Path) -> None:
    said = compose(
        "--model", models["beat"], "--seed", 3, "--bars", 5, "--key", "Bbm", "--tempo", 90,
        "--time-signature", "3/4", "--json", "-o", tmp_path / "t.mid",
    )  # fmt: skip
    record = json.loads(said)
    assert record["key"] == "Bb minor"
    assert record["time_signature"] == "3/4"
    assert (record["bars"], record["seed"], record["tempo"]) == (5, 3, 90.0)
    score = read_midi(record["files"][0])
    assert score.note_count == record["notes"]
    assert score.time_signatures[0].numerator == 3


def test_chords_are_the_ones_that_were_asked_for(models, tmp_path: Path) -> None:
    path = tmp_path / "t.mid"
    compose("--model", models["beat"], "--chords", "C F#m7 | Bb:maj7", "--bars", 6, "-o", path)
    names = [chord.name for chord in read_midi(path).chords]
    assert names == ["C:maj", "F#:min7", "Bb:maj7"] * 2


def test_seconds_bound_the_length(models, tmp_path: Path) -> None:
    path = tmp_path / "t.mid"
    compose("--model", models["beat"], "--seconds", 10, "--tempo", 120, "-o", path)
    assert 8 <= read_midi(path).seconds <= 30


@pytest.mark.parametrize("name", ["beat", "drums"])
def test_a_primer_is_continued(models, tmp_path: Path, name: str) -> None:
    compose("--model", models[name], "--bars", 3, "--seed", 1, "-o", tmp_path / "primer.mid")
    compose("--model", models[name], "--bars", 2, "--primer", tmp_path / "primer.mid",
            "-o", tmp_path / "more.mid")  # fmt: skip
    primer, more = read_midi(tmp_path / "primer.mid"), read_midi(tmp_path / "more.mid")
    first = [(n.start / primer.ticks_per_quarter, n.pitch) for n in primer.tracks[0].notes]
    found = [(n.start / more.ticks_per_quarter, n.pitch) for n in more.tracks[0].notes]
    assert found[: len(first)] == first
    assert len(found) > len(first)


def test_a_tune_is_written_as_its_own_text(models, tmp_path: Path) -> None:
    path = tmp_path / "t.abc"
    compose("--model", models["abc"], "--bars", 4, "--time-signature", "6/8", "-o", path)
    assert path.read_text().splitlines()[2] == "M:6/8"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--top-p", 1.4), 1, "top_p must be in (0, 1], got 1.4"),
        (("--temperature", 0), 1, "temperature must be in (0, 100], got 0"),
        (("--bars", 0), 1, "bars must be 1 or more, got 0"),
        (("--bars", 4, "--seconds", 3), 2, "not both"),
        (("--key", "H"), 2, "a key reads like"),
        (("--chords", "C Xyz"), 2, "a chord reads like"),
        (("--time-signature", "3/7"), 1, "no token for the time 3/7"),
        (("-o", "nowhere/t.mid"), 1, "no folder nowhere"),
        (("-o", "t.docx"), 1, "suffix must be one of"),
        (("--primer", "missing.mid"), 1, "missing.mid"),
        (("--device", "tpu"), 1, "auto, cpu or cuda"),
    ],
)
def test_wrong_values_get_one_sentence(models, tmp_path, monkeypatch, words, code, message) -> None:
    monkeypatch.chdir(tmp_path)
    said = compose("--model", models["beat"], *words, code=code)
    assert message in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_style_names_the_known_ones(tmp_path: Path) -> None:
    assert "there is no model 'popp'" in compose("--style", "popp", code=1)
