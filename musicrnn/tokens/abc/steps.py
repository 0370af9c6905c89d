"""A tune being written character by character: what each character does to it.

Conventions. Only characters that the grammar allows (grammar.py) come to :meth:`Steps.take`; text
beyond it, such as a primer's, goes to :meth:`Steps.lose` and is followed from barline to barline.
``state`` says where the next character stands.
"""

from __future__ import annotations

import re

from musicrnn.io.abc.chord import chord_symbol
from musicrnn.io.abc.fields import bars_lasting
from musicrnn.tokens.abc.form import (
    BETWEEN,
    FINAL,
    FIRST,
    OPEN,
    PLAIN,
    REPEAT,
    SECOND,
    UNBOUNDED_BARS,
    Form,
)
from musicrnn.tokens.abc.words import (
    EIGHTH,
    LENGTHS,
    Trie,
    chord_trie,
    key_trie,
    metre_trie,
    refuse_wishes_of_events,
)
from musicrnn.tokens.protocol import BOUNDS, Controls

MAX_PLAYED_BARS = 128  # played, where nothing is asked for
LETTERS = frozenset("ABCDEFGabcdefg")
ACCIDENTALS = frozenset("^_=")
_METRE = re.compile(r"M:(\d{1,2})/(\d{1,2})")


class Steps:
    """The state of one tune while it is sampled.

    Raises:
        MusicRNNError: a control for density, or for a metre that ABC text cannot say.
    """

    def __init__(self, controls: Controls) -> None:
        refuse_wishes_of_events(controls, "ABC text")
        self.controls = controls
        self.exact = controls.bars is not None or controls.seconds is not None
        self.form = Form(32, UNBOUNDED_BARS, self.exact)
        self.bounded = False  # as long as a primer is pushed
        self.key_words = key_trie(controls.key)
        self.chord_words = [chord_symbol(*chord) for chord in controls.chords]
        self.trie: Trie = metre_trie(controls.time_signature)
        self.written = ""  # of the trie's word, or of a length
        self.metre: tuple[int, int] | None = None
        self.state = "header"
        self.flags = 0  # what may come behind the "|" that was put
        self.tones = 0  # in the chord being written
        self.octave = ""  # the mark that may follow
        self.silent = False  # the note being written is a rest
        self.triplet = 0  # notes of it still to come
        self.triplet_length: str | None = None
        self.symbol_due = bool(self.chord_words)
        self.after = ""  # "symbol", "bar" or "tie" where one has just come

    def units(self) -> int | None:
        """Units that the note in hand takes of the bar if it ends now; None if it may not."""
        if self.triplet_length is not None:
            return 0 if self.written == self.triplet_length else None
        units = LENGTHS.get(self.written)
        if units is None:
            return None
        units = 2 * units if self.triplet else units
        return units if units <= self.form.room(0) else None

    def take(self, character: str) -> None:
        state = self.state
        if state in ("header", "key", "symbol"):
            self._spell(character)
        elif state == "note":
            self._go_on_with_note(character)
        elif state in ("tone", "chord accidental"):
            self._tone(character)
        elif state == "accidental":
            self._begin_note(character)
        elif state == "triplet":
            self.triplet, self.state = 3, "item"
        elif state == "bracket" and character == "1":
            self.form.first_ending()
            self.after, self.state = "bar", "item"
        elif state == "bracket":
            self.tones = 0
            self._tone(character)
        elif state == "reopening" or (state == "bar" and character in "|]:["):
            self._behind_barline(character)
        elif state == "closing":
            self.form.close()
            self.symbol_due = bool(self.chord_words) and self.form.rest == self.form.bar
            self.state = "between" if self.form.mode == BETWEEN else "closed"
        elif state == "closed" and character == "|":
            self.state = "reopening"
        elif state == "between":
            self.state = "second"
        elif state == "second":
            self.form.mode = SECOND
            self.after, self.state = "bar", "item"
        else:
            self._item(character)

    def _item(self, character: str) -> None:
        self.state = "item"
        if character == "|":
            self.flags = self.form.behind_bar(0)
            if self.form.opening and self.form.rest == self.form.bar:
                self.flags = OPEN
            else:
                self.form.cross()
                self.symbol_due = bool(self.chord_words) and self.form.rest == self.form.bar
            self.state = "bar"
        elif character == ":":
            self.state = "closing"
        elif character == '"':
            index = self.form.position // self.form.bar
            words = self.chord_words
            self.trie = chord_trie(words[index % len(words)] if words else None)
            self.written, self.state = "", "symbol"
        elif character == "(":
            self.state = "triplet"
        elif character == "[":
            self.tones, self.octave, self.state = 0, "", "tone"
        elif character in ACCIDENTALS:
            self.state = "accidental"
        else:
            self._begin_note(character)
        if character not in '"(':
            self.after = ""

    def _begin_note(self, character: str) -> None:
        self.silent = character == "z"
        self.octave = "" if self.silent or character == "]" else "'" if character.islower() else ","
        self.written, self.state, self.after = "", "note", ""

    def _tone(self, character: str) -> None:
        """Inside the brackets of a chord."""
        if character == "]":
            self._begin_note(character)
        elif character in ACCIDENTALS:
            self.octave, self.state = "", "chord accidental"
        elif character in LETTERS:
            self.tones += 1
            self.octave, self.state = "'" if character.islower() else ",", "tone"
        else:
            self.octave = ""

    def _go_on_with_note(self, character: str) -> None:
        if character == self.octave:
            self.octave = ""
            return
        if character in "/0123456789":
            self.written += character
            self.octave = ""
            return
        units = self.units()
        assert units is not None  # or nothing but a length would have been allowed
        self.form.take(units)
        if self.triplet:
            self.triplet -= 1
            self.triplet_length = self.written if self.triplet else None
        if character == "-":
            self.after, self.state = "tie", "item"
        else:
            self._item(character)

    def _behind_barline(self, character: str) -> None:
        if character == "|":
            self.form.mode = PLAIN  # a new section
            self.after, self.state = "bar", "item"
        elif character == "]":
            self.state = "final"
        elif character == ":":
            self.form.open()
            self.after, self.state = "bar", "item"
        else:
            self.state = "bracket"

    def _spell(self, character: str) -> None:
        """Of the header's lines and of chord symbols: a letter more."""
        self.written += character
        if self.written in self.trie:
            return
        word, self.written = self.written, ""
        if self.state == "header":
            self._set_metre(word)
            self.trie, self.state = self.key_words, "key"
        elif self.state == "key":
            self.state = "item"
        else:
            self.after, self.state, self.symbol_due = "symbol", "item", False

    def _set_metre(self, text: str) -> None:
        match = _METRE.search(text)
        metre = (int(match[1]), int(match[2])) if match else (4, 4)
        bar = max(1, 8 * EIGHTH * metre[0] // metre[1])
        self.metre = metre
        limit = self._limit() if self.bounded else UNBOUNDED_BARS
        position = self.form.bars * bar  # above 0 inside a primer
        self.form = Form(bar, limit, self.exact, position, opening=position == 0)

    def bound(self) -> None:
        """The primer is over, and from here on the length that is asked for holds."""
        self.bounded = True
        flags = self.form.bound(self._limit(), self.flags)
        if self.state == "bar":
            self.flags = flags

    def _limit(self) -> int:
        """Bars to be played at most."""
        limit = self.controls.bars or MAX_PLAYED_BARS
        if self.controls.seconds is not None:
            asked = self.controls
            played = bars_lasting(self.controls.seconds, self.metre or (4, 4), asked.tempo)
            limit = min(limit if asked.bars else BOUNDS["bars"][1], played)
        return limit

    def lose(self, character: str) -> None:
        """Text beyond the grammar: go on at the next barline, or behind the header."""
        self.written = (self.written if self.state in ("lost", "header", "key") else "") + character
        self.written = self.written[-200:]
        before, self.state = self.state, "lost"
        if self.metre is None or before == "key":
            if character == "\n" and self.written.rpartition("K:")[1]:
                self._set_metre(self.written)
                self.written, self.state = "", "item"
            return
        if character == "]" and (match := _METRE.search(self.written)) is not None:
            self._set_metre(match[0])
            self.written = ""
        if character == "|":
            self._lost_barline(empty=before == "bar", closing=self.written[-2:-1] == ":")

    def _lost_barline(self, *, empty: bool, closing: bool) -> None:
        form = self.form
        if not empty:
            form.position = (form.bars if form.rest < form.bar else form.bars + 1) * form.bar
        if closing and form.mode in (REPEAT, FIRST):
            form.position += form.common if form.mode == FIRST else form.position - form.begin
            form.mode = PLAIN
        form.rest = 0
        self.triplet, self.triplet_length, self.after, self.written = 0, None, "", ""
        self.flags = form.behind_bar(0) or FINAL
        form.cross()
        self.state = "bar"
