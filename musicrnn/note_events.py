"""A piece as it is performed: note-on and note-off events, in seconds.

Conventions. Seconds from the beginning of the piece. Of the notes of one instrument that have the
same pitch one sounds at a time. The pedal and the tempo are in the times. Events are in order of
time, note-offs before note-ons of the same time.
"""

from __future__ import annotations

from bisect import bisect_right
from math import inf
from typing import NamedTuple

from musicrnn.score import Score, Track


class PlayedNote(NamedTuple):
    """A note that sounds from ``start`` to ``end``, in seconds."""

    start: float
    end: float
    pitch: int
    velocity: int


class Instrument(NamedTuple):
    """One instrument of a piece; ``number`` orders them."""

    number: int
    program: int
    is_drum: bool


class NoteEvent(NamedTuple):
    """A note-on, or a note-off where ``velocity`` is 0."""

    seconds: float
    velocity: int
    instrument: Instrument
    pitch: int


class EventBatch(NamedTuple):
    """The events of a piece, in order, that came to be known since the last batch, up to a time."""

    events: tuple[NoteEvent, ...]
    until: float  # seconds; no later batch has an event before it. inf at the end


def played_notes(score: Score, track: Track) -> list[PlayedNote]:
    """The notes of a track as they sound, in order: tempo, pedal and repeated notes applied."""
    pedal_starts = [pedal.start for pedal in track.pedals]
    next_start: dict[int, int] = {}
    found: list[PlayedNote] = []
    for note in reversed(track.notes):
        end = note.start + note.duration
        pedal = bisect_right(pedal_starts, end) - 1
        if pedal >= 0:
            end = max(end, track.pedals[pedal].start + track.pedals[pedal].duration)
        again = next_start.get(note.pitch)
        if again is not None and again > note.start:
            end = min(end, again)
        next_start[note.pitch] = note.start
        found.append(
            PlayedNote(
                score.seconds_at(note.start), score.seconds_at(end), note.pitch, note.velocity
            )
        )
    return found[::-1]


def played_tracks(score: Score) -> list[tuple[Instrument, list[PlayedNote]]]:
    """The performed notes of each track that has notes."""
    return [
        (Instrument(number, track.program, track.is_drum), played_notes(score, track))
        for number, track in enumerate(score.tracks)
        if track.notes
    ]


def event_batch(score: Score) -> EventBatch:
    """A whole score as one batch."""
    events = [
        event
        for instrument, played in played_tracks(score)
        for start, end, pitch, velocity in played
        for event in (
            NoteEvent(start, velocity, instrument, pitch),
            NoteEvent(end, 0, instrument, pitch),
        )
    ]
    return EventBatch(tuple(sorted(events)), inf)
