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
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, listed
from musicrnn.score import NAMED_CHORDS, PITCH_CLASSES, Score, make_score
from musicrnn.tokens.beat.grammar import BeatConstraint
from musicrnn.tokens.beat.grid import (
    DURATIONS,
    KEYS,
    POSITIONS,
    SIGNATURES,
    TEMPOS,
    nearest_tempo,
    quantize_to_beats,
    tracks_of,
)
from musicrnn.tokens.beat.reader import BeatDecoder, BeatReader
from musicrnn.tokens.programs import DRUM_PROGRAM, notes_by_program
from musicrnn.tokens.protocol import Constraint, Controls, IncrementalDecoder, Tokenizer
from musicrnn.tokens.vocabulary import EventVocabulary, check_velocity_bins

if TYPE_CHECKING:
    import torch

    from musicrnn.tokens.rules import Rules

MAX_PROGRAMS = 16
MIN_SHARE = 0.005  # share of all notes; rarer instruments are played by their nearest neighbour
MAX_BAR_POSITIONS = 96  # positions: 8/4
DENSITY_BORDERS = (1.5, 3.0, 4.5, 6.5)  # notes a quarter between density 1, 2, 3, 4 and 5


@dataclass(frozen=True)
class BeatTokenizer(Tokenizer):
    """Bar-and-beat events.

    Args:
        programs: General MIDI programs in ascending order, 128 for drums; one program alone needs
            no program tokens.
        velocity_bins: 1, 2, 4, ... 64 levels of loudness.
        chords: whether chord symbols are written.
    """

    programs: tuple[int, ...] = (0,)
    velocity_bins: int = 16
    chords: bool = True
    events: EventVocabulary = field(init=False, repr=False, compare=False)

    name: ClassVar[str] = "beat"

    def __post_init__(self) -> None:
        object.__setattr__(self, "programs", tuple(self.programs))
        if not self.programs or list(self.programs) != sorted(set(self.programs) & set(range(129))):
            raise MusicRNNError(f"programs must ascend within 0..128, got {listed(self.programs)}")
        check_velocity_bins(self.velocity_bins)
        groups: dict[str, Sequence[Any]] = {
            "start": [None],
            "end": [None],
            "key": KEYS if self.pitched else (),
            "density": range(1, len(DENSITY_BORDERS) + 2),
            "bar": [None],
            "time": SIGNATURES,
            "position": range(MAX_BAR_POSITIONS),
            "tempo": TEMPOS,
            "chord": tuple(NAMED_CHORDS) if self.chords else (),
            "program": self.programs if len(self.programs) > 1 else (),
            "pitch": range(128) if self.pitched else (),
            "drum": range(128) if DRUM_PROGRAM in self.programs else (),
            "velocity": range(self.velocity_bins),
            "duration": DURATIONS if self.pitched else (),
        }
        there = {group: values for group, values in groups.items() if values}
        object.__setattr__(self, "events", EventVocabulary(there))

    @classmethod
    def suited(cls, scores: Sequence[Score]) -> BeatTokenizer:
        """The instruments of the scores, and chords where most have some."""
        notes = notes_by_program(scores)
        common = [p for p, n in notes.most_common(MAX_PROGRAMS) if n >= MIN_SHARE * notes.total()]
        with_chords = 2 * sum(bool(score.chords) for score in scores) > len(scores)
        return cls(tuple(sorted(common)), chords=with_chords)

    @property
    def pitched(self) -> bool:
        """Whether any instrument but drums is written."""
        return self.programs != (DRUM_PROGRAM,)

    @property
    def vocabulary(self) -> tuple[str, ...]:
        return self.events.names

    def configuration(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init}

    def quantize(self, score: Score) -> Score:
        bins, programs = self.velocity_bins, self.programs
        return quantize_to_beats(score, velocity_bins=bins, programs=programs, chords=self.chords)

    def encode(self, score: Score) -> NDArray[np.int32]:
        """ids [N] of the quantized score. Raises MusicRNNError as quantize does."""
        score = self.quantize(score)
        token = self.events.id
        bars = score.bars()
        ids = [token("start")]
        if self.pitched:
            key = score.keys[0]
            ids.append(token("key", KEYS[key.tonic + 12 * key.minor]))
        quarters = (bars[-1][0] + bars[-1][1].bar_ticks(POSITIONS)) / POSITIONS
        density = 1 + sum(score.note_count / quarters >= border for border in DENSITY_BORDERS)
        ids.append(token("density", density))

        events = self._events_by_position(score)
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

    def _events_by_position(self, score: Score) -> dict[int, list[int]]:
        """The ids at each position: tempo, chord, then the notes by program and pitch."""
        token = self.events.id
        events: dict[int, list[int]] = {}
        for tempo in score.tempos:
            events.setdefault(tempo.tick, []).append(token("tempo", nearest_tempo(tempo.bpm)))
        for chord in score.chords:
            events.setdefault(chord.tick, []).append(token("chord", chord.name))
        velocity = self.events.span["velocity"].start
        for track in score.tracks:
            program = DRUM_PROGRAM if track.is_drum else track.program
            kind = self.events.span["drum" if track.is_drum else "pitch"].start
            position = -1
            for note in track.notes:  # sorted by start, then pitch
                here = events.setdefault(note.start, [])
                if note.start != position and len(self.programs) > 1:
                    here.append(token("program", program))
                position = note.start
                here.append(kind + note.pitch)
                here.append(velocity + note.velocity * self.velocity_bins // 128)
                if not track.is_drum:
                    here.append(token("duration", note.duration))
        return events

    def decode(self, ids: Sequence[int] | NDArray[np.int32]) -> Score:
        """The piece of the ids; ids out of place are skipped."""
        reader = BeatReader(self.events, self.programs, self.velocity_bins)
        for token in ids:
            reader.read(token)
        raw = make_score(
            POSITIONS,
            tracks_of(np.array(reader.notes)) if reader.notes else (),
            tempos=reader.tempos,
            time_signatures=reader.time_signatures,
            keys=reader.keys,
            chords=reader.chords,
        )
        return self.quantize(raw) if reader.notes else raw

    def incremental_decoder(self) -> IncrementalDecoder:
        """Position by position."""
        return BeatDecoder(BeatReader(self.events, self.programs, self.velocity_bins))

    def constraint(self, controls: Controls) -> Constraint:
        return BeatConstraint(self.events, controls, self.programs)

    def rules(self, controls: Controls, device: torch.device) -> Rules:
        from musicrnn.tokens.beat.rules import BeatRules

        return BeatRules(self.events, controls, self.programs, device=device)

    def augmentation_maps(self) -> NDArray[np.int32]:
        """Transposed by -5 to 6 semitones and one step of tempo slower or faster."""
        moves = [(k, t) for k in (range(-5, 7) if self.pitched else [0]) for t in (-1, 0, 1)]
        moves.sort(key=lambda move: move != (0, 0))
        return np.array([self._moved(*move) for move in moves], np.int32)

    def _moved(self, semitones: int, tempo_steps: int) -> list[int]:
        ids: list[int] = []
        for group, value in zip(self.events.group, self.events.value, strict=True):
            pair = (group, value)
            if group == "pitch":
                pair = (group, value + semitones)
            elif group in ("key", "chord") and value != "N":
                root, quality = value.split(":")
                root = PITCH_CLASSES[(PITCH_CLASSES.index(root) + semitones) % 12]
                pair = (group, f"{root}:{quality}")
            elif group == "tempo":
                step = TEMPOS.index(value) + tempo_steps
                pair = (group, TEMPOS[min(len(TEMPOS) - 1, max(0, step))])
            ids.append(self.events.id(*pair) if pair in self.events else -1)
        return ids

    def count_notes(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        return self.events.count(ids, "pitch", "drum")

    def count_bars(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        return self.events.count(ids, "bar")
