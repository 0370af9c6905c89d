"""A piece of written or played music: notes on an integer time grid.

Conventions. Times and durations are integer ticks; ``ticks_per_quarter`` says how fine they are.
Pitches are MIDI numbers (60 = middle C), 0 to 127; velocities 1 to 127; programs are General MIDI
numbers counted from 0. Everything inside a score is sorted by time, so equal music is an equal
Score. A score always has a tempo and a time signature at tick 0 (120 quarters a minute and 4/4
when nothing else is known, as the MIDI file standard says).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from operator import attrgetter

from musicrnn.changes import (
    CHORD_QUALITIES,
    MAX_SECTION_NAME,
    NAMED_CHORDS,
    PITCH_CLASSES,
    Chord,
    Key,
    Section,
    Tempo,
    TimeSignature,
    changes,
    is_section_name,
    one_a_tick,
)
from musicrnn.errors import MusicRNNError, counted
from musicrnn.presentable import Presentable

__all__ = [
    "CHORD_QUALITIES", "MAX_BARS", "MAX_SECTION_NAME", "MAX_TICK", "NAMED_CHORDS", "PITCH_CLASSES",
    "Chord", "Key", "Note", "Pedal", "Score", "Section", "Tempo", "TimeSignature", "Track",
    "is_section_name", "make_score",
]  # fmt: skip

MAX_TICK = 2**31 - 1
MAX_BARS = 1_000_000


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One sounding note; ``start`` and ``duration`` in ticks, duration at least 1."""

    start: int
    pitch: int
    duration: int
    velocity: int


_fields = attrgetter("start", "pitch", "duration", "velocity")  # sorts faster than Note itself
_tick = attrgetter("tick")


@dataclass(frozen=True, slots=True, order=True)
class Pedal:
    """The sustain pedal held down from ``start`` for ``duration`` ticks."""

    start: int
    duration: int


@dataclass(frozen=True, slots=True)
class Track:
    """One instrument. ``notes`` and ``pedals`` are sorted; a drum track's program means nothing."""

    notes: tuple[Note, ...] = ()
    program: int = 0
    is_drum: bool = False
    name: str = ""
    pedals: tuple[Pedal, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.program <= 127:
            raise MusicRNNError(f"a program must be in 0..127, got {self.program}")
        rows = list(map(_fields, self.notes))
        for start, pitch, duration, velocity in rows:
            if not (0 <= pitch <= 127 and 1 <= velocity <= 127):
                raise MusicRNNError(
                    "pitch must be in 0..127 and velocity in 1..127, "
                    f"got {pitch} and {velocity} at tick {start}"
                )
            if start < 0 or duration < 1 or start + duration > MAX_TICK:
                raise MusicRNNError(
                    "a note must start at 0 or later and last a tick or more, "
                    f"got start {start} and duration {duration}"
                )
        if rows != sorted(rows):
            raise MusicRNNError("the notes of a track must be sorted: use make_score")


@dataclass(frozen=True, repr=False)
class Score(Presentable):
    """A whole piece. Build one with :func:`make_score`, which sorts and fills in the defaults.

    ``said``: what is to be known of it, such as that its file was cut off; it is no part of the
    music, and scores that differ in it alone are equal.
    """

    ticks_per_quarter: int
    tracks: tuple[Track, ...]
    tempos: tuple[Tempo, ...] = (Tempo(0, 500_000),)
    time_signatures: tuple[TimeSignature, ...] = (TimeSignature(0, 4, 4),)
    keys: tuple[Key, ...] = ()
    chords: tuple[Chord, ...] = ()
    title: str = ""
    sections: tuple[Section, ...] = ()  # each to the next, the last to the end of the piece
    said: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not 1 <= self.ticks_per_quarter <= 2**15 - 1:
            raise MusicRNNError(
                f"ticks_per_quarter must be in 1..32767, got {self.ticks_per_quarter}"
            )
        for name in ("tempos", "time_signatures", "keys", "chords", "sections"):
            ticks = [event.tick for event in getattr(self, name)]
            late = next((b for a, b in pairwise(ticks) if b <= a), None)
            if late is not None:
                raise MusicRNNError(f"{name} must be sorted, one a tick, got tick {late} too late")
            if ticks and ticks[0] < 0:
                raise MusicRNNError(f"{name} must start at tick 0 or later, got {ticks[0]}")
        for name, events in (("tempo", self.tempos), ("time signature", self.time_signatures)):
            if not events or events[0].tick != 0:
                raise MusicRNNError(f"a score needs a {name} at tick 0")

    def __repr__(self) -> str:
        told = "".join(f"; {sentence}" for sentence in self.said)
        notes = counted(self.note_count, "note")
        return f"<Score {self.title!r}: {notes}, {self.seconds:.1f} s{told}>"

    @cached_property
    def end(self) -> int:
        """The tick at which the last note ends; 0 for a score without notes."""
        return max((n.start + n.duration for t in self.tracks for n in t.notes), default=0)

    @property
    def note_count(self) -> int:
        return sum(len(track.notes) for track in self.tracks)

    @property
    def seconds(self) -> float:
        """Time from tick 0 to the end of the last note."""
        return self.seconds_at(self.end)

    @cached_property
    def _tempo_seconds(self) -> list[float]:
        """The time in seconds at which each tempo begins."""
        seconds = [0.0]
        for before, after in pairwise(self.tempos):
            quarters = (after.tick - before.tick) / self.ticks_per_quarter
            seconds.append(seconds[-1] + quarters * before.microseconds_per_quarter * 1e-6)
        return seconds

    def seconds_at(self, tick: int) -> float:
        """The time of a tick in seconds, through the tempo map."""
        index = bisect_right(self.tempos, tick, key=_tick) - 1
        tempo = self.tempos[index]
        quarters = (tick - tempo.tick) / self.ticks_per_quarter
        return self._tempo_seconds[index] + quarters * tempo.microseconds_per_quarter * 1e-6

    @property
    def metre(self) -> TimeSignature:
        """The one that it begins in; behind a shorter first bar, which is a pick-up, the next."""
        first, *others = self.time_signatures
        if not others:
            return first
        length = first.bar_ticks(self.ticks_per_quarter)
        one = others[0].tick <= length < others[0].bar_ticks(self.ticks_per_quarter)
        return others[0] if one else first

    def bars(self, until: int | None = None) -> list[tuple[int, TimeSignature]]:
        """Start tick and signature of every bar that begins before ``until`` (default: the end).

        A signature that changes inside a bar starts a new bar there. At least one bar.

        Raises:
            MusicRNNError: more than a million bars, as a broken file can claim.
        """
        until = self.end if until is None else until
        starts: list[tuple[int, TimeSignature]] = []
        ends = (*(following.tick for following in self.time_signatures[1:]), until)
        for signature, end in zip(self.time_signatures, ends, strict=True):
            stop = min(until, end)
            length = signature.bar_ticks(self.ticks_per_quarter)
            if (stop - signature.tick) // length > MAX_BARS:
                raise MusicRNNError(f"a piece may have at most {MAX_BARS} bars: a stray note?")
            starts.extend((tick, signature) for tick in range(signature.tick, stop, length))
        return starts or [(0, self.time_signatures[0])]

    def bar_lines(self) -> list[int]:
        """The start tick of every bar, and the end of the last one."""
        starts, signatures = zip(*self.bars(), strict=True)
        return [*starts, starts[-1] + signatures[-1].bar_ticks(self.ticks_per_quarter)]

    def transposed(self, semitones: int) -> Score:
        """Every pitched note, key and chord moved; drums stay. Raises if a pitch leaves 0..127."""

        def moved(track: Track) -> Track:
            notes = (
                Note(n.start, n.pitch + semitones, n.duration, n.velocity) for n in track.notes
            )
            return track if track.is_drum else replace(track, notes=tuple(notes))

        keys = tuple(Key(k.tick, (k.tonic + semitones) % 12, k.minor) for k in self.keys)
        chords = tuple(
            c if c.root < 0 else Chord(c.tick, (c.root + semitones) % 12, c.quality)
            for c in self.chords
        )
        return replace(self, tracks=tuple(map(moved, self.tracks)), keys=keys, chords=chords)


def make_score(
    ticks_per_quarter: int,
    tracks: Iterable[Track],
    *,
    tempos: Iterable[Tempo] = (),
    time_signatures: Iterable[TimeSignature] = (),
    keys: Iterable[Key] = (),
    chords: Iterable[Chord] = (),
    title: str = "",
    sections: Iterable[Section] = (),
    said: Iterable[str] = (),
) -> Score:
    """A Score from events in any order: sorts them, keeps the last of several at one tick, drops
    repetitions that change nothing, and supplies 120 quarters a minute and 4/4 at tick 0.

    Raises:
        MusicRNNError: an event is out of range.
    """
    in_order = tuple(
        replace(t, notes=tuple(sorted(t.notes, key=_fields)), pedals=tuple(sorted(t.pedals)))
        for t in tracks
    )
    return Score(
        ticks_per_quarter,
        in_order,
        tempos=changes([Tempo(0, 500_000), *tempos]),
        time_signatures=changes([TimeSignature(0, 4, 4), *time_signatures]),
        keys=changes(keys),
        chords=changes(chords),
        title=title,
        sections=one_a_tick(sections),
        said=tuple(said),
    )
