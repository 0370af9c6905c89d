"""A track as staves and voices: which notes hang on one stem, and which stand beside them.

Conventions. Notes that begin and end together are a chord. Chords are given to the first voice that
is free. A staff has MAX_VOICES, as notation programs have; more make further staves, MAX_STAVES at
most. What needs still more is cut wherever a note begins or ends, and tied, so that one voice holds
it: the last resort, since not every program joins the ties of a part of a chord. A keyboard that
plays high and low has its own staves from middle C up and below it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from musicrnn.score import Note, Track

MAX_VOICES, MAX_STAVES = 4, 4
MIDDLE_C = 60
LOW, HIGH = 55, 64  # a keyboard that plays below the one and above the other has two staves
KEYBOARDS = (*range(9), *range(16, 24), 46)  # General MIDI: pianos, organs, the harp


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """A note of a stem; whether it is tied to one before, and to one behind."""

    pitch: int
    velocity: int
    came: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Stem:
    """Notes that sound from ``start`` to ``end``, in ticks, from the lowest up."""

    start: int
    end: int
    heads: tuple[Head, ...]


Voice = list[Stem]


def staves(track: Track) -> list[list[Voice]]:
    """The voices of each staff of a track, the upper staff first."""
    pitches = [note.pitch for note in track.notes]
    keyboard = not track.is_drum and track.program in KEYBOARDS
    if keyboard and pitches and min(pitches) < LOW and max(pitches) > HIGH:
        upper = [note for note in track.notes if note.pitch >= MIDDLE_C]
        lower = [note for note in track.notes if note.pitch < MIDDLE_C]
        return [*_staves(upper), *_staves(lower)]
    return _staves(track.notes)


def by_bar(voice: Voice, starts: Sequence[int]) -> list[Voice]:
    """The stems that sound in each of the bars that begin at these ticks."""
    found: list[Voice] = [[] for _ in starts]
    for stem in voice:
        first = bisect_right(starts, stem.start) - 1
        for index in range(first, bisect_left(starts, stem.end)):
            found[index].append(stem)
    return found


def _staves(notes: Sequence[Note]) -> list[list[Voice]]:
    """The voices, MAX_VOICES to a staff."""
    voices = _voices(notes)
    return [voices[at : at + MAX_VOICES] for at in range(0, len(voices), MAX_VOICES)]


def _voices(notes: Sequence[Note]) -> list[Voice]:
    found: list[Voice] = []
    for stem in _stems(notes):
        voice = next((each for each in found if each[-1].end <= stem.start), None)
        if voice is not None:
            voice.append(stem)
        elif len(found) < MAX_VOICES * MAX_STAVES:
            found.append([stem])
        else:
            return [_cut(notes)]
    return found or [[]]


def _stems(notes: Iterable[Note]) -> list[Stem]:
    def span(note: Note) -> tuple[int, int]:
        return note.start, -note.duration  # long ones first: the melody's voice is seldom theirs

    stems: list[Stem] = []
    for _, group in groupby(sorted(notes, key=span), key=span):
        same = list(group)
        end = same[0].start + same[0].duration
        heads = sorted(Head(note.pitch, note.velocity) for note in same)
        stems.append(Stem(same[0].start, end, tuple(heads)))
    return stems


def _cut(notes: Sequence[Note]) -> Voice:
    """All notes in one voice, cut and tied."""
    ticks = sorted({at for note in notes for at in (note.start, note.start + note.duration)})
    stems: Voice = []
    sounding: list[Note] = []
    following = 0
    for start, end in pairwise(ticks):
        sounding = [note for note in sounding if note.start + note.duration > start]
        while following < len(notes) and notes[following].start == start:
            sounding.append(notes[following])
            following += 1
        if sounding:
            heads = [
                Head(n.pitch, n.velocity, n.start < start, n.start + n.duration > end)
                for n in sounding
            ]
            stems.append(Stem(start, end, tuple(sorted(heads))))
    return stems
