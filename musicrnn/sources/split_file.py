"""A split file: a CSV that says of each file of a folder whether it is trained, validated or tested
on.

Conventions. Files are named by their path below the folder, with ``/``. The splits may be written
as folders often are: training, val, dev and their like.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.training.data import Split

SPLIT_NAMES: dict[str, Split] = {
    "train": "train", "training": "train", "valid": "valid", "val": "valid",
    "validation": "valid", "dev": "valid", "test": "test", "testing": "test",
}  # fmt: skip


def folder_and_split_file(source: str, split_file: Path | None) -> tuple[Path, Path | None]:
    """A source that is a split file itself means the folder that it lies in."""
    path = Path(source)
    return (path.parent, path) if path.suffix.lower() == ".csv" else (path, split_file)


def split_rows(split_file: Path, columns: Collection[str]) -> list[dict[str, str]]:
    """Its rows by column; there are some, and each has all of ``columns``.

    Raises:
        MusicRNNError: it cannot be read or lacks a column, or a row has an empty one or another
            split.
    """
    try:
        with split_file.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise MusicRNNError(f"cannot read the split file {split_file}: {error}") from error
    if not rows or not set(columns) <= set(rows[0]):
        raise MusicRNNError(
            f"{split_file} needs a first line with the columns {','.join(columns)} and rows below "
            "it"
        )
    others = [name for name in columns if name != "split"]
    for number, row in enumerate(rows, 2):
        row["split"] = (row["split"] or "").lower()
        if row["split"] not in SPLIT_NAMES or not all(row[name] for name in others):
            got = ", ".join(repr(row[name] or "") for name in columns)
            raise MusicRNNError(
                f"{split_file} line {number}: split must be train, valid or test and "
                f"{' and '.join(others)} must be given, got {got}"
            )
    return rows
