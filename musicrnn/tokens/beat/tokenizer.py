"""Bar-and-beat events: music as a musician counts it, for one or several instruments.

A piece reads: key, density, then bar after bar; in a bar the time signature where it changes, then
position by position a tempo where it changes, a chord where it changes, and the notes from the
lowest program and pitch up. A note is pitch, velocity, duration; a drum hit is drum, velocity.

    start key_G:maj density_3 bar time_4/4 position_0 tempo_92 chord_G:maj pitch_43 velocity_9
    duration_24 pitch_71 velocity_11 duration_6 position_6 pitch_74 ... bar position_0 ... end

Source: REMI (Huang and Yang 2020) and its several-instrument form (von Ruette et al. 2022); the
header with key and density is ours. One position is 1/12 of a quarter note. Bars, metres (2/4, 3/4,
6/8, 5/4 ...) and tempo survive mid-piece changes; pedals and titles do not (see grid.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.readings import (
    BAR,
    CHORD,
    KEY,
    LINE,
    LINES,
    ORDER,
    POSITION,
    STAGE,
    VOICE,
    Readings,
    no_readings,
)
from musicrnn.score import Score, make_score
from musicrnn.tokens.beat.density import notes_a_quarter, quintiles
from musicrnn.tokens.beat.grammar import BeatConstraint
from musicrnn.tokens.beat.grid import KEYS, POSITIONS, TEMPOS, nearest_tempo
from musicrnn.tokens.beat.parts import common_parts
from musicrnn.tokens.beat.quantize import quantize_to_beats, tracks_of
from musicrnn.tokens.beat.reader import BeatDecoder, BeatReader
from musicrnn.tokens.beat.vocabulary import (
    DENSITY_BORDERS,
    PITCHES,
    BeatVocabulary,
    transposed_name,
)
from musicrnn.tokens.programs import DRUM_PROGRAM, notes_by_program
from musicrnn.tokens.protocol import Constraint, Controls, IncrementalDecoder, Tokenizer

if TYPE_CHECKING:
    import torch

    from musicrnn.tokens.rules import Rules

MAX_PROGRAMS = 16
MIN_SHARE = 0.005  # share of all notes; rarer instruments are played by their nearest neighbour
DENSITY_BARS = 16  # of the excerpts whose densities are the borders
KEY_STEPS = (-2, -1, 0, 1, 2)  # semitones of transposition in training, in canonical pitch
FINE = 128  # velocity_bins of drums alone: as many as there are, all of which drummers use
LOUDER_STEPS = (0, -4, -2, 2, 4)  # of velocity, in training with so many


@dataclass(frozen=True)
class BeatTokenizer(BeatVocabulary, Tokenizer):
    """Bar-and-beat events; the settings are those of BeatVocabulary."""

    name: ClassVar[str] = "beat"

    @classmethod
    def suited(cls, scores: Sequence[Score]) -> BeatTokenizer:
        """The instruments of the scores, chords where most have some, the parts that most have by
        name, and as borders of density the quintiles of their excerpts of 16 bars; of drums
        alone every velocity."""
        notes = notes_by_program(scores)
        common = [p for p, n in notes.most_common(MAX_PROGRAMS) if n >= MIN_SHARE * notes.total()]
        with_chords = 2 * sum(bool(score.chords) for score in scores) > len(scores)
        programs = tuple(sorted(common))
        return cls(
            programs,
            velocity_bins=FINE if programs == (DRUM_PROGRAM,) else cls.velocity_bins,
            chords=with_chords,
            parts=common_parts(scores) if len(programs) == 1 and programs[0] < 128 else (),
            canonical=programs != (DRUM_PROGRAM,),
            density_borders=quintiles(scores, DENSITY_BARS) or DENSITY_BORDERS,
            steady=2 * sum(map(_changes_metre, scores)) <= len(scores),
            closing=True,
        )

    @property
    def vocabulary(self) -> tuple[str, ...]:
        return self.events.names

    @property
    def loops(self) -> bool:
        return self.programs == (DRUM_PROGRAM,)

    def configuration(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init}

    def quantize(self, score: Score) -> Score:
        return quantize_to_beats(score, self)

    def encode(self, score: Score) -> NDArray[np.int32]:
        """ids [N] of the quantized score. Raises MusicRNNError as quantize does."""
        score = self.quantize(score)
        token = self.events.id
        bars = score.bars()
        ids = [token("start")]
        shift = 0
        if self.pitched:
            key = KEYS[score.keys[0].tonic + 12 * score.keys[0].minor]
            ids.append(token("key", key))
            shift = self.shift(key)
        quarters = (bars[-1][0] + bars[-1][1].bar_ticks(POSITIONS)) / POSITIONS
        density = 1 + sum(score.note_count / quarters >= border for border in self.density_borders)
        ids.append(token("density", density))

        events = self._events_by_position(score, shift)
        for start, time in bars:
            ids.append(token("bar"))
            if start == time.tick:
                ids.append(token("time", (time.numerator, time.denominator)))
            for position in range(time.bar_ticks(POSITIONS)):
                if start + position in events:
                    ids.append(token("position", position))
                    ids.extend(events[start + position])
        ids.append(token("end"))
        return np.array(ids, np.int32)

    def _events_by_position(self, score: Score, shift: int) -> dict[int, list[int]]:
        """The ids at each position: tempo, chord, then the notes by program, part and pitch."""
        token = self.events.id
        events: dict[int, list[int]] = {}
        for tempo in score.tempos:
            events.setdefault(tempo.tick, []).append(token("tempo", nearest_tempo(tempo.bpm)))
        for chord in score.chords:
            events.setdefault(chord.tick, []).append(
                token("chord", self.shifted_chord(chord.name, -shift))
            )
        velocity = self.events.span["velocity"].start
        for track in score.tracks:
            program = DRUM_PROGRAM if track.is_drum else track.program
            kind = self.events.span["drum" if track.is_drum else "pitch"].start
            kind += PITCHES * self.parts.index(track.name) if self.parts else 0
            position = -1
            notes = [
                (n.start, n.pitch if track.is_drum else (n.pitch - shift) % PITCHES, n)
                for n in track.notes
            ]
            for start, pitch, note in sorted(notes):
                here = events.setdefault(start, [])
                if start != position and len(self.programs) > 1:
                    here.append(token("program", program))
                position = start
                here.append(kind + pitch)
                here.append(velocity + note.velocity * self.velocity_bins // 128)
                if not track.is_drum:
                    here.append(token("duration", note.duration))
        return events

    def decode(self, ids: Sequence[int] | NDArray[np.int32]) -> Score:
        """The piece of the ids; ids out of place are skipped."""
        reader = BeatReader(self)
        for token in ids:
            reader.read(token)
        raw = make_score(
            POSITIONS,
            tracks_of(np.array(reader.notes), self) if reader.notes else (),
            tempos=reader.tempos,
            time_signatures=reader.time_signatures,
            keys=reader.keys,
            chords=reader.chords,
        )
        return self.quantize(raw) if reader.notes else raw

    def incremental_decoder(self) -> IncrementalDecoder:
        """Position by position."""
        return BeatDecoder(BeatReader(self))

    def constraint(self, controls: Controls) -> Constraint:
        return BeatConstraint(self, controls)

    def rules(self, controls: Controls, device: torch.device) -> Rules:
        from musicrnn.tokens.beat.rules import BeatRules

        return BeatRules(self, controls, device=device)

    def densities(self, score: Score) -> NDArray[np.int64]:
        notes = notes_a_quarter(score, DENSITY_BARS)
        return 1 + np.searchsorted(self.density_borders, notes, side="right")

    def readings(self) -> Readings:
        table = no_readings(len(self.events))
        table[[self.events.id("bar"), self.events.id("end")], BAR] = 1
        stages = {"time": 1, "tempo": 1, "chord": 2, "velocity": 1, "duration": 2}
        for group, span in self.events.span.items():
            count = np.arange(span.stop - span.start)
            columns = {"position": POSITION, "program": VOICE, "pitch": ORDER, "drum": ORDER,
                       "key": KEY, "chord": CHORD}  # fmt: skip
            if group in columns:
                table[span, columns[group]] = count
            if group == "pitch":
                table[span, LINE] = np.minimum(count // PITCHES, LINES - 1)
            if group in stages:
                table[span, STAGE] = stages[group]
        return table

    def augmentation_maps(self) -> NDArray[np.int32]:
        """Transposed by -5 to 6 semitones, in canonical pitch by -2 to 2, and one step of tempo
        slower or faster; of fine velocities also a little softer or louder."""
        steps = (KEY_STEPS if self.canonical else range(-5, 7)) if self.pitched else [0]
        louder = LOUDER_STEPS if self.velocity_bins == FINE else [0]
        moves = [(k, t, v) for v in louder for k in steps for t in (-1, 0, 1)]
        moves.sort(key=lambda move: move != (0, 0, 0))
        return np.array([self._moved(*move) for move in moves], np.int32)

    def _moved(self, semitones: int, tempo_steps: int, louder: int) -> list[int]:
        ids: list[int] = []
        for group, value in zip(self.events.group, self.events.value, strict=True):
            pair = (group, value)
            if group == "pitch" and not self.canonical:
                pair = (group, value + semitones)
                if value % PITCHES + semitones not in range(PITCHES):
                    pair = (group, -1)
            elif group == "chord" and not self.canonical:
                pair = (group, self.shifted_chord(value, semitones))
            elif group == "key":
                moved = transposed_name(value, semitones)
                if self.canonical and self.shift(moved) - self.shift(value) != semitones:
                    moved = ""  # the same tokens would sound in another octave
                pair = (group, moved)
            elif group == "tempo":
                step = TEMPOS.index(value) + tempo_steps
                pair = (group, TEMPOS[min(len(TEMPOS) - 1, max(0, step))])
            elif group == "velocity" and 0 < value < self.velocity_bins - 1:  # the ends are limits
                pair = (group, min(self.velocity_bins - 1, max(1, value + louder)))
            ids.append(self.events.id(*pair) if pair in self.events else -1)
        return ids

    def count_notes(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        return self.events.count(ids, "pitch", "drum")

    def count_bars(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        return self.events.count(ids, "bar")


def _changes_metre(score: Score) -> bool:
    """Whether it does so behind a pick-up."""
    second = score.bars()[1:2]
    return any(metre.tick > second[0][0] for metre in score.time_signatures) if second else False
