"""A file of music or sound, by its suffix, and a piece however it is given."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.face.saving import score_of
from musicrnn.io.audio import read_audio
from musicrnn.io.notes import READ, read_piece
from musicrnn.presentable import Presentable
from musicrnn.sampling.compose import Request
from musicrnn.score import Score
from musicrnn.waveform import Waveform

PieceLike = Presentable | str | Path  # a score, what holds one, or a file of notes


def read(path: str | Path, *, convert: bool = False) -> Any:
    """The Score of a MIDI, ABC or MusicXML file, the Waveform of any other: a sound file.

    Of an ABC file with many tunes it is the first; ``musicrnn.data`` reads all. ``convert``: the
    system's ffmpeg may decode sound of kinds that are not read. What is to be known of
    either, such as that its file was cut off, its ``said`` tells.

    Raises:
        MusicRNNError: no such file, or one that cannot be read.

    Example:
        >>> import musicrnn as mr
        >>> tune = mr.read("tune.mid")
        >>> tune.save("tune.wav")
    """
    if Path(path).suffix.lower() in READ:
        return read_piece(path)
    return read_audio(path, convert=convert)


def score_given(piece: PieceLike) -> Score:
    """The score that is meant.

    Raises:
        MusicRNNError: no such file, one that cannot be read, or a sound.
    """
    return score_of(piece) if isinstance(piece, Presentable) else read_piece(piece)


def sound_given(primer: PieceLike) -> Waveform:
    """The sound that is meant.

    Raises:
        MusicRNNError: no such file, one that cannot be read, or a piece of notes.
    """
    if isinstance(primer, str | Path):
        return read_audio(primer)
    sound = primer if isinstance(primer, Waveform) else getattr(primer, "sound", None)
    if not isinstance(sound, Waveform):
        raise MusicRNNError(f"a model of sound goes on from sound, got {primer!r}")
    return sound


def going_on(request: Request, primer: PieceLike | None, *, sound: bool) -> Request:
    """The request with what is gone on from: a piece, or a ``sound``.

    Raises:
        MusicRNNError: no such file, one that cannot be read, or the other of the two.
    """
    if primer is None:
        return request
    if sound:
        return replace(request, sound=sound_given(primer))
    return replace(request, primer=score_given(primer))
