"""``musicrnn evaluate --stream`` on a few words and a network that has learnt nothing."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result

from musicrnn.checkpoint import Checkpoint
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.io.audio import write_audio
from musicrnn.networks.words import WordsModel
from musicrnn.networks.words_config import WordsConfig
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main
from musicrnn_datasets import wordless

RATE = 16_000
WORDS = ("go", "left", "stop")
SIZES = {"hidden": 8, "channels": 2, "last": 4, "depth": 0}
BRIEF = ("--stream", "--hours", "0.01", "--seed", "3", "--wordless", "0")


def write_words(folder: Path, words: tuple[str, ...]) -> Path:
    random = np.random.default_rng(0)
    time = np.arange(RATE // 2) / RATE
    for number, word in enumerate(words):
        (folder / word).mkdir(parents=True)
        for speaker in range(8):
            pitch = 200 * (number + 1) + 7 * speaker
            sound = 0.3 * np.sin(2 * np.pi * pitch * time) + 0.01 * random.standard_normal(
                len(time)
            )
            sound = np.pad(sound, RATE // 4).astype(np.float32)
            write_audio(Waveform(sound[None], RATE), folder / word / f"s{speaker}_nohash_0.wav")
    return folder


def write_model(
    path: Path, *, task: str = "words", bidirectional: bool = False, **entries: Any
) -> Path:
    torch.manual_seed(0)
    model = WordsModel(WordsConfig(labels=5, bidirectional=bidirectional, **SIZES))
    metadata = {
        "task": task,
        "model": model.configuration(),
        "labels": [*WORDS, "_unknown_", "_silence_"],
        "features": CausalLogMel().configuration(),
        "temperature": 0.02,  # so sure that it fires: five labels' logits are all near 0
        "detector": {"threshold": 0.5, "smoothing": 0.1, "refractory": 0.5},
        **entries,
    }
    Checkpoint(model.arrays(), metadata).save(path)
    return path


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("stream")
    return {
        "words": write_words(base / "words", WORDS),
        "others": write_words(base / "others", ("cat", "dog", "go")),
        "model": write_model(base / "model.safetensors"),
        "both": write_model(base / "both.safetensors", bidirectional=True),
        "base": base,
    }


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brief_words: None) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, words)])


def test_json_and_a_picture(given: dict[str, Path], tmp_path: Path) -> None:
    plot = tmp_path / "det.png"
    unknown = ("--unknown", given["others"])
    asked = (*BRIEF, "--snr", "10,20", "--json", "--plot", plot, *unknown)
    result = run(given["model"], given["words"], *asked)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert (found["split"], found["snr"], found["hours"], found["seed"]) == (
        "test", [10.0, 20.0], 0.01, 3,
    )  # fmt: skip
    first, second = found["streams"]
    assert found["n"] == first["n"] + second["n"]
    assert first["n"] == second["n"] > 3  # the same words at both
    assert 0 <= found["interval"][0] <= found["detection"] <= found["interval"][1] <= 1
    assert found["detector"]["threshold"] == found["threshold"]
    assert len(found["det"]) > 20
    assert set(found["det"][0]) == {"threshold", "miss", "false_accepts_an_hour"}
    assert first["shipped"]["false_accepts_an_hour"] > 0  # it says anything at any time
    assert found["clips"]["n"] >= 3
    assert plot.read_bytes().startswith(b"\x89PNG")
    again = run(given["model"], given["words"], *BRIEF, "--snr", "10,20", "--json", *unknown)
    assert json.loads(again.stdout) == found


def test_text(given: dict[str, Path]) -> None:
    result = run(given["model"], given["words"], *BRIEF, "--split", "valid")
    assert result.exit_code == 0, result.output
    for part in ("10 dB", "false accepts/h", "threshold", "streaming costs", "over noise", "own"):
        assert part in result.stdout
    assert "no word spoken" not in result.stdout


CURVE = {"hours": 1.45081, "points": [
    {"threshold": 0.5, "miss": 0.2, "false_accepts_an_hour": 1.0},
    {"threshold": 0.9, "miss": 0.4, "false_accepts_an_hour": 0.0},
]}  # fmt: skip
HOURS = {"valid_n": 900, "valid_stream_hours": 1.0, "valid_wordless_hours": 1.45081}


def test_a_folder_that_was_not_learnt_from(given: dict[str, Path], tmp_path: Path) -> None:
    """All of it is in the stream, and said to be, unless a split is asked for."""
    model = write_model(tmp_path / "m.safetensors", curve=CURVE, metrics=HOURS)
    plot = tmp_path / "det.svg"
    result = run(model, given["words"], *BRIEF, "--plot", plot)
    assert result.exit_code == 0, result.output
    assert f"{model} on all of {given['words']}, n = " in result.stdout
    assert "the model has not learnt from words: all of it is measured on\n" in result.stderr
    assert "on 1 h made of validation words and 1.45 h of other sound, where 80.0%" in result.stdout
    assert f"all of {given['words']}" in plot.read_text()
    found = json.loads(run(model, given["words"], *BRIEF, "--json").stdout)
    assert (found["split"], found["clips"]["n"]) == ("all", 24)
    assert (found["valid"]["hours"], found["valid"]["other_hours"]) == (1.0, 1.45081)
    asked = run(model, given["words"], *BRIEF, "--split", "test")
    assert f"on the test split of {given['words']}" in asked.stdout
    assert "not learnt" not in asked.stderr
    assert "0.03 h made of validation words, where" in asked.stdout


def test_a_model_that_has_learnt_from_all_of_it(given: dict[str, Path], tmp_path: Path) -> None:
    files = [path.read_bytes() for path in given["words"].rglob("*.wav")]
    listed = {"train": [hashlib.sha256(content).hexdigest()[:8] for content in files]}
    model = write_model(
        tmp_path / "m.safetensors", curve=CURVE, metrics=HOURS,
        data={"corpora": [{"name": "elsewhere", "listed": listed}]},
        crossed={"people": [{"right": 3, "n": 4}, {"right": 4, "n": 4}]},
    )  # fmt: skip
    for words in ((), BRIEF):
        result = run(model, given["words"], *words)
        assert result.exit_code == 1
        assert "learnt from all of" in result.stderr
        assert "measure it on other recordings" in result.stderr


def test_hours_without_words(
    given: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MUSICRNN_DATA", raising=False)
    monkeypatch.setattr(wordless, "COMPOSED", ("folk",))
    words = (given["model"], given["words"], *BRIEF[:-1], "0.01", "--data", tmp_path)
    result = run(*words)
    assert result.exit_code == 0, result.output
    for part in ("no word spoken", "music", "silence", "the model's own detector", "fired there"):
        assert part in result.stdout
    found = {each["kind"]: each for each in json.loads(run(*words, "--json").stdout)["wordless"]}
    assert set(found) == {"music", "noise", "silence"}
    assert found["music"]["hours"] == pytest.approx(0.01, abs=0.001)
    low, high = found["music"]["interval"]
    assert low <= found["music"]["false_accepts_an_hour"] <= high
    assert found["music"]["shipped"]["count"] > 0  # it says anything at any time


def test_what_has_no_stream_is_one_sentence(given: dict[str, Path], tmp_path: Path) -> None:
    result = run(given["both"], given["words"], *BRIEF)
    assert result.exit_code == 1
    assert "cannot hear a stream" in result.stderr
    other = write_model(tmp_path / "other.safetensors", task="classify")
    result = run(other, given["words"], *BRIEF)
    assert (result.exit_code, "it cannot listen" in result.stderr) == (1, True)
    result = run(given["model"], given["words"], *BRIEF, "--unknown", given["words"])
    assert result.exit_code == 1
    assert "no word that the model does not know" in result.stderr
    result = run(given["model"], given["words"], *BRIEF, "--plot", tmp_path / "det.pdf")
    assert (result.exit_code, "det.pdf" in result.stderr) == (1, True)


def test_a_picture_that_cannot_be_written_is_known_beforehand(
    given: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "musicrnn_cli.stream_evaluation.evaluate_stream", lambda *_, **__: pytest.fail("heard")
    )
    (tmp_path / "det.png").mkdir()
    for plot, said in (("det.png", "it is a folder"), ("none/det.png", "there is no folder")):
        result = run(given["model"], given["words"], *BRIEF, "--plot", tmp_path / plot)
        assert (result.exit_code, said in result.stderr) == (1, True)
    monkeypatch.setattr("musicrnn.io.save.os.access", lambda path, mode: False)
    result = run(given["model"], given["words"], *BRIEF, "--plot", tmp_path / "other.png")
    assert (result.exit_code, "may not be written to" in result.stderr) == (1, True)


@pytest.mark.parametrize("words", [("--snr", "10"), ("--hours", "1"), ("--seed", "1")])
def test_options_of_a_stream_need_one(given: dict[str, Path], words: tuple[str, str]) -> None:
    result = run(given["model"], given["words"], *words)
    assert result.exit_code == 2
    assert f"{words[0]} needs --stream" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--snr", "loud"), "--snr"),
        (("--snr", "99"), "-40..80"),
        (("--hours", "0"), "hours must be"),
        (("--snr", "10,nan"), "-40..80"),
        (("--wordless", "0.0005"), "must be 0, or 0.01 to 100, got 0.0005"),
    ],
)
def test_wrong_values(given: dict[str, Path], words: tuple[str, str], said: str) -> None:
    result = run(given["model"], given["words"], "--stream", *words)
    assert result.exit_code == 1
    assert said in result.stderr
