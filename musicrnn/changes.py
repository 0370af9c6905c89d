"""What holds in a piece from a tick on, to the next of its kind: tempo, metre, key, chord, section.

Conventions. Ticks are a score's integer ticks, 0 at its beginning. Keys and chords are named by
pitch class, 0 = C. A section is a part of a musical form, named as a musician names it: a letter
that says which sections are alike (``A``, ``B``), a small one where there is no melody (``b``,
which need not be like ``B``), ``X`` where it has no partner, ``i`` an intro, ``o`` an outro; files
of other makers also say ``Verse 1``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from musicrnn.errors import MusicRNNError
from musicrnn.spelling import key_name

CHORD_QUALITIES = (
    "maj", "min", "dim", "aug", "sus2", "sus4", "7", "maj7", "min7", "dim7", "hdim7", "maj6", "min6"
)  # fmt: skip
PITCH_CLASSES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True, order=True)
class Tempo:
    """From ``tick`` on a quarter note lasts this many microseconds (1 to 2**24 - 1)."""

    tick: int
    microseconds_per_quarter: int

    @property
    def bpm(self) -> float:
        """Quarter notes a minute."""
        return 60e6 / self.microseconds_per_quarter

    @staticmethod
    def from_bpm(tick: int, bpm: float) -> Tempo:
        """The tempo nearest to ``bpm`` quarters a minute (4 to 60e6)."""
        return Tempo(tick, min(2**24 - 1, max(1, round(60e6 / bpm))))


@dataclass(frozen=True, slots=True, order=True)
class TimeSignature:
    """From ``tick`` on, bars of ``numerator`` notes of 1/``denominator`` (a power of two)."""

    tick: int
    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not (1 <= self.numerator <= 255 and self.denominator in (1, 2, 4, 8, 16, 32, 64)):
            raise MusicRNNError(
                f"a time signature is 1..255 over a power of two up to 64, got {self.name}"
            )

    @property
    def name(self) -> str:
        return f"{self.numerator}/{self.denominator}"

    def bar_ticks(self, ticks_per_quarter: int) -> int:
        """Length of one bar in ticks, at least 1."""
        return max(1, ticks_per_quarter * 4 * self.numerator // self.denominator)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """From ``tick`` on, the key with tonic pitch class 0 (C) to 11 (B)."""

    tick: int
    tonic: int
    minor: bool

    @property
    def name(self) -> str:
        """``Bb major``, with its usual signature, as files say it."""
        tonic = key_name(self.tonic, self.minor).rstrip("m")
        return f"{tonic} {'minor' if self.minor else 'major'}"


@dataclass(frozen=True, slots=True, order=True)
class Chord:
    """From ``tick`` on, a root 0 to 11 and one of CHORD_QUALITIES; (-1, "none") for no chord."""

    tick: int
    root: int
    quality: str

    @property
    def name(self) -> str:
        """``C:maj``, ``F#:min7``, ``N``: the notation of Harte (2010)."""
        return "N" if self.root < 0 else f"{PITCH_CLASSES[self.root]}:{self.quality}"


NAMED_CHORDS = {"N": (-1, "none")} | {  # name: root, quality
    Chord(0, root, quality).name: (root, quality)
    for quality in CHORD_QUALITIES
    for root in range(12)
}

MAX_SECTION_NAME = 64


@dataclass(frozen=True, slots=True, order=True)
class Section:
    """From ``tick`` on, a section of the form; two after one another may have the same name."""

    tick: int
    name: str

    def __post_init__(self) -> None:
        if not is_section_name(self.name):
            raise MusicRNNError(
                f"a section's name is 1 to {MAX_SECTION_NAME} printable characters, without a "
                f"space at either end and not the name of a chord, got {self.name!r}"
            )


def is_section_name(name: str) -> bool:
    """Whether a section may be called so; chords are told from sections by their names."""
    printable = name.isprintable() and name == name.strip()
    return printable and 1 <= len(name) <= MAX_SECTION_NAME and name not in NAMED_CHORDS


Change = TypeVar("Change", Tempo, TimeSignature, Key, Chord)
Event = TypeVar("Event", Tempo, TimeSignature, Key, Chord, Section)


def changes(events: Iterable[Change]) -> tuple[Change, ...]:
    """In order; repetitions that change nothing are dropped."""
    kept: list[Change] = []
    for event in one_a_tick(events):
        if not kept or replace(event, tick=0) != replace(kept[-1], tick=0):
            kept.append(event)
    return tuple(kept)


def one_a_tick(events: Iterable[Event]) -> tuple[Event, ...]:
    """In order; of several at a tick the last one given is kept."""
    by_tick = {event.tick: event for event in events}
    return tuple(event for _, event in sorted(by_tick.items()))
