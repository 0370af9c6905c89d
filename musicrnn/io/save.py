"""A piece in or out, in any format: the suffix of the file says which.

Conventions. ``.mid`` and ``.abc`` are notes; ``.wav .flac .ogg .mp3`` the rendered sound; ``.html``
a page with the sound, the notes and a piano roll; ``.svg`` and ``.png`` the roll alone. A piece
that is saved in several formats is rendered once. Files appear whole or not at all, and none is
touched before every suffix has been found good and the sound has been made.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import write_whole
from musicrnn.io.midi import midi_bytes, read_midi, write_midi
from musicrnn.score import Score
from musicrnn.waveform import Waveform

if TYPE_CHECKING:
    from musicrnn.plot.picture import Picture

READ = (".mid", ".midi", ".kar", ".abc")
NOTES = (".mid", ".midi", ".abc")
SOUND = (".wav", ".flac", ".ogg", ".mp3")
PICTURES = (".svg", ".png")
PAGES = (".html",)
SAVED = (*NOTES, *SOUND, *PAGES, *PICTURES)


def read_piece(path: str | Path) -> Score:
    """The score of a MIDI or ABC file, as it is written there.

    Raises:
        MusicRNNError: the suffix is none of READ, or the file cannot be read.
    """
    path = Path(path)
    if path.suffix.lower() not in READ:
        raise MusicRNNError(
            f"cannot read {path}: a piece ends in one of {' '.join(READ)}, "
            f"got {path.suffix or 'no suffix'}"
        )
    if path.suffix.lower() == ".abc":
        from musicrnn.io.abc import read_abc

        return read_abc(path)
    return read_midi(path)


def convert(
    source: str | Path,
    paths: Iterable[str | Path],
    *,
    soundfont: str | Path | None = None,
    rate: int = 44_100,
) -> tuple[list[Path], tuple[str, ...]]:
    """Reads a piece and saves it in the format of each path; returns the paths and what is to be
    known of how it was read. An ABC tune is heard and seen with its chord symbols as
    accompaniment."""
    wanted = [Path(path) for path in paths]
    for path in wanted:
        check_saved(path)
    tune = Path(source).suffix.lower() == ".abc"
    score = read_piece(source)
    save_pieces(score, wanted, soundfont=soundfont, rate=rate, accompany=tune)
    return wanted, score.said


def save_pieces(
    score: Score,
    paths: Iterable[str | Path],
    *,
    soundfont: str | Path | None = None,
    rate: int = 44_100,
    caption: str = "",
    accompany: bool = False,
) -> None:
    """Saves a score in the format of each path.

    Args:
        soundfont: an .sf2 file to render with; TimGM6mb.sf2 by default.
        rate: Hz of the rendered sound.
        caption: opens the line under the title of pages and pictures (a style, say).
        accompany: play the chord symbols too, as a second part, in every format but ABC, which
            writes them as symbols.

    Raises:
        MusicRNNError: a suffix is none of SAVED, the score has no notes to render or draw, the
            SoundFont or the rate will not do, or a file cannot be written.
    """
    wanted = [Path(path) for path in paths]
    for path in wanted:
        check_saved(path)
    heard = score
    if accompany and any(path.suffix.lower() != ".abc" for path in wanted):
        from musicrnn.accompaniment import with_accompaniment

        heard = with_accompaniment(score)
    sound: Waveform | None = None
    if any(path.suffix.lower() in (*SOUND, *PAGES) for path in wanted):
        from musicrnn.synth.render import render

        sound = render(heard, rate=rate, soundfont=soundfont)
    for path in wanted:
        written = score if path.suffix.lower() == ".abc" else heard
        _save(written, path, sound=sound, caption=caption)


def save_picture(picture: Picture, path: str | Path) -> None:
    """Saves a picture of any kind as what the suffix says.

    Raises:
        MusicRNNError: the suffix is none of PICTURES, or the file cannot be written.
    """
    path = Path(path)
    check_picture(path)
    if path.suffix.lower() == ".svg":
        from musicrnn.plot.svg import svg

        write_whole(path, svg(picture).encode("utf-8"))
    else:
        from musicrnn.plot.png import png

        write_whole(path, png(picture))


def check_picture(path: str | Path) -> None:
    """Raises MusicRNNError unless :func:`save_picture` knows the suffix and the folder exists."""
    check_saved(path, PICTURES)


def check_saved(path: str | Path, suffixes: tuple[str, ...] = SAVED) -> None:
    """Raises MusicRNNError unless the suffix is one of these, the folder exists and may be written
    to, and ``path`` is no folder."""
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        raise MusicRNNError(
            f"cannot write {path}: the suffix must be one of {' '.join(suffixes)}, "
            f"got {path.suffix or 'none'}"
        )
    if not path.parent.is_dir():
        raise MusicRNNError(f"cannot write {path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise MusicRNNError(f"cannot write {path}: {path.parent} may not be written to")
    if path.is_dir():
        raise MusicRNNError(f"cannot write {path}: it is a folder")


def _save(score: Score, path: Path, *, sound: Waveform | None, caption: str) -> None:
    suffix = path.suffix.lower()
    titled = score if score.title.strip() else replace(score, title=path.stem)
    if suffix == ".abc":
        from musicrnn.io.abc import write_abc_file

        write_abc_file(score, path)
    elif suffix in NOTES:
        write_midi(score, path)
    elif suffix in PICTURES:
        from musicrnn.plot.picture import draw

        save_picture(draw(titled, caption=caption), path)
    elif sound is not None and suffix in SOUND:
        from musicrnn.io.audio import write_audio

        write_audio(sound, path)
    elif sound is not None:
        write_whole(path, page_of(titled, sound, caption).encode("utf-8"))


def page_of(score: Score, sound: Waveform, caption: str = "") -> str:
    """The page of a score and its rendered sound.

    Raises:
        MusicRNNError: the score has no notes, or is too large to be drawn.
    """
    from musicrnn.plot.page import page

    return page(score, mp3=_mp3(sound), midi=midi_bytes(score), caption=caption)


def _mp3(sound: Waveform) -> bytes:
    from musicrnn.io.audio import write_audio

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.mp3"
        write_audio(sound, path)
        return path.read_bytes()
