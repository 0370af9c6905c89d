"""What DATA of a comparison becomes: frames or tokens, and their usual budgets."""

from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.training.task import TASKS
from musicrnn_datasets.comparing import compared_task, subject, usual


def test_polyphonic_sets_are_frames(corpora: Path) -> None:
    task = compared_task("polyphonic-jsb")
    assert task is TASKS["frames"]
    sizes, budget, _ = usual(task)
    found, refused = subject(task, "polyphonic-jsb", sizes, data=corpora)
    assert refused == []
    assert found.data.counts() == {"train": 229, "valid": 76, "test": 77}
    assert budget.parameters == 20_000
    assert found.baselines["marginal"] == pytest.approx(11.060, abs=1e-3)


def test_other_corpora_are_tokens(corpora: Path) -> None:
    task = compared_task("jsb-chorales")
    assert task is TASKS["compose"]
    sizes, budget, _ = usual(task)
    found, _ = subject(task, "jsb-chorales", sizes, data=corpora)
    assert (found.data.counts()["train"], found.data.counts()["test"]) == (229, 77)
    assert found.settings()["data"] == "jsb-chorales"
    assert budget.parameters == 200_000


def test_neither_corpus_nor_folder() -> None:
    with pytest.raises(MusicRNNError, match="did you mean polyphonic-piano"):
        compared_task("polyphonic-pianos")
