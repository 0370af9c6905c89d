"""A file of music or sound, by its suffix."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from musicrnn.io.audio import read_audio
from musicrnn.io.save import READ, read_piece


def read(path: str | Path) -> Any:
    """The Score of a MIDI or ABC file, the Waveform of any other: a sound file.

    Of an ABC file with many tunes it is the first; ``musicrnn.data`` reads all.

    Raises:
        MusicRNNError: no such file, or one that cannot be read.

    Example:
        >>> import musicrnn as mr
        >>> tune = mr.read("tune.mid")
        >>> tune.save("tune.wav")
    """
    return read_piece(path) if Path(path).suffix.lower() in READ else read_audio(path)
