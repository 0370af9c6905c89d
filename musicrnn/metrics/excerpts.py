"""Excerpts of whole bars: long pieces made comparable with short ones.

Conventions. Bars are those of ``Score.bars()``, counted from 0. An excerpt begins at tick 0 with
the tempo, time signature, key, chord and section that held there; notes that start inside are kept
and cut off at its end, notes that came before are not.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from musicrnn.errors import MusicRNNError
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
    make_score,
)

_Change = TypeVar("_Change", Tempo, TimeSignature, Key, Chord, Section)


def excerpts(score: Score, bars: int) -> list[Score]:
    """Consecutive excerpts of ``bars`` bars from the first bar in which a note starts.

    What is left over at the end is dropped; a piece shorter than that is returned whole, from that
    first bar on. No excerpt is without notes; a score without notes gives none.
    """
    if bars < 1:
        raise MusicRNNError(f"an excerpt has at least 1 bar, got {bars}")
    if not score.note_count:
        return []
    onset = min(track.notes[0].start for track in score.tracks if track.notes)
    lines = score.bar_lines()
    first = max(index for index, tick in enumerate(lines) if tick <= onset)
    cuts = lines[first::bars]
    if len(cuts) < 2:
        cuts = [lines[first], lines[-1]]
    parts = [excerpt(score, a, b) for a, b in itertools.pairwise(cuts)]
    return [part for part in parts if part.note_count]


def excerpt(score: Score, start: int, stop: int) -> Score:
    """The music from tick ``start`` until before tick ``stop``."""
    if not 0 <= start < stop:
        raise MusicRNNError(f"an excerpt needs 0 <= start < stop, got {start} and {stop}")
    tracks = [
        replace(
            track,
            notes=tuple(
                Note(n.start - start, n.pitch, min(n.duration, stop - n.start), n.velocity)
                for n in track.notes
                if start <= n.start < stop
            ),
            pedals=tuple(
                Pedal(p.start - start, min(p.duration, stop - p.start))
                for p in track.pedals
                if start <= p.start < stop
            ),
        )
        for track in score.tracks
    ]
    return make_score(
        score.ticks_per_quarter,
        [track for track in tracks if track.notes] or [Track()],
        tempos=_moved(score.tempos, start, stop),
        time_signatures=_moved(score.time_signatures, start, stop),
        keys=_moved(score.keys, start, stop),
        chords=_moved(score.chords, start, stop),
        title=score.title,
        sections=_moved(score.sections, start, stop),
    )


def parts_of(scores: Mapping[str, Score], bars: int) -> dict[str, Score]:
    """The excerpts of many pieces, named NAME and the number of the excerpt from 1."""
    return {
        f"{name} {index}": part
        for name, score in scores.items()
        for index, part in enumerate(excerpts(score, bars), start=1)
    }


def _moved(events: tuple[_Change, ...], start: int, stop: int) -> list[_Change]:
    """Events of the excerpt; the one that held at its beginning stands at tick 0."""
    return [replace(e, tick=max(0, e.tick - start)) for e in events if e.tick < stop]
