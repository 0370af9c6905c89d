"""Performance events: music as it is played, to 10 ms, without beats or bars.

Notes begin and end, time moves on, loudness changes:

    start velocity_20 note_on_60 note_on_64 time_shift_48 note_off_60 time_shift_2 note_off_64 end

Source: Oore et al. 2018 (This Time with Feeling). One tick is 10 ms: 50 ticks a quarter at 120. At
one tick notes end before others begin, each from the lowest pitch up; a long time is shifts of the
longest kind and a rest. With ``drums`` a note_on is a hit and there is no note_off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score
from musicrnn.tokens.performance.grammar import PerformanceConstraint
from musicrnn.tokens.performance.reader import PerformanceDecoder, PerformanceReader
from musicrnn.tokens.performance.time import performance_score, played_notes
from musicrnn.tokens.programs import DRUM_PROGRAM, notes_by_program
from musicrnn.tokens.protocol import END, START, Constraint, Controls, IncrementalDecoder, Tokenizer
from musicrnn.tokens.vocabulary import EventVocabulary, check_velocity_bins

if TYPE_CHECKING:
    import torch

    from musicrnn.tokens.rules import Rules


@dataclass(frozen=True)
class PerformanceTokenizer(Tokenizer):
    """Performance events of one piano, or of one drum kit.

    Args:
        max_shift: the longest time shift in steps of 10 ms.
        velocity_bins: 1, 2, 4, ... 128 levels of loudness.
        drums: the drum tracks of a score instead of the others.
    """

    max_shift: int = 100
    velocity_bins: int = 32
    drums: bool = False
    events: EventVocabulary = field(init=False, repr=False, compare=False)

    name: ClassVar[str] = "performance"
    has_bars: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 1 <= self.max_shift <= 1000:
            raise MusicRNNError(f"max_shift must be in 1..1000, got {self.max_shift}")
        check_velocity_bins(self.velocity_bins)
        groups: dict[str, Sequence[Any]] = {
            "start": [None],
            "end": [None],
            "time_shift": range(1, self.max_shift + 1),
            "velocity": range(self.velocity_bins),
            "note_on": range(128),
        }
        if not self.drums:
            groups["note_off"] = range(128)
        object.__setattr__(self, "events", EventVocabulary(groups))

    @classmethod
    def suited(cls, scores: Sequence[Score]) -> PerformanceTokenizer:
        """Of the drums where the scores have nothing else."""
        return cls(drums=set(notes_by_program(scores)) == {DRUM_PROGRAM})

    @property
    def vocabulary(self) -> tuple[str, ...]:
        return self.events.names

    def configuration(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init}

    def quantize(self, score: Score) -> Score:
        """One track from the first note on, in 10 ms; pedals become length, all else goes.

        Raises:
            MusicRNNError: no note of the kind, or longer than two hours.
        """
        notes = played_notes(score, drums=self.drums, velocity_bins=self.velocity_bins)
        return performance_score(notes, drums=self.drums)

    def encode(self, score: Score) -> NDArray[np.int32]:
        notes = played_notes(score, drums=self.drums, velocity_bins=self.velocity_bins)
        on = self.events.span["note_on"].start
        loudness = self.events.span["velocity"].start
        starts, pitches, lengths, velocities = notes.T
        bins = velocities * self.velocity_bins // 128
        # rows of tick, rank (offs before ons), pitch, velocity bin
        moments = np.stack([starts, np.ones_like(starts), pitches, bins], 1)
        if not self.drums:
            ends = np.stack([starts + lengths, np.zeros_like(starts), pitches, bins], 1)
            moments = np.concatenate([moments, ends])
        order = np.lexsort((moments[:, 2], moments[:, 1], moments[:, 0]))
        ids = [START]
        now, loud = 0, -1
        for tick, begins, pitch, velocity in moments[order].tolist():
            ids.extend(self._shifts(tick - now))
            now = tick
            if begins and velocity != loud:
                ids.append(loudness + velocity)
                loud = velocity
            ids.append(on + pitch if begins else self.events.span["note_off"].start + pitch)
        ids.append(END)
        return np.array(ids, np.int32)

    def _shifts(self, ticks: int) -> list[int]:
        first = self.events.span["time_shift"].start
        whole, rest = divmod(ticks, self.max_shift)
        return [first + self.max_shift - 1] * whole + ([first + rest - 1] if rest else [])

    def decode(self, ids: Sequence[int] | NDArray[np.int32]) -> Score:
        """The performance of the ids; an event that makes no sense is skipped.

        A note_on of a sounding pitch repeats it, the end stops all; two hours at most.
        """
        reader = PerformanceReader(self.events, self.velocity_bins)
        struck: dict[int, tuple[int, int]] = {}  # pitch: start, velocity
        rows: list[tuple[int, int, int, int]] = []  # start, pitch, length, velocity
        tokens: list[int] = np.asarray(ids, np.int64).tolist()
        for token in tokens:
            moment = reader.read(token)
            if moment is None:
                continue
            pitch, velocity = moment
            if pitch in struck:
                start, loud = struck.pop(pitch)
                rows.append((start, pitch, reader.now - start, loud))
            if velocity:
                struck[pitch] = reader.now, velocity
        for pitch, (start, loud) in struck.items():
            if reader.now > start or self.drums:
                rows.append((start, pitch, max(1, reader.now - start), loud))
        return performance_score(np.array(rows, np.int64).reshape(-1, 4), drums=self.drums)

    def incremental_decoder(self) -> IncrementalDecoder:
        """Time shift by time shift."""
        return PerformanceDecoder(PerformanceReader(self.events, self.velocity_bins), self.drums)

    def constraint(self, controls: Controls) -> Constraint:
        return PerformanceConstraint(self.events, controls)

    def rules(self, controls: Controls, device: torch.device) -> Rules:
        from musicrnn.tokens.performance.rules import PerformanceRules

        return PerformanceRules(self.events, controls, device=device)

    def augmentation_maps(self) -> NDArray[np.int32]:
        """Transposed by -5 to 6 semitones; drums stay as they are."""
        identity = np.arange(len(self.events), dtype=np.int32)
        if self.drums:
            return identity[None]
        rows = [identity]
        for semitones in (*range(-5, 0), *range(1, 7)):
            row = identity.copy()
            for group in ("note_on", "note_off"):
                span = self.events.span[group]
                pitches = np.arange(128) + semitones
                inside = (pitches >= 0) & (pitches <= 127)
                row[span] = np.where(inside, span.start + pitches, -1)
            rows.append(row)
        return np.stack(rows)

    def count_notes(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        return self.events.count(ids, "note_on")
