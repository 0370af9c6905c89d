"""Sizes follow from the data and the minutes; wishes win; a run keeps what it was begun with."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file

import musicrnn as mr
from musicrnn.face.data import Data
from musicrnn.face.report import outcome_lines
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn.sources.readers import read_data
from musicrnn.sources.score_splits import BY_CONTENT, BY_FAMILY
from musicrnn.training.compose.data import TokenData
from musicrnn.training.compose.settings import ComposeSettings
from musicrnn.training.compose.sizing import MINUTES, SIZED, plan, sized
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import SPLITS
from musicrnn.training.loop import TrainingResult
from musicrnn.training.run_state import RunState, begun_with, run_path
from musicrnn.training.task import TASKS
from musicrnn.training.wanted import ENDLESS, Wanted
from tests.musicrnn.training.small import data_of
from tests.musicrnn.training.test_loop import TOKENIZER

COMPOSE = TASKS["compose"]


def size(tokens: int, minutes: float) -> ComposeSettings:
    return sized(ComposeSettings(), tokens=tokens, pieces=100, minutes=minutes)


def data(tokens: int = 300_000) -> TokenData:
    pieces = [np.zeros(1000, np.int32)] * (tokens // 1000)
    return data_of(pieces, pieces[:5], encoding=TOKENIZER, kind=TokenData)


def settled(*words: str, minutes: float | None = None, **how):
    return Wanted(ComposeSettings(), words, minutes, **how).settled(COMPOSE, data())


def test_more_time_and_more_data_make_a_larger_network() -> None:
    for many in (30_000, 300_000, 3_000_000, 30_000_000):
        units = [size(many, minutes).hidden for minutes in (1, 10, 30, 120, 600)]
        assert units == sorted(units)
    for minutes in (1, 10, 30, 120, 600):
        units = [size(many, minutes).hidden for many in (30_000, 300_000, 3_000_000, 30_000_000)]
        assert units == sorted(units)
    assert size(30_000, 600).hidden < size(30_000_000, 600).hidden
    assert size(300_000, 2).dropout < size(30_000, 2).dropout


def test_rows_are_no_more_than_pieces() -> None:
    few = sized(ComposeSettings(), tokens=900, pieces=3, minutes=10)
    assert few.batch_size == 3


def test_few_data_end_a_training_before_its_minutes() -> None:
    settings = size(30_000, 10)
    window = settings.batch_size * settings.sequence_length
    assert (plan(settings, tokens=30_000).updates or 0) * window < 200 * 30_000


def test_what_is_asked_for_wins() -> None:
    usual, _ = settled(minutes=2.0)
    settings, planned = settled("hidden=48", "learning_rate=0.01", "rows=5", minutes=2.0)
    assert (settings.hidden, settings.batch_size, planned.learning_rate) == (48, 5, 0.01)
    others = set(SIZED) - {"hidden", "batch_size"}
    assert all(getattr(settings, name) == getattr(usual, name) for name in others)


def test_the_length_is_as_it_is_said() -> None:
    _, usual = settled()
    assert (usual.minutes, usual.validate_every) == (MINUTES, 0)
    _, counted = settled("updates=7")
    assert (counted.updates, counted.minutes, counted.validate_every) == (7, None, 200)
    _, timed = settled("minutes=3")
    assert timed.minutes == 3
    _, both = settled("updates=7", minutes=3.0)
    assert (both.updates, both.minutes) == (7, 3.0)


def test_other_kinds_keep_their_own_plan() -> None:
    words = TASKS["voices"]
    settings, planned = Wanted(words.settings(), (), None).settled(words, data())
    assert settings == words.settings()
    assert (planned.minutes, planned.validate_every) == (30.0, 200)


def test_a_run_that_goes_on_has_the_sizes_that_it_was_begun_with() -> None:
    begun = {"hidden": 384, "layers": 2, "validate_every": 200, "learning_rate": 0.002, "seed": 9}
    settings, planned = settled(minutes=2.0, begun=begun)
    assert (settings.hidden, settings.layers) == (384, 2)
    assert (planned.validate_every, planned.learning_rate, planned.seed) == (200, 0.002, 0)
    assert planned.updates == ENDLESS  # so many minutes more
    assert settled("hidden=24", begun=begun)[0].hidden == 24  # the loop refuses it by name


def folder(home: Path) -> Path:
    """Tunes and the same in another key."""
    home.mkdir()
    for seed in range(20):
        pitches = np.random.default_rng(seed).integers(60, 72, 48)
        for key in (0, 3):
            notes = tuple(Note(240 * i, int(p) + key, 240, 80) for i, p in enumerate(pitches))
            write_midi(make_score(480, [Track(notes)]), home / f"{key}-{seed}.mid")
    return home


def train(home: Path, to: Path, **how) -> mr.Model:
    settings = {"hidden": 8, "embedding": 8, **how.pop("settings", {})}
    return mr.train("compose", home, to=to, settings=settings, progress=False, device="cpu", **how)


def test_what_ended_a_run_before_its_minutes_is_said() -> None:
    data = data_of([np.zeros(40, np.int32)] * 5, [])
    plan = TrainingConfig(updates=10, minutes=1.0)
    state = RunState(total=10, update=10, items=30_000)
    assert COMPOSE.ended_by(data, plan, state) == "each piece was read 150 times"
    assert COMPOSE.ended_by(data, replace(plan, minutes=None), state) == ""  # as it was asked
    assert COMPOSE.ended_by(data, plan, replace(state, update=9)) == ""
    outcome = TrainingResult("finished", state, because="each piece was read 150 times")
    (line, *_) = outcome_lines(outcome, Path("m.safetensors"))
    assert line.startswith("finished (each piece was read 150 times) after 10 updates")


def test_other_minutes_go_on_with_the_same_network(tmp_path: Path) -> None:
    home, to = folder(tmp_path / "mine"), tmp_path / "m.safetensors"
    train(home, to, minutes=0.01)
    before = begun_with(run_path(to))
    assert before["split"] == [BY_FAMILY]
    again = train(home, to, minutes=30, settings={"updates": 40}, resume=True)
    assert again.metadata["model"]["layers"] == before["layers"]
    assert begun_with(run_path(to))["batch_size"] == before["batch_size"]
    with pytest.raises(mr.MusicRNNError, match="layers was 1, got 2"):
        train(home, to, minutes=1, settings={"layers": 2}, resume=True)


def test_a_run_of_before_goes_on_as_its_folder_was_split(tmp_path: Path) -> None:
    home, to = folder(tmp_path / "mine"), tmp_path / "m.safetensors"
    whole = mr.data(home).request
    old = type(whole)(whole.sources, split_by=BY_CONTENT)
    assert read_data(COMPOSE, old).counts() != read_data(COMPOSE, whole).counts()
    first = mr.train(
        "compose", Data(old), to=to, progress=False, device="cpu",
        settings={"hidden": 8, "embedding": 8, "layers": 2, "updates": 3},
    )  # fmt: skip
    _forget(run_path(to), "split")
    train(home, to, settings={"updates": 5, "layers": 2}, resume=True)
    second = mr.load(to)
    assert second.metadata["data"]["sha256"] == first.metadata["data"]["sha256"]
    assert set(SPLITS) == set(second.metadata["data"]["pieces"])


def _forget(path: Path, name: str) -> None:
    """As a run was written before it said that."""
    with safe_open(path, "pt") as file:
        header = json.loads(file.metadata()["run"])
    del header["made_with"][name]
    save_file(load_file(path), path, metadata={"run": json.dumps(header)})
