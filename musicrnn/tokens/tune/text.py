"""The words of a tune as ABC text, for any words whatever.

Conventions. A note or rest counts with the length behind it; words that stand where they mean
nothing are left out. Four bars a line, and a new line where a section ends. What is no whole number
of thirty-second notes stands in a triplet group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from musicrnn.io.abc.chord import chord_symbol
from musicrnn.io.abc.items import Tone
from musicrnn.io.abc.key import Accidentals
from musicrnn.io.abc.write import BARS_A_LINE, length_text, tone_text, triplet_group
from musicrnn.tokens.tune.words import (
    BARS,
    CHORDS,
    EIGHTH,
    KEY_WORDS,
    LENGTH_WORDS,
    METRE_WORDS,
    NOTES,
    PLAIN,
    REST,
    TIE,
    KeyWord,
    place_of,
)

_WRITTEN = {":|:": ":|\n|:", "|1": "|1 ", ":|2": ":|2 "}
_BREAKS = (":|", ":|:", "||")  # a line ends behind them


@dataclass(slots=True)
class _Sound:
    """A note, or a rest where there is none; ``before`` is what stands above it."""

    note: str
    units: int
    before: str = ""
    tied: bool = False


@dataclass(slots=True)
class _Text:
    """The text so far, and the bar that is being filled."""

    key: KeyWord
    accidentals: Accidentals
    bar_units: int
    out: list[str] = field(default_factory=list[str])
    bar: list[_Sound] = field(default_factory=list[_Sound])
    bars: int = 0  # in the line

    def close(self, line: str) -> None:
        """Behind the bar comes a bar line."""
        long = 2 * sum(sound.units for sound in self.bar) > self.bar_units  # no upbeat
        text = self._bar()
        if text or (line != "|" and self.out) or line == "|:":
            self.out += [text, _WRITTEN.get(line, line)]
            self.bars += long
        self.accidentals.barline()
        if text and (line in _BREAKS or (self.bars >= BARS_A_LINE and line == "|")):
            self.out.append("\n" if line != ":|:" else "")
            self.bars = 0

    def _bar(self) -> str:
        words: list[str] = []
        grouped = 0  # sounds of the triplet group still to come
        for index, sound in enumerate(self.bar):
            words.append(sound.before)
            if not grouped and sound.units % PLAIN:
                grouped = triplet_group([each.units for each in self.bar[index:]])
                words.append("(3" if grouped == 3 else f"(3:2:{grouped}")
            length = Fraction(sound.units, EIGHTH) * (Fraction(3, 2) if grouped else 1)
            grouped -= grouped > 0
            words.append(self._sound(sound, length_text(length)))
        self.bar = []
        return "".join(words)

    def _sound(self, sound: _Sound, length: str) -> str:
        if sound.note == REST:
            self.accidentals.next_note([])
            return REST + length
        place, alteration = place_of(NOTES[sound.note], self.key)
        marked = self.accidentals.needs_mark(place, alteration)
        if marked:
            self.accidentals.mark(place, alteration)
        self.accidentals.next_note([(place, alteration)] if sound.tied else [])
        tone = tone_text(Tone(place, alteration if marked else None))
        return tone + length + ("-" if sound.tied else "")


def text_of(words: Sequence[str]) -> str:
    """The tune's text, from ``M:`` to its last bar line."""
    metre = next((word for word in words if word in METRE_WORDS), "M:4/4")
    key = KEY_WORDS[next((word for word in words if word in KEY_WORDS), "K:C")]
    text = _Text(key, Accidentals(key.signature), METRE_WORDS[metre])
    begun, before, note = False, "", ""
    for word in words:
        if word in NOTES or word == REST:
            note = word
            continue
        if word in LENGTH_WORDS and note:
            text.bar.append(_Sound(note, LENGTH_WORDS[word], before))
            begun, before = True, ""
        elif word == TIE and text.bar and not before and text.bar[-1].note != REST:
            text.bar[-1].tied = True
        elif word in CHORDS:
            before = _field(before) + f'"{_symbol(CHORDS[word], text.key)}"'
        elif word in BARS:
            text.close(word)
        elif word in METRE_WORDS and begun:
            before = before + f"[{word}]"
        note = ""
    if text.bar:
        text.close("|]")
    body = "".join(text.out).rstrip("\n")
    return f"{metre}\nL:1/8\nK:{key.name}\n{body}"


def _symbol(chord: tuple[int, str], key: KeyWord) -> str:
    root, quality = chord
    if root < 0:
        return "N.C."
    return chord_symbol((root + key.semitones) % 12, quality, key=(key.fifths, key.minor))


def _field(before: str) -> str:
    """What stands before a note without a chord symbol: of two the last one counts."""
    return before.partition('"')[0]
