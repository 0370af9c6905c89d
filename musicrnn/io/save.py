"""A piece in or out, in any format: the suffix of the file says which.

Conventions. ``.mid``, ``.abc`` and ``.musicxml`` (``.mxl``, ``.xml``) are notes; ``.wav .flac .ogg
.mp3`` the rendered sound; ``.html`` a page with the sound, the notes and a piano roll; ``.svg`` and
``.png`` the roll alone; ``.pdf`` printed notes. A piece that is saved in several formats is
rendered once. Files appear whole or not at all, and none is touched before every suffix has been
found good and the sound has been made.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import write_whole
from musicrnn.io.midi import midi_bytes, midi_said, write_midi
from musicrnn.io.notes import MUSICXML
from musicrnn.score import Score

if TYPE_CHECKING:
    from musicrnn.plot.picture import Picture
    from musicrnn.synth.render import Rendering

MIDI = (".mid", ".midi")  # that are written
NOTES = (*MIDI, ".abc", *MUSICXML)
WITH_SYMBOLS = (".abc", ".pdf", *MUSICXML)  # hold chords as symbols above the notes
SOUND = (".wav", ".flac", ".ogg", ".mp3")
PICTURES = (".svg", ".png")
PAGES = (".html",)
PRINTED = (".pdf",)
SAVED = (*NOTES, *SOUND, *PAGES, *PICTURES, *PRINTED)


def is_tune(path: Path, score: Score) -> bool:
    """Whether the chord symbols of a file that was read are what accompanies it: those of ABC, and
    of MusicXML where there is one part alone."""
    suffix = path.suffix.lower()
    return suffix == ".abc" or (suffix in MUSICXML and len(score.tracks) == 1)


def save_pieces(
    score: Score,
    paths: Iterable[str | Path],
    *,
    soundfont: str | Path | None = None,
    rate: int = 44_100,
    caption: str = "",
    accompany: bool = False,
) -> tuple[str, ...]:
    """Saves a score in the format of each path; gives sentences on what other programs may play
    otherwise.

    Args:
        soundfont: an .sf2 file to render with, or the name of one that is installed; TimGM6mb.sf2
            by default.
        rate: Hz of the rendered sound.
        caption: opens the line under the title of pages and pictures (a style, say).
        accompany: play the chord symbols too, as a second part, in every format but ABC and
            MusicXML, which write them as symbols.

    Raises:
        MusicRNNError: a suffix is none of SAVED, the score has no notes to render or draw, the
            SoundFont or the rate will not do, or a file cannot be written.
    """
    wanted = [Path(path) for path in paths]
    for path in wanted:
        check_saved(path)
    heard = score
    if accompany and any(path.suffix.lower() not in WITH_SYMBOLS for path in wanted):
        from musicrnn.accompaniment import with_accompaniment

        heard = with_accompaniment(score)
    if any(path.suffix.lower() in (*PICTURES, *PAGES) for path in wanted):
        from musicrnn.plot.lanes import lanes_of

        lanes_of(heard)  # what cannot be drawn is refused before minutes of rendering
    with ExitStack() as open_until_saved:
        sound: Rendering | None = None
        if any(path.suffix.lower() in (*SOUND, *PAGES) for path in wanted):
            from musicrnn.synth.render import rendered

            sound = open_until_saved.enter_context(rendered(heard, rate=rate, soundfont=soundfont))
        for path in wanted:
            written = score if path.suffix.lower() in WITH_SYMBOLS else heard
            _save(written, path, sound=sound, caption=caption)
    return midi_said(heard) if any(path.suffix.lower() in MIDI for path in wanted) else ()


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
    if path.suffix.lower() in PRINTED:
        from musicrnn.io.engrave import engraver

        engraver()


def _save(score: Score, path: Path, *, sound: Rendering | None, caption: str) -> None:
    suffix = path.suffix.lower()
    titled = score if score.title.strip() else replace(score, title=path.stem)
    if suffix == ".abc":
        from musicrnn.io.abc import write_abc_file

        write_abc_file(score, path)
    elif suffix in MUSICXML:
        from musicrnn.io.musicxml import write_musicxml

        write_musicxml(score, path)
    elif suffix in PRINTED:
        from musicrnn.io.engrave import write_pdf

        write_pdf(titled, path)
    elif suffix in NOTES:
        write_midi(score, path)
    elif suffix in PICTURES:
        from musicrnn.plot.picture import draw

        save_picture(draw(titled, caption=caption), path)
    elif sound is not None and suffix in SOUND:
        from musicrnn.io.audio import write_blocks

        write_blocks(sound.stretches(), path, rate=sound.rate, channels=2)
    elif sound is not None:
        from musicrnn.io.audio import mp3_bytes

        mp3 = mp3_bytes(sound.stretches(), rate=sound.rate, channels=2)
        write_whole(path, page_of(titled, mp3, caption).encode("utf-8"))


def page_of(score: Score, mp3: bytes, caption: str = "") -> str:
    """The page of a score and its rendered sound.

    Raises:
        MusicRNNError: the score has no notes, or is too large to be drawn.
    """
    from musicrnn.plot.page import page

    return page(score, mp3=mp3, midi=midi_bytes(score), caption=caption)
