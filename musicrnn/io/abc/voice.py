"""The items of an ABC tune to the voices that play them: what each field holds for.

Conventions. Fields before the body hold for every voice; in the body they hold for the voice in
which they stand. Strict reading raises at the first thing that is no ABC, lenient reading passes
over it.
"""

from __future__ import annotations

from fractions import Fraction

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc.chord import parse_chord
from musicrnn.io.abc.fields import (
    default_unit,
    is_no_metre,
    parse_metre,
    parse_tempo,
    parse_unit,
    parse_voice,
    transposition,
)
from musicrnn.io.abc.items import Bar, Directive, Ending, Field, Item, Overlay, Symbol, Wrong
from musicrnn.io.abc.key import NO_KEY, Accidentals, is_key_text, parse_key
from musicrnn.io.abc.play import Harmony, InForce, Speed, Volta
from musicrnn.io.abc.sound import Voice
from musicrnn.io.abc.syntax import scan

MAX_VOICES = 64


class Reader:
    """Reads one tune.

    Attributes:
        title: the first T: field.
        opening: key and metre at the beginning.
        tempo: quarters a minute, None where the header has no Q:.
    """

    def __init__(self, strict: bool) -> None:
        self.strict = strict
        self.title = ""
        self.opening = InForce(NO_KEY, None)
        self.unit: Fraction | None = None
        self.tempo_text = ""
        self.tempo: float | None = None
        self.voices: dict[str, Voice] = {}
        self.voice: Voice | None = None
        self.in_body = False
        self.program, self.is_drum, self.transpose = 0, False, 0
        self.line = self.column = 1
        self._fields = {
            "V": self._voice_field,
            "K": self._key_field,
            "M": self._metre_field,
            "L": self._unit_field,
            "Q": self._tempo_field,
        }

    def read(self, text: str) -> list[Voice]:
        """The voices of the tune."""
        for self.line, self.column, item in scan(text):
            if isinstance(item, Field):
                self._field(item)
            elif isinstance(item, Directive):
                self._directive(item.text)
            else:
                if not self.in_body:
                    self._wrong("there is music before the K: field")
                    self.in_body = True
                voice = self.voice or self._enter("")
                self._music(voice, item)
        if not self.in_body:
            self._wrong("there is no K: field, so no tune")
        unit = self.unit or default_unit(self.opening.metre)
        self.tempo = parse_tempo(self.tempo_text, unit)
        return [v for v in self.voices.values() if v.events] or [self._enter("")]

    def _wrong(self, reason: str) -> None:
        if self.strict:
            raise MusicRNNError(f"line {self.line}, column {self.column}: {reason}")

    def _enter(self, name: str) -> Voice:
        """The voice of that id, made if it is new."""
        if name not in self.voices:
            if len(self.voices) >= MAX_VOICES:
                self._wrong(f"a tune may have {MAX_VOICES} voices")
                return next(reversed(self.voices.values()))
            accidentals = Accidentals(self.opening.key.signature)
            voice = Voice(self.opening, self.unit, accidentals, self.transpose)
            voice.program, voice.is_drum = self.program, self.is_drum
            self.voices[name] = voice
        return self.voices[name]

    def _directive(self, text: str) -> None:
        words = text.split()
        if len(words) < 3 or words[0] != "MIDI" or not words[-1].isdecimal():
            return
        target = self.voice or self
        number = int(words[-1][:6])
        if words[1] == "program" and number <= 127:
            target.program = number
        elif words[1] == "channel":
            target.is_drum = number == 10

    def _field(self, item: Field) -> None:
        if not (item.letter.isalpha() or item.letter == "+"):
            self._wrong(f"no field is called {item.letter!r}")
        elif item.letter == "T" and not self.title:
            self.title = item.text
        elif (read := self._fields.get(item.letter)) is not None:
            read(item.text)

    def _voice_field(self, text: str) -> None:
        voice_id, name = parse_voice(text)
        if not voice_id:
            self._wrong("a V: field needs the name of a voice")
            return
        voice = self.voice = self._enter(voice_id)
        voice.name = voice.name if name is None else name
        shift = transposition(text)
        voice.transpose = voice.transpose if shift is None else shift

    def _key_field(self, text: str) -> None:
        if not is_key_text(text):
            self._wrong(f"K:{text[:40]} is no key")
        key = parse_key(text)
        shift = transposition(text)
        if not self.in_body:
            self.in_body = True
            self.voice = next(iter(self.voices.values()), None)
            self.opening = InForce(key or NO_KEY, self.opening.metre)
            self.transpose = shift or 0
            for voice in self.voices.values():
                voice.state, voice.unit = self.opening, self.unit
                voice.accidentals.change(self.opening.key.signature)
                voice.transpose += self.transpose
            return
        voice = self.voice or self._enter("")
        if key is not None:
            voice.state = InForce(key, voice.state.metre)
            voice.accidentals.change(key.signature)
            voice.events.append(voice.state)
        voice.transpose = voice.transpose if shift is None else shift

    def _metre_field(self, text: str) -> None:
        metre = parse_metre(text)
        if metre is None and not is_no_metre(text):
            self._wrong(f"M:{text[:40]} is no metre")
            return
        if not self.in_body or not any(voice.events for voice in self.voices.values()):
            self.opening = InForce(self.opening.key, metre)
            for voice in self.voices.values():
                voice.state = InForce(voice.state.key, metre)
            return
        voice = self.voice or self._enter("")
        voice.unit = voice.unit or default_unit(self.opening.metre)
        voice.state = InForce(voice.state.key, metre)
        voice.events.append(voice.state)

    def _unit_field(self, text: str) -> None:
        unit = parse_unit(text)
        if unit is None:
            self._wrong(f"L:{text[:40]} is no unit note length")
        elif not self.in_body:
            self.unit = unit
        else:
            (self.voice or self._enter("")).unit = unit

    def _tempo_field(self, text: str) -> None:
        if not self.in_body:
            self.tempo_text = text
            tempo = parse_tempo(text, Fraction(1, 8))
        else:
            voice = self.voice or self._enter("")
            tempo = parse_tempo(text, voice.unit or default_unit(self.opening.metre))
            if tempo is not None:
                voice.events.append(Speed(tempo))
        if tempo is None and text.strip()[:1] != '"':
            self._wrong(f"Q:{text[:40]} is no tempo from 4 to 1000 quarters a minute")

    def _music(self, voice: Voice, item: Item) -> None:
        if isinstance(item, Wrong):
            self._wrong(item.reason)
        elif isinstance(item, Bar):
            voice.barline(item)
        elif isinstance(item, Ending):
            if item.numbers and min(item.numbers) > 0:
                voice.events.append(Volta(item.numbers))
            else:
                self._wrong("an ending has numbers from 1 on")
        elif isinstance(item, Overlay):
            voice.in_overlay = True
        elif voice.in_overlay:
            return
        elif isinstance(item, Symbol):
            chord = parse_chord(item.text)
            if chord is not None:
                voice.events.append(Harmony(*chord))
        else:
            wrong = voice.take(item)
            if wrong is not None:
                self._wrong(wrong)
