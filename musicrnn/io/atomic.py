"""Files appear whole or not at all: written beside their place, then renamed into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from musicrnn.errors import MusicRNNError


@contextmanager
def whole_file(path: str | Path) -> Generator[Path]:
    """Yields a temporary path in the same folder, with the same suffix; renames it at the end.

    If the body raises, the temporary file is removed and an older file at ``path`` stays as it was.

    Raises:
        MusicRNNError: the folder does not exist or may not be written to.
    """
    path = Path(path)
    try:
        handle, name = tempfile.mkstemp(
            suffix=path.suffix, prefix=f".{path.stem}-", dir=path.parent or Path(".")
        )
    except OSError as error:
        raise MusicRNNError(f"cannot write {path}: {error.strerror}") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise MusicRNNError(f"cannot write {path}: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(path: str | Path, content: bytes) -> None:
    """A file of these bytes, whole or not at all; raises MusicRNNError as :func:`whole_file`."""
    with whole_file(path) as temporary:
        temporary.write_bytes(content)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
