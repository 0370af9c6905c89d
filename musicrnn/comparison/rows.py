"""What came of each trial, kept in a folder: a JSON file a row, written whole and at once.

Layout. ``settings.json`` is what all rows share; ``rows/NAME.json`` a row; ``models/`` the best
model of each run. Two commands with different cells may fill one folder at the same time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from musicrnn.comparison.budget import Trial
from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file

FIELD_TYPES = {
    "str": (str,),
    "int": (int,),
    "float": (int, float),
    "float | None": (int, float, type(None)),
    "int | None": (int, type(None)),
}  # of a row's fields, as they stand in JSON


@dataclass(frozen=True)
class Row(Trial):
    """One run. ``valid`` and ``test`` are nats a unit of its best model, None where it failed."""

    valid: float | None = None
    test: float | None = None
    updates: int = 0
    best_update: int = 0
    seconds: float = 0.0  # of training, validations included
    step_seconds: float | None = None  # median of the updates
    memory: int | None = None  # bytes, peak over what the process had before the model
    ended: str = ""  # "finished", "stopped early"
    error: str = ""  # why there is no figure

    @staticmethod
    def failed(trial: Trial, error: str) -> Row:
        return Row(**asdict(trial), error=error or "it ended without a word")


class Folder:
    """The rows of one comparison."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.models = path / "models"

    def open(
        self, settings: dict[str, Any], as_now: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> None:
        """Make the folder, or see that it is of the same settings; ``as_now`` brings those of an
        older version up to date.

        Raises:
            MusicRNNError: it cannot be written, or holds rows of other settings: which one differs.
        """
        kept = self.path / "settings.json"
        settings = json.loads(json.dumps(settings))
        try:
            for folder in (self.path / "rows", self.models):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MusicRNNError(f"cannot write {self.path}: {error.strerror}") from error
        if not kept.exists():
            if any((self.path / "rows").iterdir()):
                raise MusicRNNError(f"{self.path} has rows but no settings.json")
            _write(kept, settings)
        before = as_now(_read(kept))
        for name in sorted({*before, *settings}):
            if before.get(name) != settings.get(name):
                raise MusicRNNError(
                    f"{self.path} holds rows of other settings: {name} was {before.get(name)}, "
                    f"got {settings.get(name)}; take another folder"
                )

    def rows(self) -> list[Row]:
        """All rows so far, by cell, rate and seed.

        Raises:
            MusicRNNError: a file is damaged.
        """
        found = [_row(path) for path in (self.path / "rows").glob("[!.]*.json")]
        return sorted(found, key=lambda row: (row.cell, row.rate, row.seed))

    def row(self, trial: Trial) -> Row | None:
        """What came of a trial, or None; a row of another size counts as none."""
        path = self._row_path(trial)
        if not path.exists():
            return None
        row = _row(path)
        return row if (row.hidden, row.parameters) == (trial.hidden, trial.parameters) else None

    def keep(self, row: Row) -> None:
        _write(self._row_path(row), asdict(row))

    def model(self, trial: Trial) -> Path:
        return self.models / f"{trial.name}.safetensors"

    def _row_path(self, trial: Trial) -> Path:
        return self.path / "rows" / f"{trial.name}.json"


def _row(path: Path) -> Row:
    try:
        row = Row(**_read(path))
    except TypeError as error:
        raise MusicRNNError(f"{path} is not a row: {error}") from error
    for field in fields(Row):
        value = getattr(row, field.name)
        if not isinstance(value, FIELD_TYPES[str(field.type)]):
            raise MusicRNNError(f"{path} is not a row: {field.name} is {value!r}")
    return row


def _write(path: Path, values: dict[str, Any]) -> None:
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise MusicRNNError(f"cannot read {path}: {error}") from error
    if not isinstance(values, dict):
        raise MusicRNNError(f"cannot read {path}: it is no JSON object")
    return values
