"""From played time to metrical time: beats that someone marked, and the bars that they form.

Conventions. Beats are given in seconds and counted from 0; beyond the first and last the grid goes
on at the pace of the beats next to them. Tick 0 is the bar line at or before the first sound. Bars
of m beats are regular; a gap of other length between bar lines is filled with regular bars and one
of what remains (6 beats in 4/4: a bar of 4 and a bar of 2; 5 beats: one bar of 5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.score import Tempo, TimeSignature

_EARLY = 0.25  # beats by which a first note may come before the bar line that it belongs to
_STEADY = 0.05  # share by which a bar's tempo may differ before it counts as a change


@dataclass(frozen=True)
class BeatGrid:
    """Where seconds lie on the score's ticks; the beats here reach beyond the sounding part."""

    seconds: NDArray[np.float64]  # [beats], increasing
    beats_before: int  # how many of them come before the first that was given
    first_beat: int  # the index at tick 0
    bar_beats: NDArray[np.int64]  # [bars], the indices of the bar lines, from first_beat on
    ticks_per_beat: int
    last_tick: int
    tempos: tuple[Tempo, ...]
    time_signatures: tuple[TimeSignature, ...]

    def ticks(self, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """The nearest ticks, none below 0; any shape."""
        beats = np.interp(seconds, self.seconds, np.arange(len(self.seconds)))
        ticks = np.rint((beats - self.first_beat) * self.ticks_per_beat).astype(np.int64)
        return np.maximum(0, ticks)

    def beat_ticks(self, seconds: NDArray[np.float64]) -> NDArray[np.int64]:
        """The ticks of the nearest beats; below 0 before the first bar."""
        beats = np.interp(seconds, self.seconds, np.arange(len(self.seconds)))
        return (np.rint(beats).astype(np.int64) - self.first_beat) * self.ticks_per_beat

    def ticks_of(self, beats: NDArray[np.int64]) -> NDArray[np.int64]:
        """The ticks of beats that were given by their indices."""
        return (beats + self.beats_before - self.first_beat) * self.ticks_per_beat

    def bar_tick(self, seconds: float) -> int:
        """The tick of the nearest bar line."""
        beat = np.interp(seconds, self.seconds, np.arange(len(self.seconds)))
        nearest = self.bar_beats[np.abs(self.bar_beats - beat).argmin()]
        return int(nearest - self.first_beat) * self.ticks_per_beat


def beat_grid(
    seconds: NDArray[np.float64],
    *,
    lines: NDArray[np.int64],
    metre: int,
    sounding: tuple[float, float],
    ticks_per_beat: int,
) -> BeatGrid:
    """The grid of a song.

    seconds: [beats]. lines: known bar lines, as indices of beats, also before 0. metre: beats of a
    regular bar. sounding: when the first note begins and the last one ends.
    """
    before, seconds = _continued(seconds, sounding, margin=2 * metre)
    inside = lines[(lines >= -before) & (lines < len(seconds) - before)]
    lines = _bar_lines(inside + before, metre, len(seconds))

    beats = np.interp(sounding, seconds, np.arange(len(seconds)))
    start = max(0, int(np.searchsorted(lines, beats[0] + _EARLY, side="right")) - 1)
    stop = max(start + 2, int(np.searchsorted(lines, beats[1], side="left")) + 1)
    lines = lines[start:stop]
    first = int(lines[0])
    lengths = np.diff(lines)
    ticks = (lines - first) * ticks_per_beat
    return BeatGrid(
        seconds=seconds,
        beats_before=before,
        first_beat=first,
        bar_beats=lines,
        ticks_per_beat=ticks_per_beat,
        last_tick=round((beats[1] - first) * ticks_per_beat),
        tempos=_tempos(seconds[lines], lengths, ticks),
        time_signatures=tuple(
            TimeSignature(int(tick), int(length), 4)
            for tick, length in zip(ticks, lengths, strict=False)
        ),
    )


def marked_bars(strong: NDArray[np.int64], bar: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
    """The metre and the bar lines of marked beats.

    strong: the beats that are strong in a small metre. bar: those that begin a bar of four.
    """
    triple = len(strong) > 1 and np.mean(np.diff(strong) == 3) > 0.5
    metre, lines = (3, strong) if triple else (4, bar if len(bar) else strong)
    return metre, lines if len(lines) else np.zeros(1, dtype=np.int64)


def _continued(
    seconds: NDArray[np.float64], sounding: tuple[float, float], margin: int
) -> tuple[int, NDArray[np.float64]]:
    """How many beats were put before the first, and all beats, ``margin`` beyond the sounding."""
    pace_in, pace_out = (float(np.median(np.diff(part))) for part in (seconds[:9], seconds[-9:]))
    before = margin + max(0, int(np.ceil((seconds[0] - sounding[0]) / pace_in)))
    after = margin + max(0, int(np.ceil((sounding[1] - seconds[-1]) / pace_out)))
    head = seconds[0] - pace_in * np.arange(before, 0, -1)
    tail = seconds[-1] + pace_out * np.arange(1, after + 1)
    return before, np.concatenate([head, seconds, tail])


def _bar_lines(lines: NDArray[np.int64], metre: int, beats: int) -> NDArray[np.int64]:
    """All bar lines on ``beats`` beats: regular before and after, odd gaps filled."""
    kept = list(range(int(lines[0]) % metre, int(lines[0]), metre))
    for line, following in zip(lines[:-1].tolist(), lines[1:].tolist(), strict=True):
        kept.append(line)
        while following - kept[-1] > metre + 1:
            kept.append(kept[-1] + metre)
    kept.extend(range(int(lines[-1]), beats, metre))
    return np.array(kept, dtype=np.int64)


def _tempos(
    line_seconds: NDArray[np.float64], lengths: NDArray[np.int64], ticks: NDArray[np.int64]
) -> tuple[Tempo, ...]:
    """One mean tempo for as long as the bars' own stay near the mean since the last change."""
    seconds = line_seconds.tolist()
    beats = np.concatenate([[0], np.cumsum(lengths)]).tolist()
    starts = [0]
    for bar in range(1, len(lengths)):
        begun = starts[-1]
        pace = (seconds[bar] - seconds[begun]) / (beats[bar] - beats[begun])
        own = (seconds[bar + 1] - seconds[bar]) / (beats[bar + 1] - beats[bar])
        if abs(own / pace - 1) > _STEADY:
            starts.append(bar)
    tempos: list[Tempo] = []
    for start, stop in zip(starts, [*starts[1:], len(lengths)], strict=True):
        pace = (seconds[stop] - seconds[start]) / (beats[stop] - beats[start])
        tempos.append(Tempo(int(ticks[start]), min(2**24 - 1, max(1, round(pace * 1e6)))))
    return tuple(tempos)
