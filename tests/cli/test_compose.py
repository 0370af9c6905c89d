"""musicrnn compose: every option, from the command line to the file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from musicrnn.io.audio import read_audio
from musicrnn.io.midi import read_midi, write_midi
from musicrnn.score import Note, Tempo, Track, make_score
from musicrnn.tokens import TOKENIZERS
from tests.cli.composing import compose


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


@pytest.mark.parametrize("tempo", [5, 137.3, 999])
def test_seconds_are_counted_at_the_wished_tempo(models, tmp_path: Path, tempo: float) -> None:
    path = tmp_path / "t.mid"
    compose("--model", models["beat"], "--seconds", 30, "--tempo", tempo, "--time-signature", "2/4",
            "-o", path)  # fmt: skip
    score = read_midi(path)
    assert score.tempos[0].bpm == pytest.approx(tempo, rel=1e-4)
    bar = 120 / tempo
    assert 30 - bar < score.seconds_at(score.bars()[-1][0]) + bar < 30 + bar + 1e-3


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


def test_a_piece_of_seconds_ends_with_its_last_bar(models, tmp_path: Path) -> None:
    compose("--model", models["beat"], "--seconds", 12, "--count", 8, "--seed", 1,
            "-o", tmp_path / "t.mid")  # fmt: skip
    for path in tmp_path.glob("*.mid"):
        score = read_midi(path)
        start, metre = score.bars()[-1]
        assert score.end <= start + metre.bar_ticks(score.ticks_per_quarter)
        assert score.seconds_at(start) <= 20  # a change of tempo can add a bar


def test_chords_go_without_a_key_where_tokens_have_none(models, tmp_path: Path) -> None:
    path = tmp_path / "t.mid"
    compose("--model", models["drums"], "--chords", "C G7", "--bars", 2, "-o", path)
    assert [chord.name for chord in read_midi(path).chords] == ["C:maj", "G:7"]


def test_a_tune_keeps_the_tempo_of_its_primer(models, tmp_path: Path) -> None:
    track = Track(tuple(Note(480 * i, 64, 240, 80) for i in range(8)))
    write_midi(make_score(480, [track], tempos=[Tempo.from_bpm(0, 143)]), tmp_path / "p.mid")
    compose("--model", models["abc"], "--primer", tmp_path / "p.mid", "--bars", 2, "-o",
            tmp_path / "t.mid")  # fmt: skip
    (tempo,) = read_midi(tmp_path / "t.mid").tempos
    assert tempo.bpm == pytest.approx(143, abs=0.01)


def test_wished_chords_bring_their_key(models, tmp_path: Path) -> None:
    said = compose("--model", models["beat"], "--chords", "C Am F G7", "--json", "-o",
                   tmp_path / "t.mid")  # fmt: skip
    assert json.loads(said)["key"] == "C major"


def test_tokens_without_bars_have_a_length_in_seconds(models, tmp_path: Path) -> None:
    compose("--model", models["performance"], "-o", tmp_path / "t.mid")
    assert read_midi(tmp_path / "t.mid").seconds <= 35


def test_a_played_primer_is_quantised_aloud(models, tmp_path: Path) -> None:
    notes = tuple(Note(241 * i + 17 * (i % 3), 60 + i % 5, 200, 80) for i in range(24))
    write_midi(make_score(480, [Track(notes)]), tmp_path / "p.mid")
    said = compose("--model", models["beat"], "--primer", tmp_path / "p.mid", "--bars", 1, "-o",
                   tmp_path / "t.mid")  # fmt: skip
    assert "the primer keeps to no grid" in said


def test_a_tune_is_written_as_its_own_text(models, tmp_path: Path) -> None:
    path = tmp_path / "t.abc"
    compose("--model", models["abc"], "--bars", 4, "--time-signature", "6/8", "-o", path)
    assert path.read_text().splitlines()[2] == "M:6/8"
    said = compose("--model", models["abc"], "--bars", 4, "--count", 5, "--json", "-o", path)
    assert {json.loads(line)["bars"] for line in said.splitlines()} == {4}


def test_processes_compose_the_same_pieces(models, tmp_path: Path) -> None:
    for jobs in (1, 2):
        (tmp_path / str(jobs)).mkdir()
        said = compose("--model", models["beat"], "--bars", 1, "--seed", 5, "--count", 40, "--jobs",
                       jobs, "--json", "-o", tmp_path / str(jobs) / "p.mid")  # fmt: skip
        assert [json.loads(line)["seed"] for line in said.splitlines()] == list(range(5, 45))
    names = sorted(path.name for path in (tmp_path / "1").iterdir())
    assert len(names) == 40
    for name in names:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_the_best_of_several(models, tmp_path: Path) -> None:
    words = ("--model", models["beat"], "--bars", 2, "--seed", 3, "--json", "-o")
    several = ("--best-of", 4)
    one, best, again = (
        json.loads(compose(*words, tmp_path / f"{name}.mid", *more))
        for name, more in (("one", ()), ("best", several), ("again", several))
    )
    assert (tmp_path / "best.mid").read_bytes() == (tmp_path / "again.mid").read_bytes()
    assert one["bars"] == best["bars"] == again["bars"] == 2


@pytest.mark.parametrize("weights", ["bfloat16", "int8"])
def test_lighter_weights_compose_too(models, tmp_path: Path, weights: str) -> None:
    compose("--model", models["beat"], "--bars", 2, "--store", weights, "-o", tmp_path / "t.mid")
    assert read_midi(tmp_path / "t.mid").note_count > 0


def test_neither_torch_nor_scipy_is_waited_for(models, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from musicrnn_cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit as end: assert end.code == 0\n"
        "late = [name for name in ('torch', 'scipy.linalg', 'librosa') if name in sys.modules]\n"
        "sys.exit('imported: ' + ' '.join(late) if late else 0)"
    )
    words = ["compose", "--model", models["beat"], "--bars", 2, "-o", tmp_path / "t.wav"]
    compose(*words[1:])  # what is not compiled yet is kept now
    ended = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (tmp_path / "t.wav").is_file()
