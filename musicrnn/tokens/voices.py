"""Several monophonic voices on a grid of sixteenths, as integers and back.

Conventions. Grid positions are int16 [T, V], the highest voice first, a row a sixteenth: a MIDI
pitch where a note is struck, HOLD where it goes on, REST where nothing sounds (Hadjeres, Pachet and
Nielsen, DeepBach, ICML 2017, write chorales so). A hold after a rest, or in the first row, says
nothing and is a rest. Step t begins at the tick nearest to ``t * ticks_per_quarter / 4``. For notes
on the grid that do not overlap, ``line_notes`` is the inverse of ``line_positions``.

A :class:`VoiceGrid` knows the voices of one model, their names and ranges, and counts symbols as
the network does: pitches from ``lowest`` on, then hold, rest and the mask.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, listed
from musicrnn.score import PITCH_CLASSES, Note

NAME = "voices"  # of these tokens in a model file
HOLD, REST = 128, 129
STEPS_A_QUARTER = 4
MAX_STEPS = 2**13  # 512 bars of 4/4: a quarter of an hour

GridPositions = NDArray[np.int16]  # [T, V]
VoiceNotes = Sequence[Note]  # one voice
Ticks = TypeVar("Ticks", int, NDArray[np.int64])


def step_tick(step: int, ticks_per_quarter: int) -> int:
    """The tick at which a step begins: the nearest to its place, the later of two."""
    return (2 * step * ticks_per_quarter + STEPS_A_QUARTER) // (2 * STEPS_A_QUARTER)


def nearest_step(tick: Ticks, ticks_per_quarter: int) -> Ticks:
    """The step that begins nearest to a tick, the later of two."""
    return (2 * tick * STEPS_A_QUARTER + ticks_per_quarter) // (2 * ticks_per_quarter)


def line_positions(notes: VoiceNotes, ticks_per_quarter: int, steps: int) -> GridPositions:
    """One voice [T], notes at their nearest steps; of two at one step the later one stays, and a
    note ends where the next begins.

    Raises:
        MusicRNNError: a quarter has fewer than four ticks, or more than MAX_STEPS steps.
    """
    if ticks_per_quarter < STEPS_A_QUARTER:
        raise MusicRNNError(
            f"sixteenths need 4 ticks a quarter or more, the file has {ticks_per_quarter}"
        )
    if steps > MAX_STEPS:
        raise MusicRNNError(
            f"a piece may last {MAX_STEPS} sixteenths at most, got {steps}: a stray note?"
        )
    positions = np.full(steps, REST, np.int16)
    for note in sorted(notes):
        start = min(nearest_step(note.start, ticks_per_quarter), steps - 1)
        end = max(start + 1, nearest_step(note.start + note.duration, ticks_per_quarter))
        positions[start + 1 : end] = HOLD
        positions[start] = note.pitch
        positions[end:] = REST  # of an earlier note that lasts longer
    return positions


def line_notes(
    positions: NDArray[Any], ticks_per_quarter: int, velocity: int = 80, *, first: int = 0
) -> tuple[Note, ...]:
    """The notes of one voice [T], whose first row is step ``first``."""
    notes: list[Note] = []
    bounds = [*np.flatnonzero(positions != HOLD).tolist(), len(positions)]
    for step, after in pairwise(bounds):
        if positions[step] < HOLD:
            start = step_tick(first + step, ticks_per_quarter)
            length = step_tick(first + after, ticks_per_quarter) - start
            notes.append(Note(start, int(positions[step]), length, velocity))
    return tuple(notes)


def is_on_grid(notes: VoiceNotes, ticks_per_quarter: int) -> bool:
    """Whether positions lose nothing of these notes but their velocities."""
    if ticks_per_quarter < STEPS_A_QUARTER:
        return False
    ends = [note.start + note.duration for note in notes]
    ticks = [*(note.start for note in notes), *ends]
    back = [step_tick(nearest_step(t, ticks_per_quarter), ticks_per_quarter) for t in ticks]
    return back == ticks and is_monophonic(notes)


def is_monophonic(notes: VoiceNotes, slack: int = 0) -> bool:
    """Whether no note begins more than ``slack`` ticks before the one before it ends."""
    in_order = sorted(notes)
    return all(
        a.start < b.start and a.start + a.duration <= b.start + slack for a, b in pairwise(in_order)
    )


def sounding(positions: NDArray[Any], hold: int = HOLD) -> GridPositions:
    """The pitch that sounds in each position [T, V], -1 where none does; from ``hold`` on
    positions are no pitches."""
    steps = np.arange(len(positions))[:, None]
    begun = np.maximum.accumulate(np.where(positions == hold, 0, steps), axis=0)
    found = np.take_along_axis(positions, begun, axis=0)
    return np.where(found >= hold, -1, found).astype(np.int16)


def from_sounding(pitches: NDArray[Any]) -> GridPositions:
    """Grid positions [T, V] of what sounds, -1 for nothing; a pitch that goes on is held."""
    same = np.zeros(pitches.shape, np.bool_)
    same[1:] = pitches[1:] == pitches[:-1]
    return np.where(pitches < 0, REST, np.where(same, HOLD, pitches)).astype(np.int16)


def pitch_name(pitch: int) -> str:
    """Such as C4 for 60."""
    return f"{PITCH_CLASSES[pitch % 12]}{pitch // 12 - 1}"


@dataclass(frozen=True)
class VoiceGrid:
    """The voices of a model from the highest down, and the lowest and highest pitch of each."""

    names: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.names) <= 16 or len(set(self.names)) != len(self.names):
            raise MusicRNNError(
                f"1 to 16 voices of different names are needed, got {listed(self.names)}"
            )
        if len(self.ranges) != len(self.names) or not all(
            0 <= low <= high <= 127 for low, high in self.ranges
        ):
            found = listed(f"{low}..{high}" for low, high in self.ranges)
            raise MusicRNNError(f"every voice needs a range of pitches in 0..127, got {found}")

    @property
    def lowest(self) -> int:
        return min(low for low, _ in self.ranges)

    @property
    def pitches(self) -> int:
        """How many pitches the network distinguishes."""
        return max(high for _, high in self.ranges) - self.lowest + 1

    def symbols(self, positions: GridPositions) -> NDArray[np.int64]:
        """As the network counts, [T, V]; a pitch struck twice running becomes a hold, since the
        chorales of the training set do not distinguish the two.

        Raises:
            MusicRNNError: a voice leaves its range.
        """
        pitches = sounding(positions)
        for name, (low, high), line in zip(self.names, self.ranges, pitches.T, strict=True):
            heard = line[line >= 0]
            if len(heard) and not low <= heard.min() <= heard.max() <= high:
                raise MusicRNNError(
                    f"the {name} may sing {pitch_name(low)} to {pitch_name(high)}, got "
                    f"{pitch_name(int(heard.min()))} to {pitch_name(int(heard.max()))}"
                )
        held = from_sounding(pitches).astype(np.int64)
        special = np.where(held == HOLD, self.pitches, self.pitches + 1)
        return np.where(held < HOLD, held - self.lowest, special)

    def positions(self, symbols: NDArray[np.int64]) -> GridPositions:
        """The inverse of :meth:`symbols`."""
        special = np.where(symbols == self.pitches, HOLD, REST)
        plain = np.where(symbols < self.pitches, symbols + self.lowest, special)
        return from_sounding(sounding(plain.astype(np.int16)))

    def allowed(self) -> NDArray[np.bool_]:
        """[V, P + 2]: the symbols that each voice may have."""
        found = np.zeros((len(self.names), self.pitches + 2), np.bool_)
        for row, (low, high) in zip(found, self.ranges, strict=True):
            row[low - self.lowest : high - self.lowest + 1] = True
        found[:, self.pitches :] = True
        return found

    def configuration(self) -> dict[str, Any]:
        """As JSON, for a checkpoint's "tokenizer" entry."""
        return {
            "name": NAME,
            "names": list(self.names),
            "ranges": [list(pair) for pair in self.ranges],
        }

    @staticmethod
    def from_configuration(values: dict[str, Any]) -> VoiceGrid:
        """The inverse of :meth:`configuration`.

        Raises:
            MusicRNNError: it is another tokenizer's, or damaged.
        """
        try:
            if values["name"] != NAME:
                raise MusicRNNError(f"the model's tokens are {values['name']!r}, not voices")
            ranges = tuple((int(low), int(high)) for low, high in values["ranges"])
            return VoiceGrid(tuple(map(str, values["names"])), ranges)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise MusicRNNError(
                f"the model file does not say what its voices are: {error}"
            ) from error
