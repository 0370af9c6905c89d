"""musicrnn inspect --gradients: a table, JSON and a picture; without the flag nothing is read."""

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.io.audio import write_audio
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["inspect", *map(str, words)])
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result.output


def test_a_table(models) -> None:
    lines = run(models["drums"], "--gradients", "--steps", "6").splitlines()
    assert "of its own, seed 0" in lines[0]
    assert lines[2].split() == [
        "tokens", "back", "state", "/", "at", "0", "state", "hidden", "cell", "input",
    ]  # fmt: skip
    assert [line.split()[0] for line in lines[3:] if line] == ["0", "1", "2", "4", "6"]
    first, last = (lines[at].split() for at in (3, 7))
    assert first[1] == "1"
    assert float(last[1]) == pytest.approx(float(last[2]) / float(first[2]), rel=0.01)


def test_json_and_a_picture_of_two_models(models, tmp_path: Path) -> None:
    picture = tmp_path / "both.svg"
    said = run(
        models["drums"], "--gradients", "--beside", models["beat"], "--steps", 5, "--seed", 3,
        "--json", "-o", picture,
    )  # fmt: skip
    records = [json.loads(line) for line in said.splitlines()]
    assert [record["model"] for record in records] == [str(models["drums"]), str(models["beat"])]
    for record in records:
        assert record["steps"] == 5
        assert "seed 3" in record["read"]
        assert {len(norms) for norms in record["norms"].values()} == {6}
    root = ElementTree.parse(picture).getroot()
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 2
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"drums", "beat", "tokens back"} <= set(texts)


def test_a_png_of_one_model(models, tmp_path: Path) -> None:
    run(models["drums"], "--gradients", "--steps", 4, "-o", tmp_path / "one.png")
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """Two labels of twelve chords each, some of them for testing."""
    random = np.random.default_rng(0)
    time = np.arange(22_050 * 4) / 22_050
    for label, octave in (("low", 110), ("high", 880)):
        (tmp_path / "songs" / label).mkdir(parents=True)
        for number in range(12):
            pitches = octave * 2 ** random.random(3)
            sound = sum(np.sin(2 * np.pi * pitch * time) for pitch in pitches) * (time % 0.5 < 0.4)
            wave = Waveform(0.2 * sound[None].astype(np.float32), 22_050)
            write_audio(wave, tmp_path / "songs" / label / f"{number}.wav")
    return tmp_path / "songs"


def test_a_classifier_is_shown_by_its_input(songs: Path, tmp_path: Path) -> None:
    model = tmp_path / "m.safetensors"
    words = ["train", "classify", str(songs), "-o", str(model), "--set", "updates=2"]
    result = CliRunner().invoke(main, [*words, "--set", "hidden=4"])
    assert result.exit_code == 0, result.output
    lines = run(model, "--gradients", "--on", songs, "--steps", 8).splitlines()
    assert "recordings of the test split" in lines[0]
    assert lines[2].split() == ["frames", "back", "input", "/", "at", "0", "input"]
    assert float(lines[3].split()[2]) > 0
    assert "it cannot make pieces of its own" in run(model, "--gradients", code=1)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--steps", "3"), 2, "--steps belongs to --gradients"),
        (("-o", "x.svg"), 2, "--output belongs to --gradients"),
        (("--data", "."), 2, "--data belongs to --gradients"),
        (("--beside", "pop"), 2, "--beside belongs to --gradients"),
        (("--gradients", "-o", "x.pdf"), 1, "must be one of .svg .png, got .pdf"),
        (("--gradients", "-o", "nowhere/x.svg"), 1, "there is no folder nowhere"),
        (("--gradients", "--steps", "0"), 2, "0 is not in the range"),
        (("--gradients", "--on", "nothing-there"), 1, "nothing-there"),
        (("--gradients", "--steps", "100000"), 1, "ask for fewer steps"),
    ],
)
def test_what_cannot_be_shown(models, words, code: int, message: str) -> None:
    assert message in run(models["drums"], *words, code=code)


def test_without_the_flag_only_the_header_is_read() -> None:
    code = (
        "import sys\n"
        "from musicrnn_cli.main import main\n"
        "try: main(['inspect', 'pop'])\n"
        "except SystemExit: pass\n"
        "sys.exit('imported torch' if 'torch' in sys.modules else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "task  compose" in result.stdout
