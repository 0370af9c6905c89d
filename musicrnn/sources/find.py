"""Where corpora lie on this computer: under a given folder, $MUSICRNN_DATA, or the user's cache.

Conventions. Hidden files and folders are passed over, and what is no file, such as a pipe or a link
to a device; links are followed for files alone.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from musicrnn.errors import MusicRNNError
from musicrnn.io.regular import irregular

if TYPE_CHECKING:
    from musicrnn.sources.corpus import Corpus


def folder_of(corpus: Corpus, data: Path | None = None) -> Path:
    """The folder of a corpus: ``bundled`` if it comes with its package, else one that is found.

    Raises:
        MusicRNNError: it does not come with a package, and :func:`corpus_folder` does not find it.
    """
    bundled: Path | None = getattr(corpus, "bundled", None)
    return bundled or corpus_folder(getattr(corpus, "folders", corpus.card.name), data)


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


def sounds_kept(name: str) -> Path:
    """The folder ``name`` of the user's cache folder, made where it is not there.

    Raises:
        MusicRNNError: it cannot be.
    """
    folder = cache_folder() / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MusicRNNError(f"cannot keep sounds in {folder}: {error.strerror}") from error
    return folder


@dataclass(frozen=True)
class Below:
    """A file below a folder; ``why`` it is no file to be read, as what goes on after its name."""

    path: Path
    why: str = ""


def all_below(root: Path) -> Iterator[Below]:
    """Every file, those of a folder before those of its own folders; hidden ones too."""
    for parent, folders, names in os.walk(root):
        linked = [name for name in folders if Path(parent, name).is_symlink()]
        hidden = [name for name in folders if name.startswith(".") and name not in linked]
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted([*names, *hidden, *linked]):
            path = Path(parent, name)
            if name in hidden:
                yield Below(path, "is a hidden folder")
            elif name in linked:
                yield Below(path, "is a link to a folder, which is not followed")
            elif name.startswith("."):
                yield Below(path, "is hidden")
            else:
                yield Below(path, irregular(path))


def files_below(root: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    """Every file to be read with one of the suffixes, in the order of :func:`all_below`."""
    for file in all_below(root):
        if not file.why and file.path.suffix.lower() in suffixes:
            yield file.path
