"""Where corpora lie on this computer: under a given folder, $MUSICRNN_DATA, or the user's cache.

Conventions. Hidden files and folders are passed over; links are followed for files alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from musicrnn.errors import MusicRNNError


def corpus_folder(name: str | tuple[str, ...], data: Path | None = None) -> Path:
    """The folder of a corpus, e.g. ``$MUSICRNN_DATA/pop909``: the first that exists.

    Looked for in ``data`` (which may also be the corpus's folder itself), then $MUSICRNN_DATA, then
    the user's cache folder. Of several names the first that a place has counts.

    Raises:
        MusicRNNError: it is in none of them; the message names all.
    """
    names = (name,) if isinstance(name, str) else name
    places: list[Path] = []
    if data is not None:
        places += [data / name for name in names]
        if data.name in names:
            places.append(data)
    if environment := os.environ.get("MUSICRNN_DATA"):
        places += [Path(environment) / name for name in names]
    places += [cache_folder() / name for name in names]
    for place in places:
        if place.is_dir():
            return place
    looked = ", ".join(str(place) for place in places)
    raise MusicRNNError(
        f"the corpus {names[0]} is not on this computer, looked for {looked}: "
        "download it there, or say where it is with --data or MUSICRNN_DATA"
    )


def cache_folder() -> Path:
    """The user's cache folder for corpora; it need not exist."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "musicrnn"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/musicrnn"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "musicrnn"


def files_below(root: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    """Every file with one of the suffixes, those of a folder before those of its own folders."""
    for parent, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and path.suffix.lower() in suffixes:
                yield path
