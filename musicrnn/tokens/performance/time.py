"""A score as it sounds, in steps of 10 ms: what performance events can say, and nothing else.

Conventions. One tick is 10 ms: 50 ticks a quarter at a constant 120 quarters a minute. Notes are
rows of start, pitch, length, velocity, sorted; the first starts at 0. A note that ends while the
sustain pedal is down lasts until it rises. A pitch that is struck again ends there; of two strikes
at once the louder and longer stays. A drum hit lasts 100 ms, or until the next on the same drum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.score import Note, Score, Tempo, Track, make_score
from musicrnn.tokens.vocabulary import bin_velocities

TICKS_PER_QUARTER = 50
TICKS_PER_SECOND = 100
MAX_TICKS = 2 * 60 * 60 * TICKS_PER_SECOND
HIT_TICKS = 10  # ticks


def played_notes(score: Score, *, drums: bool, velocity_bins: int) -> NDArray[np.int64]:
    """[notes, 4], all notes of the drum tracks or of the others.

    Raises:
        MusicRNNError: there is none, or they last longer than two hours.
    """
    tracks = [track for track in score.tracks if track.is_drum == drums and track.notes]
    if not tracks:
        kind = "drum hit" if drums else "note of a pitched instrument"
        raise MusicRNNError(f"no notes are left to encode: the score has no {kind}")
    parts: list[NDArray[np.int64]] = []
    for track in tracks:
        rows = np.array([(n.start, n.pitch, n.duration, n.velocity) for n in track.notes])
        rows[:, 2] = _released(rows[:, 0] + rows[:, 2], track)
        parts.append(rows)
    notes = np.concatenate(parts)  # start, pitch, end, velocity
    steps = _steps(score, notes[:, [0, 2]])
    first = steps[:, 0].min()
    lasts = steps[:, 0 if drums else 1].max() - first
    if lasts > MAX_TICKS:
        raise MusicRNNError(
            f"a performance may last {MAX_TICKS // TICKS_PER_SECOND} seconds, this one lasts "
            f"{lasts / TICKS_PER_SECOND:.0f}"
        )
    steps = (steps - first).astype(np.int64)
    notes[:, 0] = steps[:, 0]
    notes[:, 2] = np.maximum(steps[:, 1], steps[:, 0] + 1)
    notes[:, 3] = bin_velocities(velocity_bins)[notes[:, 3] * velocity_bins // 128]
    return _one_voice_a_pitch(notes, drums)


def performance_score(notes: NDArray[np.int64], *, drums: bool) -> Score:
    """The score of rows of start, pitch, length, velocity that follow the conventions but for
    their order, the silence before the first, and the lengths of drum hits."""
    if len(notes) == 0:
        return make_score(TICKS_PER_QUARTER, ())
    ends = notes.copy()
    ends[:, 0] -= ends[:, 0].min()
    ends[:, 2] += ends[:, 0]
    rows = _one_voice_a_pitch(ends, drums).tolist()
    track = Track(tuple(Note(*row) for row in rows), is_drum=drums)
    return make_score(TICKS_PER_QUARTER, [track], tempos=[Tempo(0, 500_000)])


def _released(ends: NDArray[np.int64], track: Track) -> NDArray[np.int64]:
    """Ends of notes with the pedal; a note that ends as the pedal goes down is not held."""
    if not track.pedals or track.is_drum:
        return ends
    down = np.array([pedal.start for pedal in track.pedals])
    up = np.maximum.accumulate([pedal.start + pedal.duration for pedal in track.pedals])
    pedal = np.searchsorted(down, ends, side="left") - 1
    return np.where(pedal >= 0, np.maximum(ends, up[pedal]), ends)


def _steps(score: Score, ticks: NDArray[np.int64]) -> NDArray[np.float64]:
    """Ticks as whole steps of 10 ms."""
    last = int(ticks.max())
    knots = [tempo.tick for tempo in score.tempos if tempo.tick < last] + [last]
    seconds = [score.seconds_at(tick) for tick in knots]
    return np.rint(np.interp(ticks, knots, seconds) * TICKS_PER_SECOND)


def _one_voice_a_pitch(notes: NDArray[np.int64], drums: bool) -> NDArray[np.int64]:
    """Rows of start, pitch, end, velocity become sorted rows with lengths, none overlapping."""
    notes = notes[np.lexsort((notes[:, 0], notes[:, 1]))]
    first = np.ones(len(notes), np.bool_)
    first[1:] = (np.diff(notes[:, 1]) != 0) | (np.diff(notes[:, 0]) != 0)
    groups = np.flatnonzero(first)
    ends, velocities = (np.maximum.reduceat(notes[:, column], groups) for column in (2, 3))
    starts, pitches = notes[groups, 0], notes[groups, 1]
    if drums:
        ends = starts + HIT_TICKS
    same = np.diff(pitches) == 0
    ends[:-1][same] = np.minimum(ends[:-1], starts[1:])[same]
    rows = np.stack([starts, pitches, ends - starts, velocities], 1)
    return rows[np.lexsort((pitches, starts))]
