"""The words of a tune from its text.

Conventions. The text is canonical (musicrnn.tokens.abc.normal). Of notes that sound together the
highest is kept, a change of key is written with accidentals, a note beyond the words' range comes
an octave or more nearer. In a metre without a word every bar is one that departs from 4/4. Text
that words cannot say is refused with None: overlays, endings behind the second, no metre, tuplets
off the grid of 1/24 quarter.
"""

from __future__ import annotations

from fractions import Fraction

from musicrnn.io.abc.chord import parse_chord
from musicrnn.io.abc.fields import parse_metre
from musicrnn.io.abc.items import (
    Bar,
    Ending,
    Field,
    Item,
    Overlay,
    Rest,
    Sound,
    Symbol,
    Tie,
    Tone,
    Tuplet,
)
from musicrnn.io.abc.key import AbcKey, Accidentals, parse_key, pitch_at, spell
from musicrnn.io.abc.sound import TUPLET_TIME
from musicrnn.io.abc.syntax import scan
from musicrnn.spelling import key_name
from musicrnn.tokens.tune.words import (
    BARS,
    DEGREES,
    EIGHTH,
    HIGHEST_PITCH,
    KEYS,
    LENGTH_WORDS,
    LOWEST,
    METRE_WORDS,
    OCTAVES,
    REST,
    TIE,
    UPBEAT_WORD,
    Degree,
    KeyWord,
    chord_name,
    degree_name,
    degree_of,
    length_name,
    split_length,
)


class _CannotSay(Exception):
    """The words have none for it."""


def words_of(text: str) -> list[str] | None:
    """The words of a canonical text, from its metre to its last bar line; None: see above."""
    reader = _Reader()
    try:
        for _, _, item in scan(text):
            reader.take(item)
        return reader.finished()
    except _CannotSay:
        return None


class _Reader:
    def __init__(self) -> None:
        self.metre = "M:4/4"
        self.key: KeyWord | None = None
        self.accidentals = Accidentals((0,) * 7)
        self.words: list[str] = []  # behind the key
        self.factor, self.left = Fraction(1), 0  # of a tuplet, and its notes still to come

    def take(self, item: Item) -> None:
        if isinstance(item, Field):
            self._field(item)
        elif isinstance(item, Sound):
            self._sound(item)
        elif isinstance(item, Rest):
            self.accidentals.next_note([])
            for part in split_length(self._units(item.length)):
                self.words += [REST, length_name(part)]
        elif isinstance(item, Tie):
            if self.words[-1:] and self.words[-1] in LENGTH_WORDS and self.words[-2] != REST:
                self.words.append(TIE)
                self.accidentals.next_note([self._place])
        elif isinstance(item, Symbol):
            self._symbol(item.text)
        elif isinstance(item, Tuplet):
            self._tuplet(item)
        elif isinstance(item, Bar):
            self._bar(item)
        elif isinstance(item, Ending):
            self._ending(item)
        elif isinstance(item, Overlay):
            raise _CannotSay

    def finished(self) -> list[str]:
        metre = METRE_WORDS[self.metre]
        words = self.words
        if words[-1:] == ["||"]:
            words[-1] = "|]"
        opening = words[:1] == ["|:"]
        at = int(opening)
        units = 0
        while at < len(words) and words[at] not in BARS:
            units += LENGTH_WORDS.get(words[at], 0)
            at += 1
        upbeat = 0 < units < metre and any(word in LENGTH_WORDS for word in words[at:])
        if upbeat:
            words = [UPBEAT_WORD, *words]
        elif not opening:
            words = ["|", *words]
        key = self.key or KEYS["C"]
        return [self.metre, f"K:{key.name}", *words]

    def _field(self, item: Field) -> None:
        if item.letter == "M":
            metre = parse_metre(item.text)
            word = "" if metre is None else f"M:{metre[0]}/{metre[1]}"
            if self.key is None and not word:
                raise _CannotSay
            if self.key is None:
                self.metre = word if word in METRE_WORDS else "M:4/4"
            elif word in METRE_WORDS:
                self.words.append(word)
        elif item.letter == "K":
            key = parse_key(item.text)
            if key is None:
                return
            if self.key is None:
                self.key = key_word(key)
                self.accidentals = Accidentals(key.signature)
            else:
                self.accidentals.change(key.signature)

    def _units(self, length: Fraction) -> int:
        """Of a length in eighths."""
        units = length * EIGHTH * (self.factor if self.left else 1)
        self.left = max(0, self.left - 1)
        if units.denominator != 1:
            raise _CannotSay
        return int(units)

    def _sound(self, sound: Sound) -> None:
        tones: list[tuple[int, Tone, int]] = []
        for tone in sound.tones:
            alteration = self.accidentals.sounding(tone.place, tone.alteration)
            tones.append((pitch_at(tone.place, alteration), tone, alteration))
        pitch, tone, alteration = max(tones, key=lambda each: each[0])
        key = self.key or KEYS["C"]
        degree, mark = _in_range(degree_of(tone.place, alteration, key), pitch - key.semitones)
        self._place = tone.place, alteration
        tied = tone.tie
        self.accidentals.next_note([self._place] if tied else [])
        parts = split_length(self._units(sound.length))
        for number, part in enumerate(parts, 1):
            self.words += [degree_name((degree, mark)), length_name(part)]
            if number < len(parts) or tied:
                self.words.append(TIE)

    def _symbol(self, text: str) -> None:
        chord = parse_chord(text)
        if chord is not None:
            root, quality = chord
            key = self.key or KEYS["C"]
            root = root if root < 0 else (root - key.semitones) % 12
            self.words.append(chord_name(root, quality))

    def _tuplet(self, item: Tuplet) -> None:
        if item.p not in TUPLET_TIME and item.q is None:
            raise _CannotSay
        time = item.q or TUPLET_TIME[item.p]
        self.factor, self.left = Fraction(time, item.p), item.r or item.p

    def _bar(self, bar: Bar) -> None:
        self.accidentals.barline()
        self.left = 0
        if max(bar.before, bar.after) > 1:
            raise _CannotSay
        if bar.before:
            word = ":|:" if bar.after else ":|"
        elif bar.after:
            word = "|:"
        else:
            word = "||" if bar.double else "|"
        metre = [self.words.pop()] if self.words[-1:] and self.words[-1] in METRE_WORDS else []
        if word == "|:" and self.words[-1:] == [":|"]:
            self.words[-1] = ":|:"
        else:
            self.words.append(word)
        self.words += metre

    def _ending(self, ending: Ending) -> None:
        numbers = set(ending.numbers)
        before = self.words[-1] if self.words else ""
        if numbers == {1} and before == "|":
            self.words[-1] = "|1"
        elif numbers == {2} and before == ":|":
            self.words[-1] = ":|2"
        else:
            raise _CannotSay


def _in_range(degree: Degree, pitch: int) -> Degree:
    """A degree that has a word, in another octave or by another name if it must; ``pitch`` is its
    own in C."""
    octaves = 0
    while pitch + 12 * octaves < HIGHEST_PITCH - 12 * OCTAVES + 1:
        octaves += 1
    while pitch + 12 * octaves > HIGHEST_PITCH:
        octaves -= 1
    letters, mark = degree[0] + 7 * octaves, degree[1]
    if abs(mark) > 1 or not 0 <= letters - LOWEST < DEGREES:
        (letter, octave), mark = spell(pitch + 12 * octaves, 0, False)
        letters = 7 * octave + letter
    return letters, mark


def key_word(key: AbcKey) -> KeyWord:
    """The word of a key: of one whose signature has marks of its own, or none, the usual one."""
    if key.name in KEYS:
        return KEYS[key.name]
    plain = key.name.split(" ")[0]
    if plain in KEYS:
        return KEYS[plain]
    if key.tonic < 0:
        return KEYS["C"]
    return KEYS[key_name(key.tonic, key.minor)]
