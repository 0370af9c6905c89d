"""Sounds read or made once and kept in the user's cache folder, with the list that belongs to them.

Conventions. A file is MAGIC and a checksum of what follows up to the samples; a line of JSON with
the samples' ``shape`` and the list, filled up with blanks to a multiple of ALIGNED bytes; then the
samples, int16, mapped from disk. So samples and list are never of two readings. A file appears
whole or not at all: of two first runs at once each writes it, and either finds a whole one. A file
whose list has another checksum, or which is not as long as it says, is damaged: it is made again,
and a line of the log says so. Names are hashes of what went in (:func:`key_of`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.sources.find import sounds_kept

MAGIC = b"musicrnn sounds "
ALIGNED = 64  # bytes
MAX_LINE = 2**28  # bytes
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Kept:
    """Samples int16 of any shape, and what JSON can say of them."""

    samples: NDArray[np.int16]
    listed: Any


def kept(folder: str, key: str, make: Callable[[], Kept]) -> Kept:
    """What is kept under ``key`` in a folder of the cache; where nothing whole is, what ``make``
    gives.

    Raises:
        MusicRNNError: the cache folder cannot be written to, or as ``make``.
    """
    path = sounds_kept(folder) / f"{key}.sounds"
    if (found := _read(path)) is not None:
        return found
    if path.exists():
        LOG.warning("%s is damaged: what was kept in it is made again", path)
    made = make()
    try:
        _write(path, made)
    except MusicRNNError:  # as where another run has written it and reads it now
        if _read(path) is None:
            raise
    return _read(path) or made


def key_of(*what: object) -> str:
    """A name for what follows from all of this."""
    digest = hashlib.sha256()
    for part in what:
        text = str(part).encode("utf-8", "surrogateescape")
        digest.update(f"{len(text)} ".encode() + text)
    return digest.hexdigest()[:32]


def states(files: Iterable[Path]) -> list[str]:
    """Which files these are, wherever their names are read from: place, size and time of each."""
    found: list[str] = []
    for path in files:
        try:
            state = path.stat()
            found.append(f"{path.resolve()} {state.st_size} {state.st_mtime_ns}")
        except OSError:
            found.append(f"{path.absolute()} missing")
    return found


def _write(path: Path, made: Kept) -> None:
    samples = np.ascontiguousarray(made.samples, "<i2")
    line = json.dumps({"shape": samples.shape, "listed": made.listed}).encode()
    line += b" " * (-(len(MAGIC) + 4 + len(line) + 1) % ALIGNED) + b"\n"
    with whole_file(path) as temporary, temporary.open("wb") as file:
        file.write(MAGIC + zlib.crc32(line).to_bytes(4, "little") + line)
        samples.tofile(file)


def _read(path: Path) -> Kept | None:
    """None where there is no such file, or no whole one."""
    try:
        with path.open("rb") as file:
            begin, checksum = file.read(len(MAGIC)), file.read(4)
            line = file.readline(MAX_LINE)
            if begin != MAGIC or zlib.crc32(line).to_bytes(4, "little") != checksum:
                return None
            told = json.loads(line)
            shape, offset = tuple(told["shape"]), file.tell()
        if path.stat().st_size != offset + 2 * int(np.prod(shape, dtype=np.int64)):
            return None
        if not np.prod(shape):
            return Kept(np.zeros(shape, np.int16), told["listed"])
        return Kept(np.memmap(path, "<i2", "r", offset, shape), told["listed"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
