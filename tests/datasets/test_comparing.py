"""What DATA of a comparison becomes: frames or tokens, and their usual budgets."""

from pathlib import Path

import pytest

from musicrnn.comparison.frames import FrameSettings, FrameTask
from musicrnn.comparison.tokens import TokenSettings, TokenTask
from musicrnn.errors import MusicRNNError
from musicrnn_datasets.comparing import comparison_task, settings_for, usual


def test_polyphonic_sets_are_frames(corpora: Path) -> None:
    settings = settings_for("polyphonic-jsb")
    assert isinstance(settings, FrameSettings)
    task, refused = comparison_task("polyphonic-jsb", settings, data=corpora)
    assert isinstance(task, FrameTask)
    assert refused == []
    counts = [len(p) for p in (task.train_pieces, task.valid_pieces, task.test_pieces)]
    assert counts == [229, 76, 77]
    assert usual(settings)[0].parameters == 20_000
    assert task.baselines["marginal"] == pytest.approx(11.060, abs=1e-3)


def test_other_corpora_are_tokens(corpora: Path) -> None:
    settings = settings_for("jsb-chorales")
    assert isinstance(settings, TokenSettings)
    task, _ = comparison_task("jsb-chorales", settings, data=corpora)
    assert isinstance(task, TokenTask)
    assert (len(task.material.train), len(task.test_pieces)) == (229, 77)
    assert task.settings()["data"] == "jsb-chorales"
    assert usual(settings)[0].parameters == 200_000


def test_neither_corpus_nor_folder() -> None:
    with pytest.raises(MusicRNNError, match="did you mean polyphonic-piano"):
        settings_for("polyphonic-pianos")
