"""The scores that ABC can say exactly: written music (musicrnn.io.written), evenly loud.

Conventions. Every note has the velocity of abc.VELOCITY; ABC says no sections, and names and titles
without SIGNS.
"""

from __future__ import annotations

from dataclasses import replace

from musicrnn.io.abc.read import VELOCITY
from musicrnn.io.written import one_line, written
from musicrnn.score import Score

SIGNS = '%\\"'  # that a text cannot hold


def quantize_abc(score: Score) -> Score:
    """The nearest score that :func:`musicrnn.io.abc.write.write_abc` says exactly; idempotent.

    Raises:
        MusicRNNError: more than 64 tracks with notes, or more than 20000 bars in them.
    """
    exact = written(score, "ABC")
    tracks = tuple(
        replace(
            track,
            notes=tuple(replace(note, velocity=VELOCITY) for note in track.notes),
            name=one_line(track.name, without=SIGNS),
        )
        for track in exact.tracks
    )
    title = one_line(exact.title, without=SIGNS)
    return replace(exact, tracks=tracks, sections=(), title=title)
