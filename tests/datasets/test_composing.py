"""Little or nothing usable, one piece to evaluate on; data commands agree with training."""

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import read_midi, write_midi
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.score import Note, Track, make_score
from musicrnn.sources.catalogue import survey, write_prepared
from musicrnn.sources.readers import measured, read_data
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.training.data import DataRequest
from musicrnn.training.task import TASKS
from musicrnn_cli.main import main

COMPOSE = TASKS["compose"]
TUNE = "X:{0}\nL:1/8\nM:4/4\nK:C\n{1}CDEF GABc|cBAG FEDC|]\n"


def tune(path: Path, seed: int) -> None:
    pitches = 60 + np.random.default_rng(seed).integers(0, 12, 16)
    notes = tuple(Note(240 * i, int(p), 240, 80) for i, p in enumerate(pitches))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_midi(make_score(480, [Track(notes)]), path)


def run(*words: object, code: int) -> str:
    result = CliRunner().invoke(main, [*map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


def test_too_little_is_counted_and_every_file_named(tmp_path: Path) -> None:
    home = tmp_path / "midi"
    tune(home / "one.mid", 1)
    with pytest.raises(MusicRNNError, match=r"1 usable piece, two are needed \(none left out\)"):
        COMPOSE.check(read_data(COMPOSE, DataRequest((str(home),))))
    for name in ("a", "b"):
        (home / f"{name}.mid").write_bytes(b"MThd\0\0" + name.encode())
    said = run("train", "compose", home, "-o", tmp_path / "m.safetensors", code=1)
    assert said.index("left out a.mid: ") < said.index("left out b.mid: ")
    assert "1 usable piece, two are needed (2 left out: 2 x the MIDI header" in said


def test_nothing_usable_is_said_by_data_too(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.mid").write_bytes(b"MThd\0\0" + name.encode())
    said = run("data", "prepare", tmp_path, "-o", tmp_path / "out", code=1)
    assert "left out b.mid: " in said
    assert "can be used (2 left out: 2 x the MIDI header" in said
    assert "can be read (2 left out" in run("data", "inspect", tmp_path, code=1)
    assert "0 usable pieces" in run(
        "train", "compose", tmp_path, "-o", tmp_path / "m.safetensors", code=1
    )


def test_one_piece_is_enough_to_evaluate_on(tmp_path: Path) -> None:
    tokenizer = BeatTokenizer()
    config = LanguageConfig(
        vocabulary=len(tokenizer.vocabulary), embedding=4, hidden=4, layers=1, dropout=0
    )
    network = LanguageModel(config)
    metadata = {
        "task": "compose",
        "model": network.configuration(),
        "tokenizer": {"name": tokenizer.name, **tokenizer.configuration()},
    }
    checkpoint = Checkpoint(network.arrays(), metadata)
    Checkpoint(network.arrays(), metadata).save(tmp_path / "m.safetensors")
    seen: set[str] = set()
    for seed in range(60):
        home = tmp_path / str(seed)
        tune(home / "one.mid", seed)
        (split,) = (
            name
            for name, ids in read_data(COMPOSE, DataRequest((str(home),))).examples.items()
            if ids
        )
        if split in seen:
            continue
        seen.add(split)
        found, _ = measured([checkpoint], DataRequest((str(home),)), split)
        assert found.n == 1
        assert ("bigram" in found.likelihood.baselines) == (split == "train")
        assert "token" in run(
            "evaluate", tmp_path / "m.safetensors", home, "--split", split, code=0
        )
        if split == "train":
            with pytest.raises(MusicRNNError, match="train 1 piece, valid 0 pieces"):
                measured([checkpoint], DataRequest((str(home),)))
    assert seen == {"train", "valid", "test"}


def test_data_commands_choose_the_tokens_of_training(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.abc").write_text(TUNE.format(1, "EFG" * (number + 1) + "|"))
    found = read_data(COMPOSE, DataRequest((str(tmp_path),)))
    assert survey(str(tmp_path))["tokens"] == found.encoding.name == "tune"


def test_no_prepared_piece_overwrites_another(tmp_path: Path) -> None:
    home, out = tmp_path / "midi", tmp_path / "out"
    names = ["a/b.mid", "a-b.mid", "x.midi", "x.mid", "x-2.mid", "y.kar", "Y.mid"]
    for seed, name in enumerate(names):
        tune(home / name, seed)
    (home / "z.abc").write_text(TUNE.format(1, "") + "\n" + TUNE.format(2, "EFGA|"))
    written, refused = write_prepared(str(home), out)
    assert not refused
    files = [path.relative_to(out).as_posix() for path in out.rglob("*.mid")]
    assert written == len(files) == 9
    assert any(file.endswith("/a/b.mid") for file in files)
    assert any(file.endswith("/z-2.mid") for file in files)
    assert not any(".mid.mid" in file or ".midi" in file for file in files)
    assert all(read_midi(out / file).note_count for file in files)
