"""``musicrnn train classify`` on one's own words: what it begins with, and what comes of it."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from musicrnn.checkpoint import Checkpoint
from musicrnn.face.progress import ProgressBar
from musicrnn.io.audio import write_audio
from musicrnn.pretrained import load_model
from musicrnn.training.run_state import RunState
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main

RATE = 16_000
STILL = ("--set", "learning_rate=1e-12", "--set", "weight_decay=0", "--set", "updates=1")
TINY = [
    word
    for setting in ("hidden=8", "channels=2", "last=4", "depth=0", "batch_size=8")
    for word in ("--set", setting)
]
BRIEF = ("--set", "updates=4", "--set", "validate_every=2")


def write_words(folder: Path, speakers: str, *, words: tuple[str, ...] = ("left", "up")) -> Path:
    """Two takes of each word by each speaker: tones of a pitch for each word."""
    for number, word in enumerate(words):
        (folder / word).mkdir(parents=True)
        for speaker in speakers.split():
            for take in range(2):
                random = np.random.default_rng([number, take, *speaker.encode()])
                tone = np.sin(2 * np.pi * 300 * (number + 1) * np.arange(8000) / RATE)
                sound = 0.2 * np.hanning(8000) * tone
                sound = np.pad(sound, 8000) + 0.005 * random.standard_normal(24_000)
                path = folder / word / f"{speaker}_{take:02}.wav"
                write_audio(Waveform(sound[None].astype(np.float32), RATE), path)
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, brief_words: None) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many") / "many"
    return write_words(folder, "ann bob cid dan eve fay gus hal")


def train(folder: Path, output: Path, *words: str, exit_code: int = 0) -> Result:
    line = ["train", "classify", str(folder), "-o", str(output), *words]
    result = CliRunner().invoke(main, line)
    assert result.exit_code == exit_code, result.output
    return result


def test_ones_own_words_begin_with_the_bundled_commands(many: Path, tmp_path: Path) -> None:
    output = tmp_path / "words.safetensors"
    said = train(many, output, *STILL).stderr
    assert "begins with the weights of commands (--from none: from scratch)\n" in said
    made, base = Checkpoint.load(output), load_model("commands")
    assert made.metadata["from"] == "commands"
    assert [corpus["name"] for corpus in made.metadata["before"]] == ["arabic-commands"]
    assert made.metadata["labels"] == ["left", "up", "_unknown_", "_silence_"]
    assert made.metadata["features"] == {**base.metadata["features"], "seconds": 1.5}
    for name, weights in base.arrays.items():
        if not name.startswith("output.") and ".norm." not in name:  # norms follow the batches
            np.testing.assert_allclose(made.arrays[name], weights, atol=1e-5, err_msg=name)
    known = base.metadata["labels"]
    rows = made.arrays["output.weight"]
    for row, label in enumerate(made.metadata["labels"]):  # all of them Arabic words of the base
        same = base.arrays["output.weight"][known.index(label)]
        np.testing.assert_allclose(rows[row], same, atol=1e-5)
    train(many, output, *STILL, "--set", "updates=2", "--resume")


def test_words_that_the_base_does_not_know_begin_at_random(tmp_path: Path) -> None:
    folder = write_words(tmp_path / "w", "a1x b2y c3z dd ee ff gg", words=("left", "zorro"))
    train(folder, tmp_path / "m.safetensors", *STILL)
    made, base = Checkpoint.load(tmp_path / "m.safetensors"), load_model("commands")
    row = made.arrays["output.weight"][made.metadata["labels"].index("zorro")]
    assert np.abs(base.arrays["output.weight"] - row).max(1).min() > 0.01


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--from", "none", *TINY], ""),
        (TINY, "begins from scratch and not with commands: hidden is 192 there, got 8"),
        (["--cell", "lstm", *TINY], "cell is gru there, got lstm"),
        (["--recipe", "commands-micro"], "commands-micro is a network of its own"),
    ],
)
def test_another_network_begins_from_scratch(
    many: Path, tmp_path: Path, words: list[str], sentence: str
) -> None:
    output = tmp_path / "m.safetensors"
    said = train(many, output, *words, "--set", "updates=1").stderr
    assert sentence in said
    assert "begins with" not in said
    assert "from" not in Checkpoint.load(output).metadata
    train(many, output, *words, "--set", "updates=2", "--resume")


def test_what_cannot_be_asked_for_is_refused_before_anything_is_read(
    many: Path, tmp_path: Path
) -> None:
    output = tmp_path / "m.safetensors"
    assert "no setting 'hiden'" in train(many, output, "--set", "hiden=8", exit_code=1).stderr
    for setting in ("drawing.variation.shift", "drawing.other", "layer.zoneout", "learning_rate"):
        said = train(many, output, "--set", f"{setting}=nan", exit_code=1).stderr
        assert said.startswith(f"musicrnn: {setting} must be ")
    words = ("--from", "commands", "--set", "hidden=8")
    assert "hidden is 192 in commands" in train(many, output, *words, exit_code=1).stderr
    assert train(many, output, "--from", "genre", exit_code=1).stderr == (
        "musicrnn: the model does not know 2 of the labels, such as 'left': it knows blues, "
        "classical, country, disco, hiphop ...\n"
    )
    assert not output.exists()


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_words(tmp_path_factory.mktemp("few") / "few", "anna ben carl dora")


def files(output: Path) -> set[str]:
    return {path.name for path in output.parent.glob(f"{output.stem}*")}


def test_few_speakers_are_crossed_over(few: Path, tmp_path: Path) -> None:
    output = tmp_path / "few.safetensors"
    others = [
        tmp_path / f"few-fold{fold}.safetensors{end}" for fold in (1, 2) for end in ("", ".run")
    ]
    for path in (*others, output):
        path.write_bytes(b"of somebody else")
    said = train(few, output, *TINY, *BRIEF, "--overwrite").stderr
    for path in others:  # they are no networks of this model
        assert path.read_bytes() == b"of somebody else"
        path.unlink()
    assert "4 are too few to spare some, each is held out of one of 3 networks" in said
    assert "train 16 clips, valid 0 clips, test 0 clips" in said
    assert "network 1 of 3: without anna, dora\n" in said
    assert "network 3 of 3: without carl\n" in said
    assert "a voice that it has not learnt from: " in said
    assert "n = 16), from " in said
    assert "16 clips to validate on are too few to set a threshold: they make 4 min" in said
    made = Checkpoint.load(output).metadata
    crossed = made["crossed"]
    assert crossed["networks"] == 3
    assert 2 <= crossed["updates"] == made["updates"] <= 4
    assert [person["n"] for person in crossed["people"]] == [4, 4, 4, 4]
    right = sum(person["right"] for person in crossed["people"])
    assert made["metrics"]["valid_accuracy"] == right / 16
    assert made["metrics"]["valid_n"] == 16
    assert {"temperature", "detector", "curve"} <= made.keys()
    assert files(output) == {"few.safetensors", "few.safetensors.run"}
    learnt = CliRunner().invoke(main, ["evaluate", str(output), str(few)])
    assert learnt.exit_code == 1
    assert "learnt from all of" in learnt.stderr
    assert "a voice that it has not learnt from" in learnt.stderr
    others = write_words(tmp_path / "others", "emil")
    told = CliRunner().invoke(main, ["evaluate", str(output), str(others)])
    assert "on all of" in told.stdout
    assert "n = 4" in told.stdout


@pytest.mark.parametrize("where", [1, 6, 13])  # in the first network, the second, the model
def test_crossed_runs_go_on_where_they_were_interrupted(
    few: Path, tmp_path: Path, where: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    train(few, whole, *TINY, *BRIEF)
    updates, before = 0, ProgressBar.updated

    def updated(bar: ProgressBar, state: RunState, figures: dict[str, float]) -> None:
        nonlocal updates
        updates += 1
        before(bar, state, figures)
        if updates == where:
            raise KeyboardInterrupt

    monkeypatch.setattr(ProgressBar, "updated", updated)
    said = train(few, parts, *TINY, *BRIEF, exit_code=130).stderr
    assert "interrupted after" in said
    if where < 12:
        assert not parts.exists()
        with monkeypatch.context() as unread:  # refused before a file is looked at
            unread.setattr(
                "musicrnn.sources.readers.learning_data", lambda *_: pytest.fail("it is read")
            )
            again = train(few, parts, *TINY, *BRIEF, exit_code=1).stderr
        assert "name another file, go on with --resume" in again
    train(few, parts, *TINY, *BRIEF, "--resume")
    one, other = Checkpoint.load(whole), Checkpoint.load(parts)
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name], err_msg=name)
    for name in ("crossed", "temperature", "detector", "curve", "metrics", "updates"):
        assert one.metadata[name] == other.metadata[name]
    assert files(parts) == {"parts.safetensors", "parts.safetensors.run"}
    train(few, parts, *TINY, *BRIEF, "--resume")  # which is at its end
    assert Checkpoint.load(parts).metadata["metrics"] == one.metadata["metrics"]


def test_speech_to_tell_words_from_is_asked_for_where_there_is_none(
    many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hint = "musicrnn data list says how to get gcompris-voices, asterisk-prompts"
    monkeypatch.delenv("MUSICRNN_DATA", raising=False)
    said = train(many, tmp_path / "a.safetensors", *TINY, "--set", "updates=1").stderr
    assert hint in said
    assert "4 clips to validate on are too few to set a threshold" in said
    (tmp_path / "data" / "gcompris-voices").mkdir(parents=True)
    monkeypatch.setenv("MUSICRNN_DATA", str(tmp_path / "data"))
    assert hint not in train(many, tmp_path / "b.safetensors", *TINY, "--set", "updates=1").stderr
