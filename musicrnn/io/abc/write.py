"""Scores to ABC notation that people can read: the inverse of parse_abc on their grid (grid.py).

Conventions. ``parse_abc(write_abc(q)) == q`` for every q from quantize_abc, and write_abc(s) is the
text of quantize_abc(s). Lengths are in eighths. A track is a voice; notes that sound together are
one chord, cut and tied wherever one of them begins or ends, so any polyphony can be written. A note
goes over a barline, a chord symbol or a change of key by a tie. What is no power of two stands in a
triplet group. A first bar shorter than the second is a pick-up. Repeats are written out. Four bars
a line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc.chord import chord_symbol
from musicrnn.io.abc.grid import quantize_abc
from musicrnn.io.abc.items import Tone
from musicrnn.io.abc.key import (
    LETTERS,
    NO_KEY,
    Accidentals,
    Place,
    signature_of_fifths,
    spell,
)
from musicrnn.io.abc.read import MAX_TEXT
from musicrnn.io.atomic import write_whole
from musicrnn.io.metre import written_metres
from musicrnn.io.written import TICKS_PER_QUARTER
from musicrnn.score import Key, Score, TimeSignature, Track
from musicrnn.spelling import fifths_of_key, key_name

UNITS_PER_EIGHTH = 24
TICKS_PER_UNIT = TICKS_PER_QUARTER // (2 * UNITS_PER_EIGHTH)
BARS_A_LINE = 4
_MARKS = {None: "", -2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}


def write_abc_file(score: Score, path: str | Path) -> None:
    """Writes :func:`write_abc`'s text as UTF-8, whole or not at all.

    Raises:
        MusicRNNError: the file cannot be written, or ABC cannot hold the score.
    """
    write_whole(path, write_abc(score).encode("utf-8"))


def write_abc(score: Score) -> str:
    """One tune, from ``X:1`` to the last barline.

    Raises:
        MusicRNNError: more than 64 voices, 20000 bars or 200000 characters.
    """
    score = quantize_abc(score)
    metre = written_metres(score)[0]
    lines = ["X:1", f"T:{score.title}" if score.title else ""]
    lines += [f"M:{metre.name}", "L:1/8"]
    lines += [f"Q:1/4={round(score.tempos[0].bpm)}", f"K:{_key_text(_key_at_0(score))}"]
    for number, track in enumerate(score.tracks, start=1):
        if len(score.tracks) > 1 or track.name or track.program or track.is_drum:
            lines.append(f"V:{number}" + (f' name="{track.name}"' if track.name else ""))
            lines.append("%%MIDI channel 10" if track.is_drum else "")
            lines.append(f"%%MIDI program {track.program}" if track.program else "")
        bars = _Writer(score, track, number == 1).bars()
        for first in range(0, len(bars), BARS_A_LINE):
            end = "|]" if first + BARS_A_LINE >= len(bars) else "|"
            lines.append("|".join(bars[first : first + BARS_A_LINE]) + end)
    text = "\n".join(line for line in lines if line) + "\n"
    if len(text) > MAX_TEXT:
        raise MusicRNNError(
            f"an ABC tune may have {MAX_TEXT} characters, this one takes {len(text)}"
        )
    return text


def length_text(units: Fraction) -> str:
    """A length behind a note: "" for 1, ``3``, ``/2``, ``3/2``."""
    number = "" if units.numerator == 1 else str(units.numerator)
    return number if units.denominator == 1 else f"{number}/{units.denominator}"


def tone_text(tone: Tone) -> str:
    """``^c'``, and ``-`` behind it where it is tied."""
    letter, octave = LETTERS[tone.place[0]], tone.place[1]
    name = letter.lower() if octave >= 6 else letter
    marks = "'" * (octave - 6) + "," * (5 - octave)
    return _MARKS[tone.alteration] + name + marks + ("-" if tone.tie else "")


def _key_at_0(score: Score) -> Key | None:
    return score.keys[0] if score.keys and score.keys[0].tick == 0 else None


def _key_text(key: Key | None) -> str:
    return NO_KEY.name if key is None else key_name(key.tonic, key.minor)


@dataclass(slots=True)
class _Piece:
    """What sounds between two cuts: (pitch, goes on) each; a rest has none."""

    start: int
    end: int
    pitches: list[tuple[int, bool]]

    @property
    def units(self) -> int:
        return (self.end - self.start) // TICKS_PER_UNIT


class _Writer:
    """One voice; the first one also carries tempos and chord symbols."""

    def __init__(self, score: Score, track: Track, first: bool) -> None:
        self.score = score
        self.track = track
        self.bar_starts = [tick for tick, _ in score.bars()]
        self.keys = {key.tick: key for key in score.keys}
        self.fifths, self.minor = _fifths(_key_at_0(score))
        self.accidentals = Accidentals(signature_of_fifths(self.fifths))
        placed = [(metre.tick, f"[M:{metre.name}]") for metre in written_metres(score)[1:]]
        placed += [(key.tick, f"[K:{_key_text(key)}]") for key in score.keys if key.tick]
        if first:
            placed += [(t.tick, f"[Q:1/4={round(t.bpm)}]") for t in score.tempos[1:]]
            for chord in score.chords:
                symbol = chord_symbol(chord.root, chord.quality, key=(self.fifths, self.minor))
                placed.append((chord.tick, f'"{symbol}"'))
        self.fields: dict[int, str] = {}  # tick -> what stands before the note there
        for tick, text in placed:
            self.fields[tick] = self.fields.get(tick, "") + text

    def bars(self) -> list[str]:
        """The text of every bar, without barlines."""
        pieces = self._pieces()
        texts: list[str] = []
        at = 0
        ends = [*self.bar_starts[1:], self.score.end]
        for (start, metre), end in zip(self.score.bars(), ends, strict=True):
            inside: list[_Piece] = []
            while at < len(pieces) and pieces[at].start < end:
                inside.append(pieces[at])
                at += 1
            texts.append(self._bar(inside, start, metre))
            self.accidentals.barline()
        return texts

    def _pieces(self) -> list[_Piece]:
        """The voice cut at every barline, field, note's beginning and end."""
        end = self.score.end
        notes = self.track.notes
        cuts = {0, end, *self.bar_starts, *self.fields}
        cuts.update(note.start for note in notes)
        cuts.update(note.start + note.duration for note in notes)
        ticks = sorted(cuts)
        pieces: list[_Piece] = []
        sounding: dict[int, int] = {}  # pitch -> end
        next_note = 0
        for start, stop in pairwise(ticks):
            sounding = {pitch: until for pitch, until in sounding.items() if until > start}
            while next_note < len(notes) and notes[next_note].start == start:
                sounding[notes[next_note].pitch] = start + notes[next_note].duration
                next_note += 1
            pitches = [(pitch, until > stop) for pitch, until in sorted(sounding.items())]
            pieces.append(_Piece(start, stop, pitches))
        return pieces

    def _bar(self, pieces: list[_Piece], start: int, metre: TimeSignature) -> str:
        """Notes of one beat are written together: of a quarter, dotted in 6/8 and its kin."""
        compound = metre.denominator == 8 and metre.numerator % 3 == 0
        beat = TICKS_PER_QUARTER * (3 if compound else 2) // 2
        words: list[str] = []
        grouped = 0  # pieces of the triplet group still to come
        for index, piece in enumerate(pieces):
            if index and (piece.start - start) % beat == 0:
                words.append(" ")
            units = piece.units
            words.append(self.fields.get(piece.start, ""))
            if piece.start in self.keys and piece.start:
                self.fifths, self.minor = _fifths(self.keys[piece.start])
                self.accidentals.change(signature_of_fifths(self.fifths))
            if not grouped and units % 3:
                grouped = triplet_group([each.units for each in pieces[index:]])
                words.append("(3" if grouped == 3 else f"(3:2:{grouped}")
            length = Fraction(units, UNITS_PER_EIGHTH) * (Fraction(3, 2) if grouped else 1)
            grouped -= grouped > 0
            words.append(self._sound(piece.pitches, length))
        return "".join(words)

    def _sound(self, pitches: list[tuple[int, bool]], length: Fraction) -> str:
        if not pitches:
            self.accidentals.next_note([])
            return "z" + length_text(length)
        tones: list[str] = []
        tied: list[tuple[Place, int]] = []
        for pitch, goes_on in pitches:
            place, alteration = spell(pitch, self.fifths, self.minor)
            marked = self.accidentals.needs_mark(place, alteration)
            if marked:
                self.accidentals.mark(place, alteration)
            several = len(pitches) > 1
            tones.append(
                tone_text(Tone(place, alteration if marked else None, goes_on and several))
            )
            if goes_on:
                tied.append((place, alteration))
        self.accidentals.next_note(tied)
        if len(pitches) > 1:
            return "[" + "".join(tones) + "]" + length_text(length)
        return tones[0] + length_text(length) + ("-" if tied else "")


def _fifths(key: Key | None) -> tuple[int, bool]:
    return (0, False) if key is None else (fifths_of_key(key.tonic, key.minor), key.minor)


def triplet_group(lengths: Sequence[int]) -> int:
    """How many of these lengths, 3 a thirty-second note or a multiple of it, the group takes that
    begins here: until it ends on the plain grid, or all."""
    total = 0
    for count, length in enumerate(lengths, start=1):
        total += length
        if total % 3 == 0:
            return count
    return len(lengths)
