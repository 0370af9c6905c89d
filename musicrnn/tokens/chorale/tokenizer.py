"""Four voices, event after event: what each voice strikes where, until it strikes again.

A piece reads: key, metre, an upbeat if there is one, then bar after bar; in a bar position by
position the chord of the beat, where it is another one, and the voices that strike there or fall
silent, soprano, bass, alto, tenor. What is struck goes on until the voice's next event, at most to
the end of the last bar. The chords are found in the notes: a network writes them first, as a plan.

    start key_G:maj time_4/4 upbeat position_12 chord_C:maj soprano_G4 bass_C3 alto_E4 tenor_C4 bar
    position_0 chord_F:maj soprano_A4 bass_F3 ... position_8 soprano_rest bass_rest ... end

The grid of sixteenths is that of DeepBach (Hadjeres, Pachet and Nielsen 2017), where every voice
has an id in every sixteenth; most of them are holds, which are left out here. The order of the
voices, given those before, is TonicNet's kind of factoring (Peracha 2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.readings import (
    BAR,
    CHORD,
    KEY,
    LINE,
    ORDER,
    POSITION,
    VOICE,
    Readings,
    no_readings,
)
from musicrnn.score import PITCH_CLASSES, Score, TimeSignature, Track, make_score
from musicrnn.tokens.beat.grid import KEYS
from musicrnn.tokens.chorale.chords import chords_of_beats
from musicrnn.tokens.chorale.grammar import ChoraleConstraint
from musicrnn.tokens.chorale.lines import CHOIR, VELOCITY, Lines, lines_of, score_of
from musicrnn.tokens.chorale.reader import ChoraleReader
from musicrnn.tokens.chorale.vocabulary import (
    NAMES,
    PITCHES,
    REST,
    WHOLE_RANGE,
    WRITTEN,
    ChoraleVocabulary,
    key_name,
    shift_of,
    steps_of,
)
from musicrnn.tokens.protocol import Constraint, Controls, Tokenizer
from musicrnn.tokens.voices import HOLD, STEPS_A_QUARTER, line_notes
from musicrnn.tokens.voices import REST as SILENT

TRANSPOSED = range(-3, 4)  # semitones, in training


@dataclass(frozen=True)
class ChoraleTokenizer(ChoraleVocabulary, Tokenizer):
    """The settings are those of ChoraleVocabulary."""

    name: ClassVar[str] = "chorale"
    counts_upbeat: ClassVar[bool] = False
    closes: ClassVar[bool] = True

    @classmethod
    def suited(cls, scores: Sequence[Score]) -> ChoraleTokenizer:
        """With the ranges of the voices in these scores, by tracks of their names."""
        ranges: list[tuple[int, int]] = []
        for name in NAMES:
            sung = [
                note.pitch
                for score in scores
                for track in score.tracks
                if track.name.strip().lower() == name
                for note in track.notes
            ]
            ranges.append((min(sung), max(sung)) if sung else WHOLE_RANGE)
        return cls(tuple(ranges))

    @property
    def vocabulary(self) -> tuple[str, ...]:
        return self.events.names

    def configuration(self) -> dict[str, Any]:
        return {f.name: getattr(self, f.name) for f in fields(self) if f.init}

    def quantize(self, score: Score) -> Score:
        """The voices on the grid. Raises MusicRNNError as lines_of does."""
        return score_of(lines_of(score))

    def encode(self, score: Score) -> NDArray[np.int32]:
        """ids [N] of the voices. Raises MusicRNNError as lines_of does."""
        lines = lines_of(score)
        token, key = self.events.id, key_name(lines.key)
        ids = [token("start"), token("key", key), token("time", lines.bars[0])]
        struck = self._struck(lines, shift_of(key))
        chord = -1
        for step, number in sorted(chords_of_beats(lines.positions, lines.upbeat).items()):
            if number != chord and step in struck:
                chord = number
                struck[step].insert(0, self._chord(number, shift_of(key)))
        begin, metre = 0, lines.bars[0]
        if lines.upbeat:
            ids.append(token("upbeat"))
            before = steps_of(metre) - lines.upbeat
            for step in range(lines.upbeat):
                if step in struck:
                    ids += [token("position", before + step), *struck[step]]
            begin = lines.upbeat
        for bar in lines.bars:
            ids.append(token("bar"))
            if bar != metre:
                ids.append(token("time", bar))
            for step in range(steps_of(bar)):
                if begin + step in struck:
                    ids += [token("position", step), *struck[begin + step]]
            begin, metre = begin + steps_of(bar), bar
        struck_last = struck.get(begin)
        assert struck_last is None, "nothing comes behind the last bar"
        ids.append(token("end"))
        return np.array(ids, np.int32)

    def _chord(self, number: int, shift: int) -> int:
        """The id of a chord, 12 * quality + root."""
        quality, root = divmod(number, 12)
        return self.events.span["chord"].start + 12 * quality + (root - shift) % 12

    def _struck(self, lines: Lines, shift: int) -> dict[int, list[int]]:
        """By step, the ids of the voices that strike there or fall silent."""
        end = lines.upbeat + sum(map(steps_of, lines.bars))
        silent = np.full((1, len(NAMES)), SILENT, np.int16)
        positions = np.concatenate([silent, lines.positions, silent])
        found: dict[int, list[int]] = {}
        for name in WRITTEN:
            line = positions[:, NAMES.index(name)]
            for step in np.flatnonzero(line[1:] != HOLD).tolist():
                value = int(line[step + 1])
                if value < HOLD:
                    found.setdefault(step, []).append(
                        self.events.id(name, (value - shift) % PITCHES)
                    )
                elif line[step] != SILENT and step < end:
                    found.setdefault(step, []).append(self.events.id(name, REST))
        return found

    def decode(self, ids: Sequence[int] | NDArray[np.int32]) -> Score:
        """The piece of the ids; ids out of place are skipped."""
        reader = ChoraleReader(self)
        for token in ids:
            reader.read(int(token))
        begin = min(reader.bar_start, -steps_of(reader.metres[0][1]) if reader.metres else 0)
        begin = begin if reader.upbeat else 0
        positions = np.full((reader.end - begin, len(WRITTEN)), HOLD, np.int16)
        positions[0] = SILENT
        for tick, voice, pitch in reader.struck:
            positions[tick - begin, voice] = SILENT if pitch < 0 else pitch
        tracks = [
            Track(line_notes(line, STEPS_A_QUARTER, VELOCITY), CHOIR, name=name.capitalize())
            for name, line in zip(WRITTEN, positions.T, strict=True)
        ]
        metres = [(tick - begin, metre) for tick, metre in reader.metres]
        if begin or not metres:
            metres.insert(0, (0, metres[0][1] if metres else reader.metre))
        raw = make_score(
            STEPS_A_QUARTER,
            [track for track in tracks if track.notes],
            time_signatures=[TimeSignature(tick, *metre) for tick, metre in metres],
            keys=[reader.key] if reader.key else [],
        )
        return self.quantize(raw) if raw.note_count else raw

    def constraint(self, controls: Controls) -> Constraint:
        """The grammar of a new chorale. Raises MusicRNNError for a wish that it cannot express."""
        return ChoraleConstraint(self, controls)

    def readings(self) -> Readings:
        table = no_readings(len(self.events))
        for group, span in self.events.span.items():
            count = np.arange(span.stop - span.start)
            if group in ("bar", "end"):
                table[span, BAR] = 1
            elif group == "position":
                table[span, POSITION] = count
            elif group == "key":
                table[span, KEY] = count
            elif group == "chord":
                table[span, CHORD], table[span, ORDER] = count, count % len(PITCH_CLASSES)
            elif group in WRITTEN:
                table[span, VOICE] = WRITTEN.index(group)
                table[span.start : span.start + PITCHES, ORDER] = count[:PITCHES]
                table[span.start : span.start + PITCHES, LINE] = NAMES.index(group)
        return table

    def augmentation_maps(self) -> NDArray[np.int32]:
        """Transposed by up to three semitones: the key is another, unless the voices would then
        jump by an octave."""
        moves = sorted(TRANSPOSED, key=abs)
        return np.array([self._moved(semitones) for semitones in moves], np.int32)

    def _moved(self, semitones: int) -> list[int]:
        ids = list(range(len(self.events)))
        for index, name in enumerate(KEYS):
            moved = KEYS[index // 12 * 12 + (index + semitones) % 12]
            alike = shift_of(moved) - shift_of(name) == semitones
            ids[self.events.id("key", name)] = self.events.id("key", moved) if alike else -1
        return ids

    def count_notes(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        return sum(
            self.events.group[token] in WRITTEN and self.events.value[token] != REST
            for token in ids
        )

    def count_bars(self, ids: Sequence[int] | NDArray[np.int32]) -> int:
        """Whole bars; an upbeat is none."""
        return self.events.count(ids, "bar")
