"""What a person holds in Python (a score, a sound, a composition) is saved, and shows itself.

Saving and showing need synthesizers and pictures, which are made of scores: no score can import
them. So the way up is a name in DOORS, found when it is gone through and never before.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

DOORS = {"save": "musicrnn.face.saving", "html": "musicrnn.face.showing"}


class Presentable:
    """Something that :meth:`save` writes to files and that a notebook shows."""

    __slots__ = ()

    def save(self, *paths: str | Path, soundfont: str | Path | None = None) -> None:
        """Write it in the format of each path.

        A piece is written as .mid .abc .musicxml .mxl (notes), .pdf (printed notes), .wav .flac
        .ogg .mp3 (sound), .html (a page with a player), .svg .png (a piano roll); a sound as .wav
        .flac .ogg .mp3.

        Args:
            soundfont: what plays the notes in place of the one that comes along: an .sf2 file, or
                the name of one that is installed.

        Raises:
            MusicRNNError: no path, a suffix that cannot be written, or a file that cannot be.
        """
        _through("save")(self, paths, soundfont)

    def _repr_html_(self) -> str:
        """What a notebook shows: a page with a piano roll and a player, or the player alone."""
        return _through("html")(self)


def _through(door: str) -> Any:
    return getattr(import_module(DOORS[door]), door)
