"""The grammar of canonical ABC text: which character may come next, so that a tune is always whole.

Conventions. The header comes first: metre, unit length, key. Then every bar is filled exactly: no
note leads past the barline, and the barline comes when the bar is full. The first bar may be a
pick-up, and then sections may end short by as much. Repeats and endings close; quotation marks hold
chord symbols; the three notes of a triplet are equally long; the end comes behind ``|]`` or ``:|``.
``bars`` counts bars as they are played, so 16 may be eight with a repeat. Text from elsewhere (a
primer) may say more than the grammar does: it is followed from barline to barline.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc_chord import chord_symbol
from musicrnn.io.abc_fields import default_tempo
from musicrnn.tokens.abc_form import (
    BETWEEN,
    DOUBLE,
    ENDING,
    FINAL,
    GO_ON,
    OPEN,
    REPEAT,
    Form,
)
from musicrnn.tokens.abc_words import (
    EIGHTH,
    LENGTHS,
    Trie,
    chord_trie,
    key_trie,
    length_follows,
    metre_trie,
)
from musicrnn.tokens.protocol import END, START, Wishes

MOST_BARS = 128  # played, where nothing is wished
CHORD_NOTES = 4
_NOTHING: frozenset[str] = frozenset()
_END = frozenset({"end"})
_BARS = frozenset("|:")
_LETTERS = frozenset("ABCDEFGabcdefg")
_ACCIDENTALS = frozenset("^_=")
_TONE = _LETTERS | _ACCIDENTALS
_SOUND = _TONE | {"z", "["}
_FIXED = {
    "accidental": _LETTERS,
    "chord accidental": _LETTERS,
    "triplet": frozenset("3"),
    "closing": frozenset("|"),
    "reopening": frozenset(":"),
    "between": frozenset("["),
    "second": frozenset("2"),
    "lost": _LETTERS | {"z", "|"},
    "done": _END,
}
_METRE = re.compile(r"M:(\d{1,2})/(\d{1,2})")


class AbcConstraint:
    """The state of one tune in the making; see :class:`musicrnn.tokens.protocol.Constraint`.

    Raises:
        MusicRNNError: a wish for a density, or for a metre, key or chord that ABC text cannot say.
    """

    def __init__(
        self, ids: dict[str, int], wishes: Wishes, masks: dict[frozenset[str], NDArray[np.bool_]]
    ) -> None:
        if wishes.density is not None:
            raise MusicRNNError(
                f"ABC text has no word for density, got {wishes.density}: take a style of events"
            )
        if wishes.bars is not None and wishes.bars < 1:
            raise MusicRNNError(f"bars must be at least 1, got {wishes.bars}")
        if wishes.seconds is not None and not wishes.seconds > 0:
            raise MusicRNNError(f"seconds must be above 0, got {wishes.seconds}")
        self._characters = {token: character for character, token in ids.items()}
        self._ids = ids
        self._masks = masks
        self.wishes = wishes
        self.form = Form(32, wishes.bars or MOST_BARS, wishes.bars is not None)
        self.key_words = key_trie(wishes.key)
        self.chord_words = [chord_symbol(*chord) for chord in wishes.chords]
        self.trie: Trie = metre_trie(wishes.time_signature)
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

    def allowed(self) -> NDArray[np.bool_]:
        characters = self._allowed()
        mask = self._masks.get(characters)
        if mask is None:
            mask = np.zeros(len(self._ids) + 2, np.bool_)
            for character in characters:
                mask[END if character == "end" else self._ids[character]] = True
            self._masks[characters] = mask
        return mask

    def push(self, token: int) -> None:
        if token == START:
            return
        if token == END:
            self.state = "done"
            return
        character = self._characters[token]
        if self.state != "lost" and character in self._allowed():
            self._take(character)
        elif self.state == "bar" and character == "]":  # a primer's end: the piece goes on
            self.state = "final"
        else:
            self._lose(character)

    def _allowed(self) -> frozenset[str]:
        state = self.state
        if state == "note":
            return self._behind_note()
        if state == "item":
            return self._items(0, self.triplet)
        if state in ("header", "key", "symbol"):
            return self.trie[self.written]
        if state == "bar":
            return self._behind_bar()
        if state == "tone":
            return self._behind_tone()
        if state == "bracket":
            chord = _TONE if self.flags & GO_ON and not self.symbol_due else _NOTHING
            return chord | {"1"} if self.flags & ENDING else chord
        if state == "closed":
            return self._behind_close()
        if state == "final":
            over = not self.form.exact or self.form.bars >= self.form.limit
            return _END if over else self._items(0, 0) - _BARS
        return _FIXED[state]

    def _items(self, taken: int, triplet: int) -> frozenset[str]:
        """What may come when the note in hand, of ``taken`` units, is over and ``triplet`` notes of
        its triplet are still to come."""
        if triplet > 0:
            return _SOUND
        form = self.form
        new = taken == 0 and self.triplet == 0
        if new and self.symbol_due and self.after != "symbol":
            return frozenset('"')
        room = form.room(taken)
        found = _SOUND if room > 0 else _NOTHING
        if room >= 2:
            found |= {"("}
        if new and self.after == "symbol":
            return found
        if room > 0 and not self.chord_words:
            found |= {'"'}
        if new and self.after == "bar":
            return found
        if form.opening and taken == 0 and form.rest == form.bar:
            return found | {"|"} if form.mode != REPEAT and form.limit >= 2 else found
        if form.behind_bar(taken):
            found |= {"|"}
        return found | {":"} if form.may_close(taken) else found

    def _units(self) -> int | None:
        """Units that the note in hand takes of the bar if it ends now; None if it may not."""
        if self.triplet_length is not None:
            return 0 if self.written == self.triplet_length else None
        units = LENGTHS.get(self.written)
        if units is None:
            return None
        units = 2 * units if self.triplet else units
        return units if units <= self.form.room(0) else None

    def _behind_note(self) -> frozenset[str]:
        room = self.form.room(0)
        found = length_follows(
            self.written, room // 2 if self.triplet else room, self.triplet_length
        ) | frozenset(self.octave)
        units = self._units()
        if units is None:
            return found
        found |= self._items(units, self.triplet - 1)
        return found if self.silent else found | {"-"}

    def _behind_tone(self) -> frozenset[str]:
        found = frozenset(self.octave)
        if self.tones < CHORD_NOTES:
            found |= _TONE
        return found | {"]"} if self.tones >= 2 else found

    def _behind_bar(self) -> frozenset[str]:
        flags = self.flags
        found = self._items(0, 0) - _BARS if flags & GO_ON else _NOTHING
        for flag, character in ((DOUBLE, "|"), (FINAL, "]"), (OPEN, ":"), (ENDING, "[")):
            if flags & flag:
                found |= {character}
        return found

    def _behind_close(self) -> frozenset[str]:
        form = self.form
        left = form.limit * form.bar - form.position
        if form.bars >= form.limit:
            return _END
        found = self._items(0, 0) - _BARS
        if left >= 2 * form.bar:
            found |= {"|"}
        return found if form.exact else found | _END

    def _take(self, character: str) -> None:
        state = self.state
        if state in ("header", "key", "symbol"):
            self._spell(character)
        elif state == "note":
            self._go_on_with_note(character)
        elif state == "tone":
            self._tone(character)
        elif state == "accidental":
            self._begin_note(character)
        elif state == "chord accidental":
            self._tone(character)
        elif state == "triplet":
            self.triplet, self.state = 3, "item"
        elif state == "bracket" and character == "1":
            self.form.first_ending()
            self.after, self.state = "bar", "item"
        elif state == "bracket":
            self.tones = 0
            self._tone(character)
        elif state == "bar" and character in "|]:[":
            self._behind_barline(character)
        elif state == "closing":
            self.form.close()
            self.symbol_due = bool(self.chord_words) and self.form.rest == self.form.bar
            self.state = "between" if self.form.mode == BETWEEN else "closed"
        elif state == "closed" and character == "|":
            self.state = "reopening"
        elif state == "reopening":
            self.form.open()
            self.after, self.state = "bar", "item"
        elif state == "between":
            self.state = "second"
        elif state == "second":
            self.form.second_ending()
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
        elif character in _ACCIDENTALS:
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
        elif character in _ACCIDENTALS:
            self.octave, self.state = "", "chord accidental"
        elif character in _LETTERS:
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
        units = self._units()
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
            self.form.new_section()
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
        if self.form.position == 0:
            limit = self.wishes.bars or MOST_BARS
            if self.wishes.seconds is not None:
                tempo = self.wishes.tempo or default_tempo(metre)
                played = self.wishes.seconds * tempo / 60 / (4 * metre[0] / metre[1])
                limit = max(1, min(limit if self.wishes.bars else 10_000, round(played)))
            exact = self.wishes.bars is not None or self.wishes.seconds is not None
            self.form = Form(bar, limit, exact)
        else:  # inside a primer
            bars = self.form.bars
            self.form = Form(bar, self.form.limit, self.form.exact, position=bars * bar)
            self.form.opening = False
        self.metre = metre

    def _lose(self, character: str) -> None:
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
            form = self.form
            form.position = (form.bars if form.rest < form.bar else form.bars + 1) * form.bar
            form.rest = 0
            self.triplet, self.triplet_length, self.after, self.written = 0, None, "", ""
            self.flags = form.behind_bar(0) or FINAL
            form.cross()
            self.state = "bar"
