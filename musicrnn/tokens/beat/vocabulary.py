"""What bar-and-beat tokens a piece is written in: the settings of the tokenizer, and its ids.

Conventions. A note's token is "pitch" with the part it belongs to: value = 128 * part + pitch, so
that notes of a position ascend by part, then pitch; without named parts there is one. In canonical
pitch a piece is written as if it were in C major or A minor: the key at its head says by how many
semitones, -5 to 6, it sounds higher; chords too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from musicrnn.bounds import check_number
from musicrnn.errors import MusicRNNError, listed
from musicrnn.score import NAMED_CHORDS, PITCH_CLASSES
from musicrnn.tokens.beat.grid import DURATIONS, KEYS, SIGNATURES, TEMPOS
from musicrnn.tokens.programs import DRUM_PROGRAM
from musicrnn.tokens.vocabulary import EventVocabulary, check_velocity_bins

MAX_BAR_POSITIONS = 96  # positions: 8/4
MAX_PARTS = 8
DENSITY_BORDERS = (1.5, 3.0, 4.5, 6.5)  # notes a quarter between density 1, 2, 3, 4 and 5
PITCHES = 128
A_MINOR = 9  # the tonic of the canonical minor key


@dataclass(frozen=True)
class BeatVocabulary:
    """The settings, as a model file holds them, and ``events``, the ids that follow from them.

    Args:
        programs: General MIDI programs in ascending order, 128 for drums; one program alone needs
            no program tokens.
        velocity_bins: 1, 2, 4, ... 128 levels of loudness.
        chords: whether chord symbols are written.
        parts: names of the parts that one program plays, from the accompaniment up; () for one
            part without a name.
        canonical: whether pitches are written as in C major or A minor.
        density_borders: notes a quarter between density 1, 2, 3, 4 and 5.
        steady: whether the metre stays from the second bar on, the first may be a pick-up.
        closing: whether what a model gives to another bar goes to the end where no bar may follow.
    """

    programs: tuple[int, ...] = (0,)
    velocity_bins: int = 16
    chords: bool = True
    parts: tuple[str, ...] = ()
    canonical: bool = False
    density_borders: tuple[float, ...] = DENSITY_BORDERS
    steady: bool = False
    closing: bool = False
    events: EventVocabulary = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("programs", "parts", "density_borders"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if not self.programs or list(self.programs) != sorted(set(self.programs) & set(range(129))):
            raise MusicRNNError(f"programs must ascend within 0..128, got {listed(self.programs)}")
        check_velocity_bins(self.velocity_bins)
        self._check_parts()
        for border in self.density_borders:
            check_number("density_borders", border)
        borders = list(self.density_borders)
        if len(borders) != len(DENSITY_BORDERS) or borders != sorted(set(borders)):
            raise MusicRNNError(f"density_borders are 4 ascending numbers, got {listed(borders)}")
        groups: dict[str, Sequence[Any]] = {
            "start": [None],
            "end": [None],
            "key": KEYS if self.pitched else (),
            "density": range(1, len(DENSITY_BORDERS) + 2),
            "bar": [None],
            "time": SIGNATURES,
            "position": range(MAX_BAR_POSITIONS),
            "tempo": TEMPOS,
            "chord": tuple(NAMED_CHORDS) if self.chords else (),
            "program": self.programs if len(self.programs) > 1 else (),
            "pitch": range(PITCHES * max(1, len(self.parts))) if self.pitched else (),
            "drum": range(128) if DRUM_PROGRAM in self.programs else (),
            "velocity": range(self.velocity_bins),
            "duration": DURATIONS if self.pitched else (),
        }
        there = {group: values for group, values in groups.items() if values}
        spelled = {"pitch": [self._note_name(value) for value in there.get("pitch", ())]}
        object.__setattr__(self, "events", EventVocabulary(there, spelled))

    def _check_parts(self) -> None:
        if not self.parts:
            return
        if self.programs == (DRUM_PROGRAM,) or len(self.programs) > 1:
            raise MusicRNNError(
                f"parts are those of one pitched program, got programs {listed(self.programs)}"
            )
        alike = {name.casefold() for name in self.parts}
        if len(self.parts) > MAX_PARTS or len(alike) < len(self.parts):
            raise MusicRNNError(f"parts are at most {MAX_PARTS} names, got {listed(self.parts)}")

    @property
    def pitched(self) -> bool:
        """Whether any instrument but drums is written."""
        return self.programs != (DRUM_PROGRAM,)

    def shift(self, key: str) -> int:
        """By how many semitones a piece in ``key``, one of KEYS, sounds above its tokens."""
        if not self.canonical:
            return 0
        index = KEYS.index(key)
        home = A_MINOR if index >= 12 else 0
        return (index % 12 - home + 5) % 12 - 5

    def shifted_chord(self, name: str, semitones: int) -> str:
        """A chord's name, ``semitones`` higher; no chord stays none."""
        return name if name == "N" else transposed_name(name, semitones)

    def _note_name(self, value: int) -> str:
        part, pitch = divmod(value, PITCHES)
        return f"{self.parts[part].lower()}_{pitch}" if self.parts else f"pitch_{pitch}"


def transposed_name(name: str, semitones: int) -> str:
    """The name of a key or chord, ``C:maj``, so many semitones higher."""
    root, quality = name.split(":")
    return f"{PITCH_CLASSES[(PITCH_CLASSES.index(root) + semitones) % 12]}:{quality}"
