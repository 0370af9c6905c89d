"""Files of notes, whatever the notation: the suffix says which."""

from __future__ import annotations

from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import read_midi, score_from_midi
from musicrnn.score import Score

ABC = ".abc"
MUSICXML = (".musicxml", ".mxl", ".xml")
ONE_PIECE = (".mid", ".midi", ".kar", ".rmi", *MUSICXML)  # a file of ABC may hold many
READ = (*ONE_PIECE, ABC)


def read_piece(path: str | Path) -> Score:
    """The score of a MIDI, ABC or MusicXML file, as it is written there; of ABC the first tune.

    Raises:
        MusicRNNError: the suffix is none of READ, or the file cannot be read.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in READ:
        raise MusicRNNError(
            f"cannot read {path}: a piece ends in one of {' '.join(READ)}, "
            f"got {path.suffix or 'no suffix'}"
        )
    if suffix == ABC:
        from musicrnn.io.abc import read_abc

        return read_abc(path)
    if suffix in MUSICXML:
        from musicrnn.io.musicxml import read_musicxml

        return read_musicxml(path)
    return read_midi(path)


def score_from(content: bytes, suffix: str) -> Score:
    """The score of the bytes of a file with a suffix of ONE_PIECE.

    Raises:
        MusicRNNError: they are no such file.
    """
    if suffix.lower() in MUSICXML:
        from musicrnn.io.musicxml import score_from_musicxml

        return score_from_musicxml(content)
    return score_from_midi(content)


def most_bytes(suffix: str) -> int:
    """How large a file may be."""
    if suffix.lower() in MUSICXML:
        from musicrnn.io.musicxml.unpack import MAX_BYTES as most
    else:
        from musicrnn.io.midi import MAX_BYTES as most
    return most
