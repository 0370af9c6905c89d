"""A piece as it is played: keys that go down and up, in seconds.

Conventions. Seconds from the beginning of the piece. A part is one instrument; of the keys of one
part that have the same pitch one is down at a time. The pedal and the tempo are in the times.
Keys are in order of time, and at one time those that go up come first.
"""

from __future__ import annotations

from bisect import bisect_right
from math import inf
from typing import NamedTuple

from musicrnn.score import Score, Track


class Stroke(NamedTuple):
    """A key held from ``start`` to ``end``, in seconds."""

    start: float
    end: float
    pitch: int
    velocity: int


class Part(NamedTuple):
    """One instrument of a piece; ``number`` orders them."""

    number: int
    program: int
    is_drum: bool


class Key(NamedTuple):
    """A key that goes down, or up where ``velocity`` is 0."""

    seconds: float
    velocity: int
    part: Part
    pitch: int


class News(NamedTuple):
    """What has become certain of a piece: the keys, in order, up to a time."""

    keys: tuple[Key, ...]
    until: float  # seconds; what is told later is not before it. inf at the end


def strokes(score: Score, track: Track) -> list[Stroke]:
    """The keys of a track as they sound, in order: tempo, pedal and struck-again keys applied."""
    pedal_starts = [pedal.start for pedal in track.pedals]
    next_start: dict[int, int] = {}
    found: list[Stroke] = []
    for note in reversed(track.notes):
        end = note.start + note.duration
        held = bisect_right(pedal_starts, end) - 1
        if held >= 0:
            end = max(end, track.pedals[held].start + track.pedals[held].duration)
        again = next_start.get(note.pitch)
        if again is not None and again > note.start:
            end = min(end, again)
        next_start[note.pitch] = note.start
        found.append(
            Stroke(score.seconds_at(note.start), score.seconds_at(end), note.pitch, note.velocity)
        )
    return found[::-1]


def parts(score: Score) -> list[tuple[Part, list[Stroke]]]:
    """The strokes of each track that has notes."""
    return [
        (Part(number, track.program, track.is_drum), strokes(score, track))
        for number, track in enumerate(score.tracks)
        if track.notes
    ]


def news_of(score: Score) -> News:
    """A whole score, told at once."""
    keys = [
        key
        for part, played in parts(score)
        for start, end, pitch, velocity in played
        for key in (Key(start, velocity, part, pitch), Key(end, 0, part, pitch))
    ]
    return News(tuple(sorted(keys)), inf)
