"""MusicXML, the exchange format of notation programs: read, put on its grid, and written; a public
face."""

from __future__ import annotations

from musicrnn.io.musicxml.grid import quantize_musicxml
from musicrnn.io.musicxml.read import read_musicxml, score_from_musicxml
from musicrnn.io.musicxml.write import musicxml_bytes, write_musicxml

__all__ = [
    "musicxml_bytes",
    "quantize_musicxml",
    "read_musicxml",
    "score_from_musicxml",
    "write_musicxml",
]
