"""Where SoundFonts lie: one that is asked for by name is looked for where systems keep them.

Conventions. A name is a file name without a folder, with or without .sf2, in upper or lower case. A
path, or the name of a file in the current folder, is that file. First come the files that the
variable SDL_SOUNDFONTS lists (as players built on SDL_mixer read it), then FOLDERS, without what
lies in their own folders. Compressed SoundFonts (.sf3) are found and named, but not read.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from musicrnn.errors import MusicRNNError, listed

VARIABLE = "SDL_SOUNDFONTS"
BUNDLED = "TimGM6mb"
SUFFIXES = (".sf2", ".sf3")
_UNIX = (
    "~/.local/share/soundfonts", "~/.local/share/sounds/sf2", "~/.local/share/sounds/sf3",
    "/usr/local/share/soundfonts", "/usr/local/share/sounds/sf2", "/usr/local/share/sounds/sf3",
    "/usr/share/soundfonts", "/usr/share/sounds/sf2", "/usr/share/sounds/sf3",
)  # fmt: skip
FOLDERS: Mapping[str, tuple[str, ...]] = {  # by what sys.platform begins with
    "win": (
        "~/Documents/SoundFonts", "~/SoundFonts", "C:/SoundFonts", "C:/ProgramData/soundfonts",
        "C:/Windows/System32/drivers",
    ),
    "darwin": (
        "~/Library/Audio/Sounds/Banks", "/Library/Audio/Sounds/Banks",
        "/opt/homebrew/share/soundfonts", "/opt/homebrew/share/sounds/sf2", *_UNIX,
    ),
    "": _UNIX,
}  # fmt: skip


def folders() -> list[Path]:
    """The folders that are looked in, whether they are there or not."""
    of_system = next(places for name, places in FOLDERS.items() if sys.platform.startswith(name))
    return [Path(os.path.expanduser(place)) for place in of_system]


def installed() -> list[Path]:
    """The SoundFonts of the variable and of the folders, the first of each file name."""
    said = os.environ.get(VARIABLE, "").replace(";", os.pathsep)
    found = [Path(each) for each in said.split(os.pathsep) if each]
    for folder in folders():
        try:
            found += sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        except OSError:  # not there, or not ours to read
            continue
    first: dict[str, Path] = {}
    for path in found:
        if path.is_file():  # not a link to what is gone
            first.setdefault(path.name.lower(), path)
    return list(first.values())


def default_soundfont() -> Path:
    """TimGM6mb.sf2 (Tim Brechbill, GPL 2), the 6 MB General MIDI set that pretty_midi installs."""
    found = importlib.util.find_spec("pretty_midi")  # finds the folder without the slow import
    for folder in (found.submodule_search_locations or []) if found else []:
        path = Path(folder) / "TimGM6mb.sf2"
        if path.is_file():
            return path
    raise MusicRNNError("pretty_midi's TimGM6mb.sf2 is not installed; give a SoundFont (.sf2)")


def find_soundfont(wanted: str | Path) -> Path:
    """The file of a path or a name.

    Raises:
        MusicRNNError: there is none; the message says where it was looked for and what is there.
    """
    path = Path(wanted)
    if path.is_file() or path.parent != Path("."):
        return path
    if path.name.lower() in (BUNDLED.lower(), f"{BUNDLED}.sf2".lower()):
        return default_soundfont()
    there = {path.name.lower(): path for path in installed()}
    for name in (path.name, f"{path.name}.sf2", f"{path.name}.sf3"):
        if name.lower() in there:
            return there[name.lower()]
    raise MusicRNNError(
        f"there is no SoundFont {wanted} in this folder, {VARIABLE} or {listed(folders())}: "
        f"there are {listed(path.name for path in there.values())}"
    )
