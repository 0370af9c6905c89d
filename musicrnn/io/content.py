"""The bytes of a file that may be a stranger's: so many of them and no more."""

from __future__ import annotations

from pathlib import Path

from musicrnn.errors import MusicRNNError


def content_of(path: Path, most: int) -> bytes:
    """What a file holds, and one byte more than ``most`` of a file that is larger.

    Raises:
        MusicRNNError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(most + 1)
    except OSError as error:
        raise MusicRNNError(f"cannot read {path}: {error.strerror}") from error
