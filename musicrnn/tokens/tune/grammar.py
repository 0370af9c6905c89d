"""The grammar of a tune's words: which may come next, so that a tune is always whole.

Conventions. Metre and key come first. Every bar is filled exactly and its line comes when it is
full; what is off the grid of thirty-second notes is completed at once, as triplets are; a tie is
followed by the same note, perhaps behind a bar line; a chord symbol by a note or rest. A tune
begins with a note, and one that has a plan ends on its tonic, under the tonic's chord where it has
chord symbols of its own (:mod:`musicrnn.tokens.tune.harmony`). Where the bar lines lie, which of
them repeat, and when the tune ends, says its form (:mod:`musicrnn.tokens.tune.form`). Words from
elsewhere (a primer) may say more: they are read as a context reads them, and the grammar goes on
behind them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.io.abc.fields import bars_lasting
from musicrnn.spelling import key_name
from musicrnn.tokens.abc.form import Form
from musicrnn.tokens.protocol import BOUNDS, END, START, Controls
from musicrnn.tokens.tune.asked import check
from musicrnn.tokens.tune.behind import form_behind, planned_behind
from musicrnn.tokens.tune.form import FreeForm, TuneForm
from musicrnn.tokens.tune.harmony import CLOSE, Harmony
from musicrnn.tokens.tune.planned import PlannedForm
from musicrnn.tokens.tune.words import (
    BARS,
    CHORDS,
    EIGHTH,
    IDS,
    KEY_WORDS,
    LENGTH_WORDS,
    METRE_WORDS,
    NOTES,
    PLAIN,
    REST,
    TIE,
    TONICS,
    UPBEAT_WORD,
    VOCABULARY,
    chord_name,
    mode_of,
)

TRIPLETS = (2, 4, 8, 16, 32)  # lengths off the plain grid that are composed
MAX_PLAYED_BARS = 128  # where nothing is asked for
TIE_ROOM = CLOSE + EIGHTH  # so near the end of the tune no note is tied to another

_NOTES = frozenset(NOTES) - {"_C,", "^b'"}  # these lie a semitone beyond the octaves
_SOUNDS = frozenset((*NOTES, REST))
_MASKS: dict[frozenset[str], NDArray[np.bool_]] = {}


class TuneConstraint:
    """The state of one tune while it is sampled; see :class:`musicrnn.tokens.protocol.Constraint`.

    Raises:
        MusicRNNError: a control that tunes cannot express.
    """

    def __init__(self, controls: Controls) -> None:
        check(controls)
        self.controls = controls
        self.read: list[int] = []  # ids of the primer
        self.bounded = False  # the primer is over
        self.form: TuneForm = FreeForm(Form(4 * 24, 1, exact=False))
        self.metre, self.key = "", ""
        self.state = "metre"
        self.note, self.due = "", ""  # whose length comes next; what a tie goes on in
        self.off, self.least = 0, 0  # units since the plain grid, the shortest of them
        self.after = ""  # "symbol" or "line" where one has just come
        self.tied = False  # the last note may still be
        self.last = ""  # the last note
        self.harmony = Harmony()

    def allowed(self) -> NDArray[np.bool_]:
        if not self.bounded:
            self._bound()
        words = frozenset(self._words())
        if words not in _MASKS:
            mask = np.zeros(len(VOCABULARY), np.bool_)
            mask[[IDS[word] for word in words]] = True
            _MASKS[words] = mask
        return _MASKS[words]

    def closing(self) -> int:
        return -1  # a bar line is written before it is known whether a bar follows

    def push(self, token: int) -> None:
        if not self.bounded:
            self.read.append(token)
        elif token == END:
            self.state = "end"
        elif token != START:
            self._take(VOCABULARY[token])

    def _words(self) -> frozenset[str] | set[str]:
        asked = self.controls
        if self.state == "metre":
            wish = asked.time_signature
            return frozenset(METRE_WORDS) if wish is None else {f"M:{wish[0]}/{wish[1]}"}
        if self.state == "key":
            return frozenset(KEY_WORDS) if asked.key is None else {f"K:{key_name(*asked.key)}"}
        if self.state == "length":
            return self._lengths()
        if self.state == "end" or self.form.over:
            return {"end"}
        if self.state == "opening":
            found = self.form.openings()
            return found if "|" in found or ("|:" in found and not self._upbeat) else self._opened()
        return self._items()

    @property
    def _upbeat(self) -> bool:
        return self.after == UPBEAT_WORD

    def _opened(self) -> frozenset[str]:
        """Behind UPBEAT_WORD: the repeat that it stands in, or its first note."""
        return self.form.openings() | self._sounds()

    def _items(self) -> frozenset[str]:
        if self.after == "symbol" or self.off:
            return self._sounds()
        if self._symbol_due():
            return self._symbols()
        found: frozenset[str] = frozenset()
        if self.form.room() > 0:
            found = self._sounds() | self._symbols()
        if self.after != "line" or not found:
            lines = self.form.lines()
            found |= (lines & {"|", "|1"}) if self.due else lines
        if self.tied and not self.due and self._goes_on() and not self._ends(TIE_ROOM):
            found |= {TIE}
        return found | {"end"} if self.form.may_end and not self.due else found

    def _goes_on(self) -> bool:
        """Whether the note may sound on: in this bar, or behind a plain bar line."""
        return self.form.room() > 0 or self.form.lines() == frozenset({"|"})

    def _sounds(self) -> frozenset[str]:
        if self.due:
            return frozenset({self.due})
        if self._ends(CLOSE):
            closed = self.last in self._tonics and self.after != "symbol"
            return self._tonics | ({REST} if closed else set[str]())
        return _SOUNDS if self.last else _NOTES

    def _ends(self, room: int) -> bool:
        """Whether no more room than that is left to the end of the tune."""
        left = self.form.left
        return left is not None and left <= room

    @property
    def _tonics(self) -> frozenset[str]:
        return TONICS[mode_of(KEY_WORDS[self.key].name)]

    def _symbol_due(self) -> bool:
        """Whether a chord symbol must come: one that is asked for, or one that leads home."""
        if self.form.room() <= 0:
            return False
        if self.controls.chords:
            return self.form.bar_begins
        begins = self.form.bar_begins and self._ends(METRE_WORDS[self.metre])
        return (begins or self._ends(CLOSE)) and not self.harmony.settled

    def _symbols(self) -> frozenset[str]:
        asked = self.controls
        if asked.symbols is False or (asked.chords and not self.form.bar_begins):
            return frozenset()
        return frozenset({self._chord()}) if asked.chords else self.harmony.symbols(self.form.left)

    def _chord(self) -> str:
        """The chord that is asked for in this bar, as it is called in C."""
        root, quality = self.controls.chords[self.form.played % len(self.controls.chords)]
        key = KEY_WORDS[self.key]
        return chord_name((root - key.semitones) % 12 if root >= 0 else root, quality)

    def _lengths(self) -> frozenset[str]:
        room, left = self.form.room(), self.form.left
        note = self.last if self.note == REST else self.note
        if left is not None and not (note in self._tonics and self.harmony.settled):
            room = min(room, left - CLOSE)  # another note ends the tune
        return frozenset(word for word, units in LENGTH_WORDS.items() if self._fits(units, room))

    def _fits(self, units: int, room: int) -> bool:
        """Whether a length may come: what it leaves off the grid can be completed."""
        plain = units % PLAIN == 0
        if units == room and (self.off + units) % PLAIN == 0:
            return True  # what a primer off the grid leaves, too
        if units > room or (not plain and units not in TRIPLETS) or (plain and self.off):
            return False
        off = self.off + units
        least = min(units, self.least or units)
        missing = next(n for n in range(3) if (off + n * least) % PLAIN == 0)
        if missing and (left := self.form.left) is not None:
            room = min(room, left - CLOSE)  # such a group does not end the tune
        return room - units >= missing * least

    def _take(self, word: str) -> None:
        if word in METRE_WORDS:
            self.metre, self.state = word, "key"
        elif word in KEY_WORDS:
            self.key, self.state = word, "opening"
            settled = bool(self.controls.chords) or self.controls.symbols is False
            self.harmony = Harmony(KEY_WORDS[word], settled=settled)
            self.form = self._new_form(METRE_WORDS[self.metre])
        elif self.state == "opening":
            self._open(word)
        else:
            self._item(word)

    def _open(self, word: str) -> None:
        self.form.open(word)
        self.after = UPBEAT_WORD if word == UPBEAT_WORD else "line"
        if word != UPBEAT_WORD:
            self.state = "item"
        if word not in BARS and word != UPBEAT_WORD:
            self._item(word)

    def _item(self, word: str) -> None:
        if word in _SOUNDS:
            self.note, self.state = word, "length"
            return
        if word in LENGTH_WORDS:
            self._sounded(LENGTH_WORDS[word])
            return
        if word == TIE:
            self.due = self.note
        elif word in BARS:
            self.form.line(word)
            self.after = "line"
        elif word in CHORDS:
            self.after = "symbol"
        self.harmony.read(word)
        self.tied = False

    def _sounded(self, units: int) -> None:
        self.form.take(units)
        self.off += units
        self.least = min(units, self.least or units)
        if self.off % PLAIN == 0:
            self.off = self.least = 0
        self.tied = self.note != REST and not self.off
        self.last = self.last if self.note == REST else self.note
        self.after, self.due, self.state = "", "", "item"

    def _new_form(self, bar: int) -> TuneForm:
        if self.controls.form:
            return PlannedForm(bar, self.controls.form)
        return FreeForm(Form(bar, self._limit(), self._exact))

    @property
    def _exact(self) -> bool:
        return self.controls.bars is not None or self.controls.seconds is not None

    def _limit(self) -> int:
        """Bars to be played at most."""
        asked = self.controls
        if asked.seconds is None:
            return asked.bars or MAX_PLAYED_BARS
        numerator, denominator = map(int, self.metre[2:].split("/"))
        played = bars_lasting(asked.seconds, (numerator, denominator), asked.tempo)
        return min(asked.bars or BOUNDS["bars"][1], played)

    def _bound(self) -> None:
        """The primer is over."""
        self.bounded = True
        words = [VOCABULARY[token] for token in self.read if token not in (START, END)]
        head = 0
        while head < len(words) and head < 2:
            self._take(words[head])
            head += 1
        if len(words) <= 2:
            return
        for word in words:
            self.harmony.read(word)
            self.metre = word if word in METRE_WORDS else self.metre
        form = form_behind(words, METRE_WORDS[self.metre])
        planned = planned_behind(form, self.controls.form)
        form.exact = self._exact
        form.bound(self._limit() + (form.bars if self.controls.form else 0), -1)
        self.form = planned or FreeForm(form)
        self.state, self.last = "item", REST
        self.off = -form.rest % PLAIN  # whole bars are on the grid
        last = words[-1]
        if last in _SOUNDS:
            self.note, self.state = last, "length"
        elif last in CHORDS:
            self.after = "symbol"
        elif last in BARS:
            self.after = "line"
        elif last == TIE:
            self.due = words[-3]
