"""Where corpora lie on this computer: under a given folder, $MUSICRNN_DATA, or the user's cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from musicrnn.errors import MusicRNNError


def corpus_folder(name: str, data: Path | None = None) -> Path:
    """The folder of a corpus, e.g. ``$MUSICRNN_DATA/pop909``: the first that exists.

    Looked for in ``data`` (which may also be the corpus's folder itself), then $MUSICRNN_DATA, then
    the user's cache folder.

    Raises:
        MusicRNNError: it is in none of them; the message names all.
    """
    places: list[Path] = []
    if data is not None:
        places.append(data / name)
        if data.name == name:
            places.append(data)
    if environment := os.environ.get("MUSICRNN_DATA"):
        places.append(Path(environment) / name)
    places.append(cache_folder() / name)
    for place in places:
        if place.is_dir():
            return place
    looked = ", ".join(str(place) for place in places)
    raise MusicRNNError(
        f"the corpus {name} is not on this computer, looked for {looked}: "
        "download it there, or say where it is with --data or MUSICRNN_DATA"
    )


def cache_folder() -> Path:
    """The user's cache folder for corpora; it need not exist."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local")) / "musicrnn"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/musicrnn"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "musicrnn"
