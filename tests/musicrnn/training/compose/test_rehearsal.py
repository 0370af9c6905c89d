"""Some of a base's own corpus is read beside the new pieces, and validated on by no one."""

from pathlib import Path

import numpy as np
import pytest

import musicrnn as mr
from musicrnn.checkpoint import Checkpoint
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn.sources.readers import read_data, rehearsing
from musicrnn.training.compose.data import TokenData
from musicrnn.training.compose.rehearsal import learnt_from, some_of
from musicrnn.training.data import DataRequest, Piece
from musicrnn.training.task import TASKS

SMALL = {"hidden": 8, "embedding": 8, "layers": 1, "updates": 2}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the tunes that come with the package."""
    to = tmp_path_factory.mktemp("base") / "base.safetensors"
    data = mr.data("irish-tunes", tokens="beat")
    mr.train("compose", data, to=to, settings=SMALL, progress=False, device="cpu")
    return to


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "mine"
    home.mkdir()
    for seed in range(8):
        pitches = np.random.default_rng(seed).integers(60, 72, 48)
        notes = tuple(Note(240 * i, int(pitch), 240, 80) for i, pitch in enumerate(pitches))
        write_midi(make_score(480, [Track(notes)]), home / f"{seed}.mid")
    return home


def read(folder: Path, base: Path, *, beside: bool) -> TokenData:
    request, model = DataRequest((str(folder),)), Checkpoint.load(base)
    data = read_data(TASKS["compose"], rehearsing(request, model) if beside else request, model)
    assert isinstance(data, TokenData)
    return data


def test_a_share_of_what_is_read_is_the_corpus(folder: Path, base: Path) -> None:
    alone, beside = (read(folder, base, beside=beside) for beside in (False, True))
    assert beside.counts() == alone.counts()
    task = TASKS["compose"]
    assert task.baselines(beside, "valid") == task.baselines(alone, "valid")
    own = len(alone.examples["train"])
    pieces, outlooks, weights = learnt_from(beside, 0.25)
    assert len(pieces) > own
    assert outlooks is not None
    assert weights is not None
    assert len(pieces) == len(outlooks) == len(weights)
    assert weights[own:].sum() == pytest.approx(0.25)
    assert weights.sum() == pytest.approx(1)
    assert len(learnt_from(beside, 0.0)[0]) == len(learnt_from(alone, 0.25)[0]) == own
    assert [each["name"] for each in beside.description["corpora"]] == ["mine", "irish-tunes"]
    assert "pieces of irish-tunes that the base learnt from" in beside.title


def test_it_follows_from_the_base_and_can_be_left_out(folder: Path, base: Path) -> None:
    def corpora(name: str, **settings: float) -> list[str]:
        to = folder.parent / f"{name}.safetensors"
        said = {"updates": 1, **settings}
        made = mr.train(
            "compose", folder, to=to, base=base, settings=said, progress=False, device="cpu"
        )
        return [each["name"] for each in made.metadata["data"]["corpora"]]

    assert corpora("a") == ["mine", "irish-tunes"]
    assert corpora("b", rehearsal=0.0) == ["mine"]


def test_a_corpus_that_is_asked_for_anyway_is_not_read_twice(base: Path) -> None:
    assert rehearsing(DataRequest(("irish-tunes",)), Checkpoint.load(base)).rehearse == ()


def test_pieces_are_taken_evenly_from_the_training_ones() -> None:
    pieces = [
        Piece(str(n), "train" if n % 2 else "valid", lambda: make_score(4)) for n in range(600)
    ]
    taken = [int(piece.name) for piece in some_of(pieces)]
    assert len(taken) == len(set(taken)) == 60
    assert taken[0] < 10
    assert taken[-1] > 580
    assert all(number % 2 for number in taken)
