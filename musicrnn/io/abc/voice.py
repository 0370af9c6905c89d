"""The items of an ABC tune to the voices that play them: what each field holds for.

Conventions. Fields and directives before the body hold for every voice; in the body they hold for
the voice in which they stand, but for ``P:`` and ``%%propagate-accidentals``, which hold for all.
What a voice says of its clef, octave or transposition counts before what holds for every voice;
``%%MIDI transpose 2`` is the same as ``transpose=2``, ``rtranspose`` adds to it, and drums are not
transposed, as abc2midi has it. Strict reading raises at the first thing that is no ABC, lenient
reading passes over it and counts it.
"""

from __future__ import annotations

import re
from fractions import Fraction

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc.chord import asks_for_none, has_bass, parse_chord
from musicrnn.io.abc.fields import (
    default_unit,
    is_no_metre,
    parse_metre,
    parse_tempo,
    parse_unit,
    parse_voice,
    transpositions,
)
from musicrnn.io.abc.items import (
    Bar,
    Directive,
    Ending,
    Field,
    Item,
    LeftOut,
    Overlay,
    Symbol,
    Wrong,
)
from musicrnn.io.abc.key import NO_KEY, REACHES, Accidentals, is_key_text, parse_key
from musicrnn.io.abc.parts import parse_order, part_called
from musicrnn.io.abc.play import InForce, Part, Speed, Volta
from musicrnn.io.abc.said import Said
from musicrnn.io.abc.sound import Voice
from musicrnn.io.abc.syntax import scan

MAX_VOICES = 64


class Reader:
    """Reads one tune.

    Attributes:
        title: the first T: field.
        opening: key and metre at the beginning.
        tempo: quarters a minute, None where the header has no Q:.
        order: the parts as they are played, empty without a P: that the body can follow.
        said: what was left out.
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
        self.program, self.is_drum = 0, False
        self.shifts: dict[str, int] = {}
        self.reach = "pitch"
        self.order: tuple[str, ...] = ()
        self.order_text = ""
        self.parts: dict[str, None] = {}  # as they are marked in the body
        self.said = Said()
        self.line = self.column = 1
        self._fields = {
            "V": self._voice_field,
            "K": self._key_field,
            "M": self._metre_field,
            "L": self._unit_field,
            "Q": self._tempo_field,
            "P": self._part_field,
        }

    def read(self, text: str) -> list[Voice]:
        """The voices of the tune."""
        for self.line, self.column, item in scan(text):
            if isinstance(item, Field):
                self._field(item)
            elif isinstance(item, Directive):
                self._directive(item.text)
            elif isinstance(item, LeftOut):
                self.said.add(item.kind, item.text)
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
        self.order = self._followed_order()
        for voice in self.voices.values():
            voice.place_overlays()
        return [v for v in self.voices.values() if v.events] or [self._enter("")]

    def _followed_order(self) -> tuple[str, ...]:
        order = parse_order(self.order_text)
        missing = [part for part in order or () if part not in self.parts]
        if order is None or missing:
            if self.parts:
                why = f", {missing[0]} is not marked in the tune" if missing else ""
                self.said.add("order", f"P:{self.order_text[:40]}{why}")
            return ()
        for part in self.parts:
            if order and part not in order:
                self.said.add("part", part[:20])
        return order

    def _wrong(self, reason: str) -> None:
        if self.strict:
            raise MusicRNNError(f"line {self.line}, column {self.column}: {reason}")
        self.said.add("wrong", f"line {self.line}, column {self.column}: {reason}")

    def _enter(self, name: str) -> Voice:
        """The voice of that id, made if it is new."""
        if name not in self.voices:
            if len(self.voices) >= MAX_VOICES:
                self._wrong(f"a tune may have {MAX_VOICES} voices")
                return next(reversed(self.voices.values()))
            accidentals = Accidentals(self.opening.key.signature, self.reach)
            voice = Voice(self.opening, self.unit, accidentals, dict(self.shifts))
            voice.program, voice.is_drum = self.program, self.is_drum
            if self.parts:
                voice.events.append(Part(next(reversed(self.parts))))
            self.voices[name] = voice
        return self.voices[name]

    def _directive(self, text: str) -> None:
        words = text.partition("%")[0].split()
        if words[:1] == ["propagate-accidentals"] and words[-1] in REACHES:
            self.reach = words[-1]
            for voice in self.voices.values():
                voice.accidentals.reach = self.reach
        if words[:1] != ["MIDI"]:
            return
        target = self.voice or self
        number = int(words[-1][:6]) if re.fullmatch(r"[+-]?[0-9]+", words[-1]) else None
        what = words[1] if len(words) > 2 and number is not None else ""
        if what == "program" and 0 <= (number or 0) <= 127:
            target.program = number or 0
        elif what == "channel":
            target.is_drum = number == 10
        elif what in ("transpose", "rtranspose"):
            before = target.shifts.get("transpose", 0) if what == "rtranspose" else 0
            target.shifts["transpose"] = before + (number or 0)
        else:
            self.said.add("MIDI", " ".join(words[1:2]) or "empty")

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
        voice.shifts |= transpositions(text.partition(" ")[2])

    def _key_field(self, text: str) -> None:
        if not is_key_text(text):
            self._wrong(f"K:{text[:40]} is no key")
        key = parse_key(text)
        shifts = transpositions(text)
        if not self.in_body:
            self.in_body = True
            self.voice = next(iter(self.voices.values()), None)
            self.opening = InForce(key or NO_KEY, self.opening.metre)
            self.shifts |= shifts
            for voice in self.voices.values():
                voice.state, voice.unit = self.opening, self.unit
                voice.accidentals.change(self.opening.key.signature)
                voice.shifts = self.shifts | voice.shifts
            return
        voice = self.voice or self._enter("")
        if key is not None:
            voice.state = InForce(key, voice.state.metre)
            voice.accidentals.change(key.signature)
            voice.events.append(voice.state)
        voice.shifts |= shifts

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

    def _part_field(self, text: str) -> None:
        """The order of parts; in the body a part's beginning, in every voice."""
        if not self.in_body:
            self.order_text = text
            return
        name = part_called(text)
        self.parts.pop(name, None)
        self.parts[name] = None
        for voice in self.voices.values():
            voice.events.append(Part(name))

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
            voice.begin_overlay(item.bars)
        elif isinstance(item, Symbol):
            chord = parse_chord(item.text)
            if chord is not None:
                voice.harmony(*chord)
            if chord is None and not asks_for_none(item.text):
                self.said.add("chord", item.text[:20])
            elif has_bass(item.text):
                self.said.add("bass", item.text[:20])
        else:
            wrong = voice.take(item)
            if wrong is not None:
                self._wrong(wrong)
