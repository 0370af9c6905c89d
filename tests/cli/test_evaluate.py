"""``musicrnn evaluate`` on small folders: tables, JSON, refusals and wrong names."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn_cli.main import main


def write_pieces(folder: Path, count: int, *, bars: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    folder.mkdir()
    for index in range(count):
        pitches = generator.choice([60, 62, 64, 65, 67, 69, 71, 72], bars * 8)
        notes = tuple(Note(i * 12, int(p), 12, 80) for i, p in enumerate(pitches))
        write_midi(make_score(24, [Track(notes)]), folder / f"{index:02d}.mid")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("evaluate")
    write_pieces(base / "human", 60, bars=8, seed=1)
    write_pieces(base / "generated", 6, bars=4, seed=2)
    write_midi(make_score(24, []), base / "generated" / "silent.mid")
    (base / "generated" / "broken.mid").write_bytes(b"MThd")
    return base / "generated", base / "human"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, words)])


def test_a_folder_as_a_table(folders: tuple[Path, Path]) -> None:
    result = run(*folders)
    assert result.exit_code == 0, result.output
    assert "n = 7" in result.stdout
    assert "wide overlap with held-out excerpts" in result.stdout
    assert "least alike: " in result.stdout
    for row in ("similarity 1", "velocity deviation", "top steps", "pitch range", "polyphony"):
        assert f"  {row}  " in result.stdout
    for row in ("last sixteenth notes", "bass begins on tonic"):
        assert f"  {row}  " in result.stdout
    assert "on chord tones" not in result.stdout  # no piece has chords
    assert "narrow overlap: 0." in result.stdout
    assert "melody, 16 notes" in result.stdout
    assert "silent.mid: silent" in result.stdout
    assert "left out broken.mid" in result.stderr
    assert "nan" not in result.stdout.split()


def test_a_folder_as_json(folders: tuple[Path, Path]) -> None:
    result = run(*folders, "--json", "--split", "valid")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["n"], found["split"], found["data"]) == (7, "valid", str(folders[1]))
    assert found["degenerate"] == {"silent.mid": "silent"}
    assert list(found["refused"]) == ["broken.mid"]
    assert 0 < found["mean_area"] <= 1
    assert 0 < found["wide"]["overlap"] <= 1
    assert len(found["wide"]["worst"]) == 5
    rows = {row["name"]: row for row in found["wide"]["rows"]}
    assert rows["velocity"]["group"] == "dynamics"
    assert rows["last_bar_weight"]["held_out"] == 1
    assert rows["on_chord_tones"]["generated"] is None


def test_what_cannot_be_evaluated_is_one_sentence(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    generated, human = folders
    cases = {
        (generated, "pop99"): "did you mean pop909?",
        (generated, human, "--split", "train"): "held out",
        (tmp_path, human): "no MIDI, ABC or MusicXML file",
        ("nonsense", human): "nonsense",
    }
    for words, message in cases.items():
        result = run(*words)
        assert result.exit_code == 1, words
        assert message in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
    assert run(generated).exit_code == 2
    assert run(*folders, "--split", "half").exit_code == 2


def test_another_split_is_offered_where_the_one_asked_is_empty(tmp_path: Path) -> None:
    write_pieces(tmp_path / "few", 6, bars=4, seed=3)
    (tmp_path / "few" / "my.csv").write_text(
        "file,split\n" + "".join(f"{n:02d}.mid,{'valid' if n else 'train'}\n" for n in range(6))
    )
    said = run("pop", tmp_path / "few" / "my.csv")
    assert said.exit_code == 1
    assert "the test split has no piece" in said.stderr
    assert "ask for another with --split train or --split valid" in said.stderr
    folder = run(tmp_path / "few", tmp_path / "few" / "my.csv")
    assert folder.exit_code == 1
    assert "--split valid" in folder.stderr
