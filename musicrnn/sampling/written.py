"""Voices that were written around given ones, and where they go in the score.

Conventions. Steps are sixteenths. What is given stays as it was read, to the tick.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from musicrnn.errors import MusicRNNError, listed
from musicrnn.presentable import Presentable
from musicrnn.sampling.filters import Settings
from musicrnn.score import Note, Score, Track
from musicrnn.tokens.parts import grid_of
from musicrnn.tokens.voices import (
    HOLD,
    GridPositions,
    line_notes,
    nearest_step,
    sounding,
    step_tick,
)


@dataclass(frozen=True, repr=False)
class Written(Presentable):
    """A piece, and how the given voices were read."""

    score: Score
    seed: int
    nats: float  # a drawn position, under the network
    shift: int = 0  # semitones up
    folded: int = 0  # positions looked at in another octave, where a shift does not do
    off_grid: tuple[str, ...] = ()  # given voices that are not on the grid of sixteenths
    seconds: float = 0.0
    moved_back: bool = True  # the new voices, by the shift; else they stay in their ranges

    def __repr__(self) -> str:
        return f"<Written, seed {self.seed}: {self.score!r}>"


def untold(share: float) -> None:
    """Says nothing."""


class Writer(Protocol):
    """What writes voices with a model; ``names`` are those of its voices from the top down.

    ``tell`` is told meanwhile which share is written, 0 to 1.
    """

    tell: Callable[[float], None]

    @property
    def names(self) -> tuple[str, ...]: ...

    def drawing(self, settings: Settings, temperature: float | None = None) -> Any:
        """How voices are drawn by a style of these settings, at the temperature that is asked."""
        ...

    def harmonize(
        self, score: Score, given: Mapping[str, Track], settings: Any, seed: int
    ) -> Written:
        """The voices that are not ``given`` around those that are."""
        ...

    def vary(
        self,
        score: Score,
        tracks: Mapping[str, Track],
        settings: Any,
        seed: int,
        *,
        bars: tuple[int, int],
        voices: Sequence[str],
    ) -> Written:
        """``voices`` anew from the first of ``bars`` to the last, counted from 1."""
        ...


def varied_steps(
    score: Score, tracks: Mapping[str, Track], names: Sequence[str], bars: tuple[int, int]
) -> tuple[int, int]:
    """The first sixteenth of the bars, counted from 1, and the one behind their last.

    Raises:
        MusicRNNError: the tracks are not those of the voices, or there are no such bars.
    """
    if set(tracks) != set(names):
        raise MusicRNNError(f"the voices {listed(names)} are needed, got {listed(tracks)}")
    starts = [start for start, _ in score.bars()]
    first, last = bars
    if not 1 <= first <= last <= len(starts):
        raise MusicRNNError(f"bars must be in 1..{len(starts)}, got {first} to {last}")
    quarter = score.ticks_per_quarter
    begin = nearest_step(starts[first - 1], quarter)
    sung = sounding(grid_of(score, list(tracks.values())))
    end = nearest_step(starts[last], quarter) if last < len(starts) else len(sung)
    if not (sung[begin:end] >= 0).any():
        raise MusicRNNError(f"bars {first} to {last} hold no sixteenth of any voice to vary")
    return begin, end


def spliced(track: Track, line: GridPositions, region: tuple[int, int], quarter: int) -> Track:
    """The track with the notes of ``line`` [T] between two steps; notes are before, inside or
    behind by their nearest step. A note that is cut there joins the new one that meets it, if it
    has the same pitch and no new one was struck."""
    begin, end = (step_tick(step, quarter) for step in region)
    slack = quarter // 8  # an overlap of a 32nd is legato
    inside = line[region[0] : region[1]].copy()
    goes_on = inside[0] == HOLD
    if goes_on:
        inside[0] = sounding(line[:, None])[region[0], 0]
    velocity = int(np.median([note.velocity for note in track.notes]))
    new = list(line_notes(inside, quarter, velocity, first=region[0]))
    before, after = list[Note](), list[Note]()
    for note in track.notes:
        stop, at = note.start + note.duration, nearest_step(note.start, quarter)
        if at >= region[1]:
            after.append(note)
            continue
        if at < region[0]:
            cut = begin - note.start if stop > begin + slack else note.duration
            before.append(replace(note, duration=cut))
        if stop > end + slack:
            after.append(replace(note, start=end, duration=stop - end))
            if new and _meet(new[-1], after[-1]):
                longer = after.pop()
                new[-1] = replace(new[-1], duration=longer.start + longer.duration - new[-1].start)
    if goes_on and before and new and _meet(before[-1], new[0]):
        first = before.pop()
        new[0] = replace(first, duration=new[0].start + new[0].duration - first.start)
    return replace(track, notes=tuple(sorted([*before, *new, *after])))


def _meet(one: Note, other: Note) -> bool:
    return one.pitch == other.pitch and one.start + one.duration == other.start
