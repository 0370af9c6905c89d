"""ABC tunes in one way of writing, for models that read characters: the folk form kept.

Conventions. The canonical text is ``M:6/8``, ``L:1/8``, ``K:G``, a line each, then the first voice
in one line without spaces: lengths in eighths, broken rhythm written out, chord symbols in
canonical spelling without bass, no title, tempo, slurs, grace notes, decorations or comments.
Changes of key and metre stand inline. Barlines are ``|``, ``||`` between sections, ``|:`` and
``:|`` in pairs (what goes back to the beginning or a double bar gets its ``|:``), endings ``[1``
and ``[2``, and at the end ``|]`` or ``:|``. It plays the same notes as the first voice of the tune
itself, but for what it cannot say: an order of parts, transposition, accidentals that reach
elsewhere than usual (own_text tells).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from musicrnn.io.abc.chord import canonical_symbol
from musicrnn.io.abc.fields import default_unit, parse_metre, parse_unit, parse_voice
from musicrnn.io.abc.items import (
    Bar,
    Broken,
    Ending,
    Field,
    Item,
    Overlay,
    Rest,
    Sound,
    Symbol,
    Tie,
    Tuplet,
)
from musicrnn.io.abc.key import NO_KEY, parse_key
from musicrnn.io.abc.read import MAX_TEXT, parse_abc
from musicrnn.io.abc.syntax import scan
from musicrnn.io.abc.write import length_text, tone_text
from musicrnn.io.metre import Metre
from musicrnn.score import Score

EIGHTH = Fraction(1, 8)


@dataclass(slots=True)
class _Word:
    """A piece of the new text; a length in eighths where it has one, a barline where it is one."""

    text: str
    eighths: Fraction | None = None
    bar: Bar | None = None


def normalise(text: str) -> str:
    """The canonical text of a tune; total, like the lenient parser."""
    return _Normaliser().read(text[:MAX_TEXT])


def own_text(score: Score, abc: str | None) -> str | None:
    """The canonical text of ``abc``, where it plays what the score's first track does."""
    text = None if abc is None else normalise(abc)
    return text if text is not None and _first(parse_abc(text)) == _first(score) else None


def _first(score: Score) -> list[tuple[int, int, int]]:
    return sorted((n.start, n.pitch, n.duration) for n in score.tracks[0].notes)


def written_notes(text: str) -> int:
    """How many notes stand in a text, each note of a chord counted."""
    return sum(len(item.tones) for _, _, item in scan(text) if isinstance(item, Sound))


def written_bars(text: str) -> int:
    """How many bars stand in a text: barlines with notes or rests before them."""
    bars, filled = 0, False
    for _, _, item in scan(text):
        if isinstance(item, Sound | Rest):
            filled = True
        elif isinstance(item, Bar):
            bars, filled = bars + filled, False
    return bars


class _Normaliser:
    def __init__(self) -> None:
        self.metre: Metre | None = None
        self.unit: Fraction | None = None
        self.key = NO_KEY
        self.in_body = False
        self.words: list[_Word] = []
        self.last: _Word | None = None
        self.broken = Fraction(1)
        self.voice: str | None = None  # the first one
        self.elsewhere = False
        self.header_metre: Metre | None = None

    def read(self, text: str) -> str:
        for _, _, item in scan(text):
            if isinstance(item, Field):
                self._field(item)
            elif not self.elsewhere:
                self._music(item)
        metre = self.header_metre
        header = f"M:{'none' if metre is None else f'{metre[0]}/{metre[1]}'}\nL:1/8\n"
        return f"{header}K:{self.key.name}\n" + "".join(
            word.text + (length_text(word.eighths) if word.eighths is not None else "")
            for word in _with_barlines(self.words)
        )

    def _field(self, item: Field) -> None:
        letter, text = item.letter, item.text
        if letter == "V":
            name = parse_voice(text)[0]
            if self.in_body or self.voice is None:
                self.voice = self.voice or name
                self.elsewhere = self.in_body and name != self.voice
        elif self.elsewhere:
            return
        elif letter == "L":
            self.unit = parse_unit(text) or self.unit
        elif letter == "M":
            metre = parse_metre(text)
            if metre is None and text.strip().lower() not in ("none", ""):
                return
            self.unit = self.unit or (default_unit(self.header_metre) if self.in_body else None)
            if not self.words:
                self.header_metre = metre
            elif metre is not None:
                self.words.append(_Word(f"[M:{metre[0]}/{metre[1]}]"))
            self.metre = metre
        elif letter == "K":
            key = parse_key(text)
            if not self.in_body:
                self.in_body = True
                self.key = key or NO_KEY
            elif key is not None:
                self.words.append(_Word(f"[K:{key.name}]"))

    def _music(self, item: Item) -> None:
        if isinstance(item, Bar):
            self.words.append(_Word("", bar=item))
            self.broken = Fraction(1)
        elif isinstance(item, Ending):
            self.words.append(_Word("[" + ",".join(str(n) for n in sorted(item.numbers)[:9])))
        elif isinstance(item, Symbol):
            symbol = canonical_symbol(item.text)
            if symbol is not None:
                if self.words and self.words[-1].text[:1] == '"':
                    self.words.pop()  # of two at one place the last one counts
                self.words.append(_Word(f'"{symbol}"'))
        elif isinstance(item, Sound):
            text = "".join(tone_text(tone) for tone in item.tones)
            several = len(item.tones) > 1
            self._sounding(f"[{text}]" if several else text.rstrip("-"), item.length)
            if not several and item.tones[0].tie:
                self.words.append(_Word("-"))
        elif isinstance(item, Rest):
            self._rest(item)
        elif isinstance(item, Tie):
            if self.last is not None:
                self.words.append(_Word("-"))
        elif isinstance(item, Broken):
            self._broken(item.dots)
        elif isinstance(item, Tuplet):
            q = "" if item.q is None else str(item.q)
            r = "" if item.r is None else str(item.r)
            plain = item.r in (None, item.p) and (item.q is None or (item.p, item.q) == (3, 2))
            tail = "" if plain else f":{q}:{r}"
            self.words.append(_Word(f"({item.p}{tail}"))
        elif isinstance(item, Overlay):
            self.words.append(_Word("&"))

    def _sounding(self, text: str, length: Fraction) -> None:
        self.unit = self.unit or default_unit(self.header_metre)
        self.last = _Word(text, length * self.unit / EIGHTH * self.broken)
        self.broken = Fraction(1)
        self.words.append(self.last)

    def _rest(self, rest: Rest) -> None:
        if not rest.in_bars:
            self._sounding("z", rest.length)
            return
        bar = Fraction(*(self.metre or (4, 4))) / EIGHTH
        for index in range(max(1, min(64, int(rest.length)))):
            if index:
                self.words.append(_Word("", bar=Bar()))
            self.last = _Word("z", bar)
            self.words.append(self.last)

    def _broken(self, dots: int) -> None:
        if self.last is None or self.last.eighths is None:
            return
        short = Fraction(1, 2 ** abs(dots))
        before, after = (2 - short, short) if dots > 0 else (short, 2 - short)
        self.last.eighths *= before
        self.broken = after


def _with_barlines(words: list[_Word]) -> list[_Word]:
    """The words with canonical barlines: every repeat has both its ends. Follows the same rules as
    io.abc.play.unroll."""
    words = _merged(words)
    opening: _Word = words[0]
    closed = last_ending = False
    for index, word in enumerate(words):
        if word.bar is None:
            last_ending = last_ending or (closed and _is_ending(word))
            continue
        if index == 0:
            continue
        bar = word.bar
        if bar.before and not last_ending:
            _set_after(opening, 1)
            closed = True
            if not bar.after and _is_ending(words[index + 1] if index + 1 < len(words) else word):
                continue
        elif bar.before:
            word.bar = Bar(0, bar.after, double=True)
        elif not bar.after:
            if not bar.double or (index + 1 < len(words) and _is_ending(words[index + 1])):
                continue
            if not last_ending and _opens(opening):
                word.bar = Bar()
                continue
        _close(opening, closed)
        opening, closed, last_ending = word, False, False
    _close(opening, closed)
    return _spelled(words)


def _is_ending(word: _Word) -> bool:
    return word.text[:1] == "[" and word.text[1:2].isdigit()


def _close(opening: _Word, closed: bool) -> None:
    """A section is over: its ``|:`` stands only if a ``:|`` came."""
    if not closed:
        _set_after(opening, 0)


def _opens(word: _Word) -> bool:
    return word.bar is not None and word.bar.after > 0


def _set_after(word: _Word, after: int) -> None:
    if word.bar is not None:
        word.bar = replace(word.bar, after=after)


def _merged(words: list[_Word]) -> list[_Word]:
    """From a barline to the barline behind the last note, and no two barlines running."""
    end = max((i for i, word in enumerate(words) if word.eighths is not None), default=-1) + 1
    merged = [_Word("", bar=Bar())]
    for index, word in enumerate(words):
        if index > end and word.bar is None and word.text != "-":
            if merged[-1].bar is not None:
                break
            continue
        before = merged[-1].bar
        if before is None or word.bar is None:
            merged.append(word)
        else:
            bar = word.bar
            double = before.double or bar.double
            merged[-1].bar = Bar(
                max(before.before, bar.before), max(before.after, bar.after), double
            )
    if merged[-1].bar is None:
        merged.append(_Word("", bar=Bar(double=True)))
    return merged


def _spelled(words: list[_Word]) -> list[_Word]:
    for index, word in enumerate(words):
        bar = word.bar
        if bar is None:
            continue
        if index == len(words) - 1:
            word.text = "" if index == 0 else ":|" if bar.before else "|]"
        elif bar.before:
            word.text = ":||:" if bar.after else ":|"
        elif bar.after:
            word.text = "|:"
        else:
            word.text = "" if index == 0 else "||" if bar.double else "|"
    return words
