"""The ids of four voices: what is struck where.

Conventions. Voices are written soprano, bass, alto, tenor: the outer ones first, the inner ones
between them. A voice's value is a pitch as in C major or A minor, which sounds by the key's shift
of -5 to 6 semitones higher, or REST. Positions are sixteenths of a bar. A chord is that of the beat
that begins at a position, written like pitches; it is there where it is another than the last.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from musicrnn.errors import MusicRNNError, counted
from musicrnn.score import PITCH_CLASSES, Key, TimeSignature
from musicrnn.tokens.beat.grid import KEYS, SIGNATURES
from musicrnn.tokens.chorale.chords import QUALITIES
from musicrnn.tokens.vocabulary import EventVocabulary
from musicrnn.tokens.voices import STEPS_A_QUARTER, pitch_name

NAMES = ("soprano", "alto", "tenor", "bass")  # from the top down
WRITTEN = ("soprano", "bass", "alto", "tenor")  # in the order of ids
PITCHES = 128
CHORDS = tuple(f"{tone}:{quality}" for quality in QUALITIES for tone in PITCH_CLASSES)
REST = PITCHES  # the value of a voice that falls silent
A_MINOR = 9  # the tonic of the minor key that is written as it is
WHOLE_RANGE = (0, 127)


@dataclass(frozen=True)
class ChoraleVocabulary:
    """The settings, as a model file holds them, and ``events``, the ids.

    Args:
        ranges: the lowest and the highest pitch of each voice, from the top down, in new pieces.
    """

    ranges: tuple[tuple[int, int], ...] = (WHOLE_RANGE,) * len(NAMES)
    events: EventVocabulary = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ranges = tuple((low, high) for low, high in self.ranges)
        object.__setattr__(self, "ranges", ranges)
        if len(ranges) != len(NAMES):
            raise MusicRNNError(
                f"{counted(len(NAMES), 'voice')} need as many ranges, got {len(ranges)}"
            )
        for name, (low, high) in zip(NAMES, ranges, strict=True):
            if not (type(low) is int and type(high) is int and 0 <= low <= high <= 127):
                raise MusicRNNError(
                    f"the {name} needs a range of pitches in 0..127, got {low}..{high}"
                )
        voices = {name: range(PITCHES + 1) for name in WRITTEN}
        groups = {
            "start": [None],
            "end": [None],
            "key": KEYS,
            "time": SIGNATURES,
            "upbeat": [None],
            "bar": [None],
            "position": range(max(steps_of(metre) for metre in SIGNATURES)),
            "chord": CHORDS,
            **voices,
        }
        spelled = {name: [_spelled(name, value) for value in range(PITCHES + 1)] for name in voices}
        object.__setattr__(self, "events", EventVocabulary(groups, spelled))


def steps_of(metre: tuple[int, int]) -> int:
    """How many sixteenths a bar has."""
    return TimeSignature(0, *metre).bar_ticks(STEPS_A_QUARTER)


def shift_of(key: str) -> int:
    """By how many semitones a piece in one of KEYS sounds higher than it is written."""
    index = KEYS.index(key)
    return (index % 12 - (A_MINOR if index >= 12 else 0) + 5) % 12 - 5


def key_name(key: Key) -> str:
    """One of KEYS."""
    return f"{PITCH_CLASSES[key.tonic]}:{'min' if key.minor else 'maj'}"


def key_of(name: str) -> Key:
    """The inverse."""
    index = KEYS.index(name)
    return Key(0, index % 12, index >= 12)


def _spelled(voice: str, value: int) -> str:
    return f"{voice}_rest" if value == REST else f"{voice}_{pitch_name(value)}"
