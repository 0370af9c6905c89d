"""Makes the bundled corpus: Irish dance tunes as ABC text, from the MIDI files of ceol-rince.

    MUSICRNN_DATA=... python -m tests.golden.tunes datasets/musicrnn_datasets/tunes.abc

Ceol Rince na hEireann is Breathnach's collection of dance tunes, transcribed by Bill Black. The
MIDI files come from the corpus of folk_ngram_analysis, whose page states the public domain. Taken
are jigs, slip jigs, reels and hornpipes of which ABC says every note exactly:

- one track, one metre (6/8, 9/8 or 4/4), one key, no rest, no note over a barline;
- every note begins and ends within a tick of the grid of sixteenths, or is one of a triplet;
- phrases of eight bars, two to six of them, four at most once repeats are folded;
- no two tunes share a title or a run of 16 intervals, so that no version of a tune is there twice.

Of those that remain, the first MOST in the order of a hash of their names are written, sorted by
kind and title. The MIDI files play repeats out; what comes twice running, one phrase or two, is
written once, between ``|:`` and ``:|``. Notes are spelled by the key signature, which is the
file's; which of its modes the tune is in is read off its last note. abc2midi, which made the files,
gives the first note of a bar more velocity than all others: so a pick-up is found.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc.items import Tone
from musicrnn.io.abc.key import Accidentals, signature_of_fifths, spell
from musicrnn.io.abc.write import length_text, tone_text
from musicrnn.io.midi import read_midi
from musicrnn.score import Note, Score
from musicrnn.sources.families import runs, simple_title
from musicrnn.spelling import fifths_of_key, key_name

MOST = 200
EIGHTH = 240  # ticks, of 480 a quarter
SIXTEENTH = EIGHTH // 2
TRIPLETS = (2 * EIGHTH // 3, EIGHTH // 3)  # ticks of each of the three notes
GROUPS = {"6/8": 3 * EIGHTH, "9/8": 3 * EIGHTH, "4/4": 4 * EIGHTH}  # written without a space
PICKUPS = (0, EIGHTH // 2, EIGHTH, 2 * EIGHTH)  # ticks
DOWNBEAT = 105  # velocity of the first note of a bar
PHRASE = 8  # bars
BARS_A_LINE = 4
MODES = {0: "", 2: "dor", 7: "mix", 9: "m"}  # the last note's semitones above the major tonic
HEADER = """\
% {count} Irish dance tunes, from Ceol Rince na hEireann (Breathnach), transcribed by Bill Black.
% Public domain. Made from MIDI files by tests/golden/tunes.py, which says how they were chosen.
"""

Sounding = tuple[int, int, int]  # start and length in ticks, pitch
Phrase = tuple[Sounding, ...]  # starts are counted from its own


@dataclass(frozen=True)
class Tune:
    """A tune that can be written: ``text`` is its ABC without the line ``X:``."""

    name: str  # of the MIDI file
    title: str
    kind: str
    text: str
    score: Score  # as the MIDI file has it


def main() -> None:
    tunes = chosen(Path(os.environ["MUSICRNN_DATA"]) / "ceol-rince")
    Path(sys.argv[1]).write_text(collection(tunes), encoding="utf-8")


def collection(tunes: Sequence[Tune]) -> str:
    """The file's text: every tune with its number, an empty line between two."""
    numbered = (f"X:{number}\n{tune.text}" for number, tune in enumerate(tunes, 1))
    return HEADER.format(count=len(tunes)) + "\n" + "\n".join(numbered)


def chosen(folder: Path) -> list[Tune]:
    """The tunes that are taken, sorted by kind and title."""
    paths = sorted(folder.glob("*.mid"), key=lambda p: hashlib.sha256(p.name.encode()).digest())
    taken: list[Tune] = []
    marks: set[object] = set()  # titles and runs that are there
    for path in paths:
        try:
            tune = tune_of(path)
        except MusicRNNError:
            continue
        own = {simple_title(tune.title), *runs(tune.score)}
        if marks.isdisjoint(own):
            marks |= own
            taken.append(tune)
        if len(taken) == MOST:
            break
    return sorted(taken, key=lambda tune: (tune.kind, tune.title))


def tune_of(path: Path) -> Tune:
    """The tune of a MIDI file.

    Raises:
        MusicRNNError: it is none that the module's text asks for; the message says why.
    """
    score = read_midi(path)
    _require(len(score.tracks) == 1, "more than one track")
    _require(len(score.time_signatures) == 1 and len(score.keys) == 1, "metre or key changes")
    _require(score.ticks_per_quarter == 2 * EIGHTH, "another grid")
    notes, metre, key = score.tracks[0].notes, score.time_signatures[0], score.keys[0]
    title = title_of(score.tracks[0].name)
    kind = kind_of(metre.name, f"{path.stem} {score.tracks[0].name}")
    fifths = fifths_of_key(key.tonic, key.minor)
    bar_ticks = metre.bar_ticks(2 * EIGHTH)
    pickup = _pickup(notes, bar_ticks)
    sections = folded(_phrases(_soundings(notes), PHRASE * bar_ticks))
    _require(sum(len(phrases) for phrases, _ in sections) <= 4, "more than 32 bars in print")
    head = [f"T:{title}", f"R:{kind}", f"M:{metre.name}", "L:1/8"]
    lines = [*head, f"K:{_mode(fifths, notes[-1].pitch)}"]
    for number, (phrases, twice) in enumerate(sections, 1):
        end = ":|" if twice else "|]" if number == len(sections) else "||"
        bars = [
            _bar(bar, Spelling(fifths, key.minor), GROUPS[metre.name])
            for bar in _bars(phrases, pickup, bar_ticks)
        ]
        lines += _lines(bars, "|:" if twice else "", end)
    return Tune(path.name, title, kind, "\n".join(lines) + "\n", score)


def title_of(name: str) -> str:
    """``Plains of Boyle (hornpipe), The `` is ``The Plains of Boyle``; of several names the first.

    Raises:
        MusicRNNError: a letter of it was damaged on the way.
    """
    bare = " ".join(re.sub(r"\([^)]*\)|[*#]", " ", name).split())
    _require(bare.isascii() and bare != "", "a damaged title")
    moved = re.fullmatch(r"(.*?) ?[,.] (The|A|An)", bare)
    return f"{moved[2]} {moved[1]}" if moved else bare.partition(",")[0].strip()


def kind_of(metre: str, names: str) -> str:
    """Jig, slip jig, reel or hornpipe."""
    said = names.lower()
    other = re.search(r"slide|polka|march|fling|highland|waltz|set|single|planxty", said)
    _require(other is None, "another dance")
    if metre in ("6/8", "9/8"):
        return "jig" if metre == "6/8" else "slip jig"
    _require(metre == "4/4" and ("reel" in said or "hornpipe" in said), "another dance")
    return "hornpipe" if "hornpipe" in said else "reel"


def folded(phrases: Sequence[Phrase]) -> list[tuple[list[Phrase], bool]]:
    """The sections of a tune, and whether each is played twice: one phrase, or two that return."""
    sections: list[tuple[list[Phrase], bool]] = []
    rest = list(phrases)
    while rest:
        size = next((n for n in (1, 2) if rest[:n] == rest[n : 2 * n]), 0)
        sections.append((rest[: size or 1], size > 0))
        rest = rest[2 * size or 1 :]
    return sections


def _soundings(notes: Sequence[Note]) -> list[Sounding]:
    """The notes, one behind the other, on a grid of 20 ticks."""
    found: list[Sounding] = []
    now = 0
    for note in notes:
        start, end = _near(note.start), _near(note.start + note.duration)
        _require(start == now and end > start, "a rest, or two notes at once")
        found.append((start, end - start, note.pitch))
        now = end
    return found


def _near(tick: int) -> int:
    grid = 20 * round(tick / 20)
    _require(abs(grid - tick) <= 1, "not on the grid")
    return grid


def _pickup(notes: Sequence[Note], bar_ticks: int) -> int:
    """Ticks before the first barline, so that every note behind a barline is a downbeat."""
    for ticks in PICKUPS:
        first = [n for n in notes if n.start >= ticks and (n.start - ticks) % bar_ticks <= 1]
        if all(note.velocity == DOWNBEAT for note in first):
            return ticks
    raise MusicRNNError("no barlines")


def _phrases(soundings: Sequence[Sounding], phrase_ticks: int) -> list[Phrase]:
    start, length, _ = soundings[-1]
    count, over = divmod(start + length, phrase_ticks)
    _require(over == 0, "no whole phrases")
    _require(2 <= count <= 6, "not 16 to 48 bars")
    phrases: list[list[Sounding]] = [[] for _ in range(count)]
    for start, length, pitch in soundings:
        number, at = divmod(start, phrase_ticks)
        _require(at + length <= phrase_ticks, "a note over a barline")
        phrases[number].append((at, length, pitch))
    return [tuple(phrase) for phrase in phrases]


def _bars(phrases: Sequence[Phrase], pickup: int, bar_ticks: int) -> list[list[Sounding]]:
    """The soundings of each bar of a section, their starts counted from its barline. With a pick-up
    that is the first, and the last bar lacks what the pick-up has."""
    silence = (bar_ticks - pickup) % bar_ticks
    count = PHRASE * len(phrases) + (pickup > 0)
    bars: list[list[Sounding]] = [[] for _ in range(count)]
    for number, phrase in enumerate(phrases):
        for start, length, pitch in phrase:
            bar, at = divmod(silence + number * PHRASE * bar_ticks + start, bar_ticks)
            _require(at + length <= bar_ticks, "a note over a barline")
            bars[bar].append((at, length, pitch))
    return bars


def _lines(bars: Sequence[str], begin: str, end: str) -> list[str]:
    """Four bars a line, a pick-up before the first of them."""
    pickup = len(bars) % BARS_A_LINE
    opening = begin + "".join(bar + "|" for bar in bars[:pickup])
    lines = ["|".join(bars[at : at + BARS_A_LINE]) for at in range(pickup, len(bars), BARS_A_LINE)]
    return (opening + "|\n".join(lines) + end).split("\n")


@dataclass(frozen=True)
class Spelling:
    """A key signature: its sharps (below 0: flats), and whether the key is minor."""

    fifths: int
    minor: bool


def _bar(soundings: Sequence[Sounding], key: Spelling, group: int) -> str:
    """The text of a bar: notes of a group stand together."""
    accidentals = Accidentals(signature_of_fifths(key.fifths))

    def sign(sounding: Sounding, eighths: Fraction) -> str:
        place, alteration = spell(sounding[2], key.fifths, key.minor)
        marked = accidentals.needs_mark(place, alteration)
        if marked:
            accidentals.mark(place, alteration)
        tone = Tone(place, alteration if marked else None)
        return tone_text(tone) + length_text(eighths)

    text = ""
    rest = list(soundings)
    first = rest[0][0]
    while rest:
        at, length, _ = rest[0]
        lengths = [item[1] for item in rest[:3]]
        text += " " if at > first and at % group == 0 else ""
        if length in TRIPLETS and lengths == [length] * 3 and at % EIGHTH == 0:
            written = Fraction(3 * length, 2 * EIGHTH)
            text += "(3" + "".join(sign(item, written) for item in rest[:3])
            rest = rest[3:]
        elif at % (2 * EIGHTH) == 0 and sorted(lengths[:2]) == [SIXTEENTH, 3 * SIXTEENTH]:
            text += sign(rest[0], Fraction(1)) + (">" if length > SIXTEENTH else "<")
            text += sign(rest[1], Fraction(1))
            rest = rest[2:]
        else:
            _require(length % SIXTEENTH == 0 and at % SIXTEENTH == 0, "not on the grid")
            text += sign(rest.pop(0), Fraction(length, EIGHTH))
    return text


def _mode(fifths: int, last: int) -> str:
    """``Ador``: the mode of a signature whose tonic is the pitch ``last``."""
    tonic = last % 12
    mode = MODES.get((tonic - 7 * fifths) % 12)
    _require(mode is not None, "it ends on no tonic")
    if mode in ("", "m"):
        return key_name(tonic, mode == "m")
    place, alteration = spell(last, fifths, False)
    return tone_text(Tone((place[0], 5), None, False)) + {-1: "b", 0: "", 1: "#"}[alteration] + mode


def _require(good: bool, otherwise: str) -> None:
    if not good:
        raise MusicRNNError(otherwise)


if __name__ == "__main__":
    main()
