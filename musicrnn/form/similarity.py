"""How alike the bars of a piece are, and what each of them has: the evidence for its sections.

Conventions. Bars are those of ``Score.bars()``. An onset is placed to a twelfth of a quarter after
its bar line. The melody is the track that says so in its name (melody, vocal, lead, voice), else of
several pitched tracks the one with the highest mean pitch that has a quarter as many onsets as the
busiest; a piece for one track is all melody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.score import Score, Track

STEPS = 12  # places of onsets a quarter
_MELODIES = ("melody", "vocal", "voice", "lead")
_DRUM = 128  # added to the pitches of drums


@dataclass(frozen=True)
class Bars:
    """The bars of one piece; similarities are [bars, bars], from 0 to 1."""

    lines: NDArray[np.int64]  # [bars + 1], ticks
    notes: NDArray[np.float64]  # Jaccard index of the sets of (place, pitch) of two bars
    melody: NDArray[np.float64]  # the same of the melody alone; 0 where neither bar has any
    chroma: NDArray[np.float64]  # cosine of how long each pitch class sounds
    sung: NDArray[np.int64]  # [bars], onsets of the melody
    rest: NDArray[np.float64]  # [bars + 1], quarters without a melody onset around each bar line
    density: NDArray[np.float64]  # [bars], onsets


def bars_of_score(score: Score) -> Bars:
    """What the bars of a score have."""
    lines = np.array(score.bar_lines(), dtype=np.int64)
    count = len(lines) - 1
    melody = melody_track(score)
    rows = np.array(
        [
            (n.start, n.pitch + _DRUM * track.is_drum, n.duration, track is melody)
            for track in score.tracks
            for n in track.notes
        ],
        dtype=np.int64,
    ).reshape(-1, 4)
    bar = np.searchsorted(lines, rows[:, 0], side="right") - 1
    place = np.rint((rows[:, 0] - lines[bar]) * STEPS / score.ticks_per_quarter).astype(np.int64)
    event = place * 2 * _DRUM + rows[:, 1]
    led = rows[:, 3] == 1
    pitched = rows[:, 1] < _DRUM
    chroma = np.zeros((count, 12))
    np.add.at(chroma, (bar[pitched], rows[pitched, 1] % 12), rows[pitched, 2])
    onsets = np.unique(rows[led, 0]) / score.ticks_per_quarter
    return Bars(
        lines=lines,
        notes=_jaccard(bar, event, count),
        melody=_jaccard(bar[led], event[led], count),
        chroma=_cosine(chroma),
        sung=np.bincount(bar[led], minlength=count),
        rest=_rests(onsets, lines / score.ticks_per_quarter),
        density=np.bincount(bar, minlength=count).astype(np.float64),
    )


def bar_similarity(score: Score) -> NDArray[np.float64]:
    """[bars, bars]: the Jaccard index of the sets of (place, pitch) of two bars."""
    return bars_of_score(score).notes


def melody_track(score: Score) -> Track | None:
    """The track that has the melody; None for a piece of drums alone."""
    tracks = [track for track in score.tracks if track.notes and not track.is_drum]
    for word in _MELODIES:
        for track in tracks:
            if word in track.name.lower():
                return track
    busiest = max((len(track.notes) for track in tracks), default=0)
    busy = [track for track in tracks if 4 * len(track.notes) >= busiest]
    return max(busy, key=lambda t: sum(n.pitch for n in t.notes) / len(t.notes), default=None)


def _jaccard(bar: NDArray[np.int64], event: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """[bars, bars], common events by all events of two bars; 0 for two empty bars."""
    _, column = np.unique(event, return_inverse=True)
    there = np.zeros((count, int(column.max(initial=-1)) + 1), dtype=np.float32)
    there[bar, column] = 1
    common = (there @ there.T).astype(np.float64)
    size = common.diagonal()
    return common / np.maximum(1.0, size[:, None] + size - common)


def _cosine(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    unit = rows / np.maximum(1e-9, np.linalg.norm(rows, axis=1, keepdims=True))
    return unit @ unit.T


def _rests(onsets: NDArray[np.float64], lines: NDArray[np.float64]) -> NDArray[np.float64]:
    """[bars + 1], the longest gap between onsets that touches the beat before a line or the line,
    in quarters, at most 8."""
    if len(onsets) == 0:
        return np.full(len(lines), 8.0)
    edges = np.concatenate([[onsets[0] - 8], onsets, [onsets[-1] + 8]])
    gaps = np.minimum(8.0, np.diff(edges))
    first = np.clip(np.searchsorted(edges, lines - 2, side="right") - 1, 0, len(gaps) - 1)
    last = np.clip(np.searchsorted(edges, lines, side="left") - 1, 0, len(gaps) - 1)
    return np.array([gaps[a : max(a, b) + 1].max() for a, b in zip(first, last, strict=True)])
