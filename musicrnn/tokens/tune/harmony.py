"""The chords at the end of a tune: its last note sounds under the chord of the tonic.

Conventions. ``left`` is what is left to the end of the tune in units, None where the last bars are
not being written. A tune whose chord symbols are its own comes home in its last bar: where another
chord than the tonic's holds at the bar's beginning some symbol is written there, and from CLOSE on
the tonic's chord holds. A tune without a symbol so far needs none, and chords that are asked for
are left as they are.
"""

from __future__ import annotations

from musicrnn.tokens.tune.words import CHORDS, UNITS, KeyWord, chord_name

CLOSE = UNITS  # the last note has a quarter or more, or with those before it that are tonics too
_ALL = frozenset(CHORDS)


class Harmony:
    """The chord that holds, in a key; ``settled``: the symbols, or none, are asked for."""

    def __init__(self, key: KeyWord | None = None, *, settled: bool = False) -> None:
        self.tonic = "" if key is None else tonic_chord(key)
        self.holds = ""  # no symbol so far
        self._as_asked = settled
        self._before_ending = ""  # what held before the first ending of a repeat

    @property
    def settled(self) -> bool:
        """Whether the tune may end under the chord that holds."""
        return self._as_asked or self.holds in ("", self.tonic)

    def symbols(self, left: int | None) -> frozenset[str]:
        """Symbols that may come: another chord than the tonic's lasts a quarter at least."""
        late = left is not None and left < 2 * CLOSE
        return frozenset({self.tonic}) if late else _ALL

    def read(self, word: str) -> None:
        """Take note of a word; the second ending is played behind what stands before the first."""
        if word in CHORDS:
            self.holds = word
        elif word == "|1":
            self._before_ending = self.holds
        elif word == ":|2":
            self.holds = self._before_ending


def tonic_chord(key: KeyWord) -> str:
    """The word of the chord on the tonic of a key: ``"C"`` in major, ``"Am"`` in minor."""
    return chord_name((key.tonic - key.semitones) % 12, "min" if key.minor else "maj")
