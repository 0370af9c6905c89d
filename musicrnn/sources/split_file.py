"""A split file: a CSV that says of each file of a folder whether it is trained, validated or tested
on.

Conventions. Files are named by their path below the folder, with ``/``. Columns are found by their
names in any case, spaces around a name or a value say nothing. The splits may be written as folders
often are: training, val, dev and their like.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.training.data import SPLIT_LIST, Split

SPLIT_NAMES: dict[str, Split] = {
    "train": "train", "training": "train", "valid": "valid", "val": "valid",
    "validation": "valid", "dev": "valid", "test": "test", "testing": "test",
}  # fmt: skip
SAID = ("label", "split", "speaker", "tempo")  # columns that say something of a file
Row = dict[str, str]


def folder_and_split_file(source: str, split_file: Path | None) -> tuple[Path, Path | None]:
    """A source that is a split file itself means the folder that it lies in."""
    path = Path(source)
    return (path.parent, path) if path.suffix.lower() == SPLIT_LIST else (path, split_file)


def split_rows(split_file: Path, columns: Collection[str]) -> list[Row]:
    """Its rows by column; there are some, each has all of ``columns``, and "split" is a Split.

    Raises:
        MusicRNNError: it cannot be read or lacks a column, a row has an empty one or another split,
            or two rows say something else of one file.
    """
    others = [name for name in columns if name != "split"]
    found: list[Row] = []
    first: dict[str, tuple[int, list[str]]] = {}
    for line, row in _rows(split_file, columns):
        split = SPLIT_NAMES.get(row["split"].lower())
        if split is None or not all(row[name] for name in others):
            got = ", ".join(repr(row[name]) for name in columns)
            raise MusicRNNError(
                f"{split_file} line {line}: split must be train, valid or test and "
                f"{' and '.join(others)} must be given, got {got}"
            )
        row["split"] = split
        said = [row[name] for name in SAID if row.get(name)]
        before, told = first.setdefault(row["file"], (line, said))
        if told != said:
            raise MusicRNNError(
                f"{split_file} lists {row['file']} twice, in line {before} as {', '.join(told)}, "
                f"in line {line} as {', '.join(said)}: leave one of them"
            )
        found.append(row)
    return found


def _rows(split_file: Path, columns: Collection[str]) -> Iterator[tuple[int, Row]]:
    """The rows and the lines in which they end."""
    lines = 0
    try:
        with split_file.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            if set(columns) <= set(names):
                reader.fieldnames = names
                for row in reader:
                    lines += 1
                    yield (
                        reader.line_num,
                        {name: str(value).strip() for name, value in row.items()},
                    )
    except FileNotFoundError as error:
        raise MusicRNNError(f"there is no split file {split_file}") from error
    except UnicodeDecodeError as error:
        raise MusicRNNError(f"{split_file} is no split file: it is no text in UTF-8") from error
    except OSError as error:
        raise MusicRNNError(f"cannot read the split file {split_file}: {error.strerror}") from error
    except csv.Error as error:
        raise MusicRNNError(f"{split_file} is no split file: {error}") from error
    if not lines:
        raise MusicRNNError(
            f"{split_file} needs a first line with the columns {','.join(columns)} and rows below "
            "it"
        )
