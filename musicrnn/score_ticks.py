"""A score in finer ticks, and a score from one of its ticks on, or until one.

Conventions. All keep every time exactly. What holds at the tick from which a score is taken (a
tempo, a metre, a key, a chord, a section) holds from its beginning; notes that began before it are
left out, a pedal that is down stays down.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TypeVar

from musicrnn.score import (
    Chord,
    Key,
    Note,
    Pedal,
    Score,
    Section,
    Tempo,
    TimeSignature,
    Track,
)

Change = TypeVar("Change", Tempo, TimeSignature, Key, Chord, Section)


def finer(score: Score, times: int) -> Score:
    """The same score with so many times the ticks a quarter."""
    if times == 1:
        return score
    tracks = [
        replace(
            track,
            notes=tuple(
                Note(n.start * times, n.pitch, n.duration * times, n.velocity) for n in track.notes
            ),
            pedals=tuple(Pedal(p.start * times, p.duration * times) for p in track.pedals),
        )
        for track in score.tracks
    ]

    def moved(changes: tuple[Change, ...]) -> tuple[Change, ...]:
        return tuple(replace(change, tick=change.tick * times) for change in changes)

    return Score(
        score.ticks_per_quarter * times,
        tuple(tracks),
        moved(score.tempos),
        moved(score.time_signatures),
        moved(score.keys),
        moved(score.chords),
        score.title,
        moved(score.sections),
    )


def without_upbeat(score: Score) -> Score:
    """From its first whole bar on."""
    if score.metre is score.time_signatures[0]:
        return score
    return since(score, score.time_signatures[1].tick)


def since(score: Score, start: int) -> Score:
    """The score from a tick on."""
    if start == 0:
        return score

    def later(changes: tuple[Change, ...]) -> tuple[Change, ...]:
        first = max(0, bisect_right([change.tick for change in changes], start) - 1)
        return tuple(replace(c, tick=max(0, c.tick - start)) for c in changes[first:])

    return Score(
        score.ticks_per_quarter,
        tuple(_since(track, start) for track in score.tracks),
        later(score.tempos),
        later(score.time_signatures),
        later(score.keys),
        later(score.chords),
        score.title,
        later(score.sections),
    )


def until(score: Score, end: int) -> Score:
    """The notes of the score that begin before a tick, and what holds until there."""

    def before(changes: tuple[Change, ...]) -> tuple[Change, ...]:
        return tuple(change for change in changes if change.tick < end)

    return replace(
        score,
        tracks=tuple(
            replace(track, notes=tuple(n for n in track.notes if n.start < end))
            for track in score.tracks
        ),
        tempos=before(score.tempos),
        time_signatures=before(score.time_signatures),
        keys=before(score.keys),
        chords=before(score.chords),
        sections=before(score.sections),
    )


def _since(track: Track, start: int) -> Track:
    notes = (replace(n, start=n.start - start) for n in track.notes if n.start >= start)
    ends = [(p.start - start, p.start + p.duration - start) for p in track.pedals]
    pedals = (Pedal(max(0, begin), end - max(0, begin)) for begin, end in ends if end > 0)
    return replace(track, notes=tuple(notes), pedals=tuple(pedals))
