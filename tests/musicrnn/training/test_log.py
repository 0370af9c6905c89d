"""The CSV of a training: a row an update, whole after an interruption, other files untouched."""

import csv
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.training.log import COLUMNS, TrainingLog
from musicrnn.training.run_state import RunState

FIGURES = {"loss": 1.5, "gradient_norm": 0.5, "learning_rate": 1e-3, "items_a_second": 12345.678}


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def write(path: Path, updates: range, valid: tuple[int, ...] = (), **how: bool) -> None:
    with TrainingLog(path, **how) as log:
        for update in updates:
            state = RunState(total=100, update=update, seconds=update / 4)
            log.updated(state, {**FIGURES, "loss": update + len(how)})
            if update in valid:
                log.validated(state, {"loss": 0.25, "accuracy": 0.5})


def test_a_row_an_update(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    write(path, range(1, 5), valid=(2, 4))
    found = rows(path)
    assert path.read_text().splitlines()[0] == ",".join(COLUMNS)
    assert [row["update"] for row in found] == ["1", "2", "3", "4"]
    assert [row["validation_loss"] for row in found] == ["", "0.25", "", "0.25"]
    assert found[1] == {
        "update": "2", "seconds": "0.500", "training_loss": "2", "learning_rate": "0.001",
        "gradient_norm": "0.5", "items_a_second": "12345.7", "validation_loss": "0.25",
    }  # fmt: skip


def test_every_row_is_on_disk_at_once(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    with TrainingLog(path) as log:
        log.updated(RunState(total=9, update=1), FIGURES)
        assert len(rows(path)) == 1
        log.validated(RunState(total=9, update=1), {"loss": 2.0})
        assert rows(path)[0]["validation_loss"] == "2"


def test_a_resumed_run_doubles_no_row(tmp_path: Path) -> None:
    """The run was saved after update 3, the log had come to 5 and a broken row."""
    path = tmp_path / "log.csv"
    write(path, range(1, 6), valid=(2,))
    with path.open("a") as file:
        file.write("6,1.5,2")
    write(path, range(4, 8), resume=True)
    found = rows(path)
    assert [row["update"] for row in found] == list("1234567")
    assert [row["training_loss"] for row in found] == ["1", "2", "3", "5", "6", "7", "8"]
    assert found[1]["validation_loss"] == "0.25"
    write(path, range(1, 3), overwrite=True)
    assert [row["update"] for row in rows(path)] == ["1", "2"]


def test_a_log_without_an_update_is_not_there(tmp_path: Path) -> None:
    with TrainingLog(tmp_path / "log.csv") as log:
        log.validated(RunState(total=3, update=3), {"loss": 1.0})
    assert not (tmp_path / "log.csv").exists()


def test_another_file_is_not_touched(tmp_path: Path) -> None:
    other, log = tmp_path / "tunes.csv", tmp_path / "log.csv"
    other.write_text("file,label\n")
    write(log, range(1, 2))
    cases = {
        other: "is no log of a training",
        log: "exists already: name another file",
        tmp_path / "x" / "log.csv": "a log is a file in a folder that there is",
        tmp_path: "a log is a file",
    }
    for path, message in cases.items():
        with pytest.raises(MusicRNNError, match=message):
            TrainingLog(path)
    with pytest.raises(MusicRNNError, match="is no log"):
        TrainingLog(other, overwrite=True)
    assert other.read_text() == "file,label\n"
