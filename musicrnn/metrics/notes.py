"""The notes of a score as arrays, made once for all measures of a piece.

Conventions. [N] notes of all tracks together, sorted by (start, pitch, track); times in ticks.
``bars`` are the start ticks of the bars and one last tick where the piece's last bar ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score

MAX_COUNTED_BARS = 100_000  # a day of music; a broken file can claim 2**31 bars
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class NoteArrays:
    """The notes of one piece; ``track`` counts from 0, ``drum`` marks notes of drum tracks."""

    ticks_per_quarter: int
    start: Integers  # [N]
    pitch: Integers  # [N]
    duration: Integers  # [N]
    velocity: Integers  # [N]
    track: Integers  # [N]
    drum: NDArray[np.bool_]  # [N]
    bars: Integers  # [B + 1]

    @staticmethod
    def of(score: Score) -> NoteArrays:
        """Every note of a score.

        Raises:
            MusicRNNError: more than MAX_COUNTED_BARS bars.
        """
        shortest = min(s.bar_ticks(score.ticks_per_quarter) for s in score.time_signatures)
        if score.end > MAX_COUNTED_BARS * shortest:
            raise MusicRNNError(
                f"a piece of {score.end} ticks may have more than {MAX_COUNTED_BARS} bars, up to "
                f"{score.end // shortest}: its times are most likely broken"
            )
        rows = [
            (n.start, n.pitch, n.duration, n.velocity, index, track.is_drum)
            for index, track in enumerate(score.tracks)
            for n in track.notes
        ]
        table = np.array(rows, dtype=np.int64).reshape(-1, 6)
        table = table[np.lexsort((table[:, 4], table[:, 1], table[:, 0]))]
        start, pitch, duration, velocity, track, drum = np.ascontiguousarray(table.T)
        is_drum, bars = drum.astype(np.bool_), np.array(score.bar_lines(), dtype=np.int64)
        quarter = score.ticks_per_quarter
        return NoteArrays(quarter, start, pitch, duration, velocity, track, is_drum, bars)

    def where(self, chosen: NDArray[np.bool_]) -> NoteArrays:
        """Only the chosen notes, [N]; the bars stay."""
        columns = ("start", "pitch", "duration", "velocity", "track", "drum")
        return replace(self, **{name: getattr(self, name)[chosen] for name in columns})

    def cut(self, first: int, last: int) -> NoteArrays:
        """Bars ``first`` until before ``last``, from tick 0 on, as musicrnn.metrics.excerpts cuts
        them: the notes that start inside, cut off at the end."""
        start, stop = int(self.bars[first]), int(self.bars[last])
        inside = self.where((start <= self.start) & (self.start < stop))
        return replace(
            inside,
            start=inside.start - start,
            duration=np.minimum(inside.duration, stop - inside.start),
            bars=self.bars[first : last + 1] - start,
        )

    def positions(self, steps: int) -> tuple[Integers, Integers]:
        """The bar, from 0, and the position in it of every note, [N] each, at the nearest of
        ``steps`` positions a quarter; what is nearest to the next bar's beginning belongs there.
        """
        last = len(self.bars) - 2
        bar = np.clip(np.searchsorted(self.bars, self.start, side="right") - 1, 0, last)
        offset = (self.start - self.bars[bar]) * (steps / self.ticks_per_quarter)
        position = np.floor(offset + 0.5).astype(np.int64)
        length = np.diff(self.bars)[bar] * (steps / self.ticks_per_quarter)
        early = (position > length - 0.5) & (position > 0) & (bar < last)
        return bar + early, np.where(early, 0, position)

    @property
    def end(self) -> Integers:
        """[N], the tick at which each note ends."""
        return self.start + self.duration

    def __len__(self) -> int:
        return len(self.start)
