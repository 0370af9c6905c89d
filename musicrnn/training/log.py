"""A training's course as a CSV file, a row an update.

Conventions. Losses are nats a token, frame or recording; the validation loss stands in the rows of
the updates after which there was a validation. Seconds are those of the run, also over an
interruption. A run that is resumed goes on below the rows up to its last saved state; rows behind
it, of updates that are made again, are dropped.
"""

from __future__ import annotations

from io import TextIOWrapper
from pathlib import Path
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.training.lock import first_process
from musicrnn.training.run_state import RunState

FIGURES = {
    "training_loss": "loss",
    "learning_rate": "learning_rate",
    "gradient_norm": "gradient_norm",
    "items_a_second": "items_a_second",
}  # column: what the loop calls it
COLUMNS = ("update", "seconds", *FIGURES, "validation_loss")
HEADER = ",".join(COLUMNS) + "\n"


def check_log(path: Path, *, resume: bool = False, overwrite: bool = False) -> None:
    """Raises:
    MusicRNNError: the file cannot be written, is no such log, or is one and neither to be gone on
        with nor to be replaced.
    """
    if not first_process():  # the first one may have begun to write
        return
    if not path.parent.is_dir() or path.is_dir():
        raise MusicRNNError(f"cannot write {path}: a log is a file in a folder that there is")
    if not path.exists():
        return
    if not _is_log(path):
        raise MusicRNNError(f"{path} is no log of a training: name another file")
    if not resume and not overwrite:
        raise MusicRNNError(
            f"{path} exists already: name another file, go on with --resume, or replace it with "
            "--overwrite"
        )


class TrainingLog:
    """A Callback that writes the rows; the file is made at the first update.

    Raises:
        MusicRNNError: as :func:`check_log`.
    """

    def __init__(self, path: Path, *, resume: bool = False, overwrite: bool = False) -> None:
        self.path, self.resume = path, resume
        self._file: TextIOWrapper | None = None
        self._row, self._start = "", 0  # the last row, and where in the file it begins
        check_log(path, resume=resume, overwrite=overwrite)

    def __enter__(self) -> TrainingLog:
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()

    def updated(self, state: RunState, figures: dict[str, float]) -> None:
        file = self._opened(state.update)
        values: list[Any] = [state.update, f"{state.seconds:.3f}"]
        values += [f"{figures[name]:.6g}" for name in FIGURES.values()]
        self._row, self._start = ",".join(map(str, values)), file.tell()
        file.write(f"{self._row},\n")
        file.flush()

    def validated(self, state: RunState, figures: dict[str, float]) -> None:
        """The row of the update once more, with the validation loss."""
        if self._file is None:  # a run that was at its end already
            return
        self._file.seek(self._start)
        self._file.write(f"{self._row},{figures['loss']:.6g}\n")
        self._file.flush()

    def _opened(self, update: int) -> TextIOWrapper:
        """The file with the rows before ``update``."""
        if self._file is None:
            before: list[str] = []
            if self.resume and self.path.exists():
                before = [row for row in _rows(self.path) if int(row.split(",", 1)[0]) < update]
            with whole_file(self.path) as temporary:
                temporary.write_text(
                    HEADER + "".join(f"{row}\n" for row in before), "utf-8", newline="\n"
                )
            self._file = self.path.open("r+", encoding="utf-8", newline="\n")
            self._file.seek(0, 2)
        return self._file


def _is_log(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline() in ("", HEADER)


def _rows(path: Path) -> list[str]:
    """The whole rows; of one that a power cut broke off there is no telling what is missing."""
    lines = path.read_text("utf-8").split("\n")[1:-1]
    return [line for line in lines if line.count(",") == len(COLUMNS) - 1]
