"""The grammar of canonical ABC text: which character may come next, so that a tune is always whole.

Conventions. The header comes first: metre, unit length, key. Then every bar is filled exactly: no
note leads past the barline, and the barline comes when the bar is full. The first bar may be a
pick-up, and then sections may end short by as much. Repeats and endings close; quotation marks hold
chord symbols; the three notes of a triplet are equally long; the end comes behind ``|]`` or ``:|``.
``bars`` counts bars as they are played, so 16 may be eight with a repeat. Text from elsewhere (a
primer) may say more than the grammar does: it is followed from barline to barline.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.tokens.abc.form import DOUBLE, ENDING, FINAL, GO_ON, OPEN, REPEAT, SECTION_BARS
from musicrnn.tokens.abc.steps import ACCIDENTALS, LETTERS, Steps
from musicrnn.tokens.abc.words import length_follows
from musicrnn.tokens.protocol import END, START, Controls

CHORD_NOTES = 4
_NOTHING: frozenset[str] = frozenset()
_END = frozenset({"end"})
_BARS = frozenset("|:")
_TONE = LETTERS | ACCIDENTALS
_SOUND = _TONE | {"z", "["}
_FIXED = {
    "accidental": LETTERS,
    "chord accidental": LETTERS,
    "triplet": frozenset("3"),
    "closing": frozenset("|"),
    "reopening": frozenset(":"),
    "between": frozenset("["),
    "second": frozenset("2"),
    "lost": LETTERS | {"z", "|"},
    "done": _END,
}


class AbcConstraint(Steps):
    """The state of one tune while it is sampled; see :class:`musicrnn.tokens.protocol.Constraint`.

    Raises:
        MusicRNNError: a control for density, or for a metre that ABC text cannot say.
    """

    def __init__(
        self,
        ids: dict[str, int],
        controls: Controls,
        masks: dict[frozenset[str], NDArray[np.bool_]],
    ) -> None:
        super().__init__(controls)
        self._ids = ids
        self._characters = {token: character for character, token in ids.items()}
        self._masks = masks

    def allowed(self) -> NDArray[np.bool_]:
        if not self.bounded:
            self.bound()
        characters = self._allowed()
        mask = self._masks.get(characters)
        if mask is None:
            mask = np.zeros(len(self._ids) + 2, np.bool_)
            for character in characters:
                mask[END if character == "end" else self._ids[character]] = True
            self._masks[characters] = mask
        return mask

    def closing(self) -> int:
        return -1  # a bar line is written before it is known whether a bar follows

    def push(self, token: int) -> None:
        if token == START:
            return
        if token == END:
            self.state = "done"
            return
        character = self._characters[token]
        if self.state != "lost" and character in self._allowed():
            self.take(character)
        elif self.state == "bar" and character == "]":  # a primer's end: the piece goes on
            self.state = "final"
        else:
            self.lose(character)

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
            return (
                found | {"|"} if form.mode != REPEAT and form.limit >= 2 * SECTION_BARS else found
            )
        if form.behind_bar(taken):
            found |= {"|"}
        return found | {":"} if form.may_close(taken) else found

    def _behind_note(self) -> frozenset[str]:
        room = self.form.room(0)
        found = length_follows(
            self.written, room // 2 if self.triplet else room, self.triplet_length
        ) | frozenset(self.octave)
        units = self.units()
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
        if left >= 2 * SECTION_BARS * form.bar:
            found |= {"|"}
        return found if form.exact else found | _END
