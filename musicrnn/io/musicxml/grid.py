"""The scores that MusicXML says exactly as it is written here: written music, ties whole.

Conventions. As musicrnn.io.written, with velocities and sections.
"""

from __future__ import annotations

from musicrnn.io.written import written
from musicrnn.score import Score


def quantize_musicxml(score: Score) -> Score:
    """The nearest score that :func:`musicrnn.io.musicxml.write.write_musicxml` says exactly;
    idempotent.

    Raises:
        MusicRNNError: as musicrnn.io.written.written.
    """
    return written(score, "MusicXML")
