"""The measures of a MusicXML score as they are played: one after another, ties joined, in ticks.

Conventions. As in musicrnn.io.musicxml.measure and musicrnn.score. What holds in all parts (metres,
keys, tempos, chords, the order) is said by any of them, the first one counts where several do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from musicrnn.errors import MusicRNNError, counted
from musicrnn.io.metre import metre_of
from musicrnn.io.musicxml.measure import Measure, Written
from musicrnn.io.musicxml.order import Marks, in_order
from musicrnn.io.written import TICKS_PER_QUARTER as TICKS
from musicrnn.score import Chord, Key, Note, Score, Section, Tempo, TimeSignature, Track, make_score

MAX_TICKS = 2**15 - 1
MAX_NOTES = 500_000  # as they are played
COMMON = TimeSignature(0, 4, 4)


@dataclass(slots=True)
class _Ringing:
    """A note as it is played, with what is tied to it so far; in quarters."""

    start: Fraction
    end: Fraction
    note: Written


def performed(parts: Sequence[Sequence[Measure]], names: Sequence[str], *, title: str) -> Score:
    """The score of the measures of each part.

    Raises:
        MusicRNNError: too many notes, with all repeats.
    """
    count = max(map(len, parts))
    columns = [[part[i] for part in parts if i < len(part)] for i in range(count)]
    marks = [_joined([each.marks for each in column]) for column in columns]
    metres, lengths = _lengths(columns)
    order = in_order(marks)
    total = sum(len(each.notes) for index in order for each in columns[index])
    if total > MAX_NOTES:
        raise MusicRNNError(
            f"a score may have {MAX_NOTES} notes with its repeats, this one has {total}"
        )
    starts = _starts(order, lengths)
    ticks = _ticks(parts, lengths)

    def tick(quarters: Fraction) -> int:
        return round(quarters * ticks)

    tracks: list[Track] = []
    for part, name in zip(parts, names, strict=True):
        tracks += _tracks(part, name, order=order, starts=starts, ticks=ticks)
    tempos, keys, chords = list[Tempo](), list[Key](), list[Chord]()
    sections = list[Section]()
    signatures = list[TimeSignature]()
    before = _before(columns)
    for last, index, start in zip([-1, *order], order, starts, strict=False):
        if index != last + 1:  # behind a jump holds what held there
            key, bpm = before[index]
            keys += [] if key is None else [Key(tick(start), key.tonic, key.minor)]
            tempos += [] if bpm is None else [Tempo.from_bpm(tick(start), bpm)]
        like, length = metres[index], lengths[index]
        fitting = metre_of(float(length), (like.numerator, like.denominator)) or (4, 4)
        exact = length == Fraction(4 * like.numerator, like.denominator)
        signatures.append(
            TimeSignature(tick(start), *(like.numerator, like.denominator) if exact else fitting)
        )
        for each in reversed(columns[index]):
            keys += [Key(tick(start + at), k.tonic, k.minor) for at, k in each.keys]
            tempos += [Tempo.from_bpm(tick(start + at), bpm) for at, bpm in each.tempos]
            chords += [Chord(tick(start + at), *chord) for at, chord in each.chords]
            sections += [Section(tick(start + at), name) for at, name in each.sections]
    return make_score(
        ticks,
        [track for track in tracks if track.notes] or tracks[:1],
        tempos=tempos,
        time_signatures=signatures,
        keys=keys,
        chords=chords,
        title=title,
        sections=sections,
        said=_left_out(parts),
    )


def _left_out(parts: Sequence[Sequence[Measure]]) -> list[str]:
    """A sentence a kind, of the notes as they are written."""
    told = Counter(kind for part in parts for measure in part for kind in measure.left_out)
    return [counted(count, *kind) for kind, count in told.items()]


def _joined(marks: Sequence[Marks]) -> Marks:
    result = Marks()
    for each in marks:
        result.add(each)
    return result


def _before(columns: Sequence[Sequence[Measure]]) -> list[tuple[Key | None, float | None]]:
    """The key and the tempo that the measures before each one leave."""
    found = list[tuple[Key | None, float | None]]()
    key: Key | None = None
    bpm: float | None = None
    for column in columns:
        found.append((key, bpm))
        for each in reversed(column):
            key = each.keys[-1][1] if each.keys else key
            bpm = each.tempos[-1][1] if each.tempos else bpm
    return found


def _lengths(columns: Sequence[Sequence[Measure]]) -> tuple[list[TimeSignature], list[Fraction]]:
    """The metre in force, and how long it lasts, of every measure."""
    metres, lengths, metre = list[TimeSignature](), list[Fraction](), COMMON
    for column in columns:
        metre = next((each.time for each in column if each.time is not None), metre)
        metres.append(metre)
        found = Counter(each.length for each in column if each.length)
        full = Fraction(4 * metre.numerator, metre.denominator)
        longest = max(found, key=lambda it: (found[it], it == full, it), default=full)
        lengths.append(full if longest > full and full in found else longest)
    return metres, lengths


def _starts(order: Sequence[int], lengths: Sequence[Fraction]) -> list[Fraction]:
    """Of every measure that is played, in quarters; and the end."""
    starts, now = list[Fraction](), Fraction(0)
    for index in order:
        starts.append(now)
        now += lengths[index]
    return [*starts, now]


def _ticks(parts: Sequence[Sequence[Measure]], lengths: Sequence[Fraction]) -> int:
    """How many ticks a quarter needs; TICKS where it needs too many, times are rounded then."""
    below = {length.denominator for length in lengths}
    for part in parts:
        for measure in part:
            for note in measure.notes:
                below.add(note.start.denominator)
                below.add(note.quarters.denominator)
    needed = 1
    for each in below:
        needed = lcm(needed, each)
        if needed > MAX_TICKS:
            return TICKS
    return TICKS if TICKS % needed == 0 else needed


def _tracks(
    part: Sequence[Measure],
    name: str,
    *,
    order: Sequence[int],
    starts: Sequence[Fraction],
    ticks: int,
) -> list[Track]:
    """One for each instrument, in the order in which they begin to play."""
    found: dict[tuple[int, bool], list[Note]] = {}
    ringing: dict[tuple[int, int, bool], list[_Ringing]] = {}  # tied into a note still to come

    def sound(each: _Ringing) -> None:
        tick = round(each.start * ticks)
        length = max(1, round(each.end * ticks) - tick)
        note = Note(tick, each.note.pitch, length, each.note.velocity)
        found.setdefault(each.note.instrument, []).append(note)

    for index, start in zip(order, starts, strict=False):
        notes = part[index].notes if index < len(part) else []
        for note in sorted(notes, key=lambda note: note.start):
            begin = max(Fraction(0), start + note.start)
            own = _Ringing(begin, begin + note.quarters, note)
            waiting = ringing.pop((note.pitch, *note.instrument), [])
            for each in waiting:
                if note.ties and own.start == begin and each.end == begin:
                    own.start, own.note = each.start, each.note
                elif each.end >= begin:  # for another voice
                    ringing.setdefault((note.pitch, *note.instrument), []).append(each)
                else:
                    sound(each)
            if note.tied:
                ringing.setdefault((note.pitch, *note.instrument), []).append(own)
            else:
                sound(own)
    for waiting in ringing.values():
        for each in waiting:
            sound(each)
    return [
        Track(tuple(sorted(notes)), program, is_drum, name)
        for (program, is_drum), notes in found.items()
    ]
