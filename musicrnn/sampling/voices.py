"""Pieces of several voices with a voices model: from nothing, around given voices, some bars
resampled.

Conventions. What is given stays as it is, to the tick and the velocity: the network looks at a copy
on the grid of sixteenths, and only the voices that it samples are written from that grid. Given
voices that lie outside their ranges are looked at transposed by the fewest semitones that bring
them inside, or leave the fewest notes outside, which are looked at in another octave; the voices
that are drawn are moved back as far. Where all given voices rest for four quarters or longer, the
others do too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.networks.voices_array import VoicesEngine
from musicrnn.networks.voices_config import VoicesConfig
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.gibbs import GibbsSampler, GibbsSettings
from musicrnn.sampling.written import Written, spliced, untold, varied_steps
from musicrnn.score import Score, Track
from musicrnn.tokens.metrical import METRICAL_FEATURES, metre_of, regular_metre
from musicrnn.tokens.parts import grid_of, silent_stretches
from musicrnn.tokens.voices import (
    REST,
    GridPositions,
    VoiceGrid,
    from_sounding,
    is_on_grid,
    line_notes,
    pitch_name,
    sounding,
)

MAX_SHIFT_SEMITONES = 60  # semitones
CHOIR = 52  # General MIDI: choir aahs
VELOCITY = 80

Free = NDArray[np.bool_]  # [T, V]


class VoicesWriter:
    """Generates voices with a voices model."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.grid = VoiceGrid.from_configuration(checkpoint.entry("tokenizer"))
        config = VoicesConfig.from_json(checkpoint.entry("model"))
        if config.places != METRICAL_FEATURES:
            raise MusicRNNError(
                f"the network wants {config.places} numbers of a step's place in the bar, "
                f"there are {METRICAL_FEATURES}: the file was made by another version"
            )
        engine = VoicesEngine(config, checkpoint.arrays)
        self.sampler = GibbsSampler(engine, self.grid.allowed())
        self.tell: Callable[[float], None] = untold

    @property
    def names(self) -> tuple[str, ...]:
        """The voices from the top down."""
        return self.grid.names

    def drawing(self, settings: Settings, temperature: float | None = None) -> GibbsSettings:
        """How voices are drawn by a style of these settings, at the temperature that is asked."""
        if temperature is None:
            return GibbsSettings(settings=settings)
        return GibbsSettings(settings=replace(settings, temperature=temperature))

    def harmonize(
        self, score: Score, given: Mapping[str, Track], settings: GibbsSettings, seed: int
    ) -> Written:
        """The voices that are not ``given`` (tracks of the score, by name) around those that are.

        Tempo, metre, keys and resolution stay the score's; its other tracks are left out.

        Raises:
            MusicRNNError: no voice is given or all are, a name that the model does not know, or
                notes that no transposition brings into the model's ranges.
        """
        kept = [self._index(name) for name in given]
        if not 0 < len(kept) < len(self.names):
            raise MusicRNNError(
                f"{len(kept)} of the voices {', '.join(self.names)} are kept: some must be, not all"
            )
        named = sorted(zip(kept, given.values(), strict=True), key=lambda pair: pair[0])
        lines = grid_of(score, [track for _, track in named])
        positions = np.full((len(lines), len(self.names)), REST, np.int16)
        positions[:, [index for index, _ in named]] = lines
        free = np.ones(positions.shape, np.bool_)
        free[:, kept] = False
        free[silent_stretches(lines)] = False
        sampled, written = self._sample(score, positions, free, settings, seed)
        first = next(iter(given.values()))
        velocity = int(np.median([note.velocity for note in first.notes]))
        quarter, program = score.ticks_per_quarter, first.program
        tracks = tuple(
            given.get(name)
            or Track(line_notes(line, quarter, velocity), program, name=name.capitalize())
            for name, line in zip(self.names, sampled.T, strict=True)
        )
        off = tuple(n for n, t in given.items() if not is_on_grid(t.notes, quarter))
        return replace(written, score=replace(score, tracks=tracks), off_grid=off)

    def vary(
        self,
        score: Score,
        tracks: Mapping[str, Track],
        settings: GibbsSettings,
        seed: int,
        *,
        bars: tuple[int, int],
        voices: Sequence[str],
    ) -> Written:
        """Resample ``voices`` from the first of ``bars`` to the last, counted from 1.

        ``tracks`` are the score's tracks of all voices. Notes of these voices that reach into the
        bars are cut at the bar line; all else of the score stays.

        Raises:
            MusicRNNError: there are no such bars or voices, or as for :meth:`harmonize`.
        """
        begin, end = varied_steps(score, tracks, self.names, bars)
        quarter = score.ticks_per_quarter
        positions = grid_of(score, [tracks[name] for name in self.names])
        free = np.zeros(positions.shape, np.bool_)
        chosen = [self._index(name) for name in voices]
        free[begin:end, chosen] = True
        sampled, written = self._sample(score, positions, free, settings, seed)
        replaced = {
            id(tracks[name]): spliced(
                tracks[name], sampled[:, self._index(name)], (begin, end), quarter
            )
            for name in voices
        }
        whole = replace(score, tracks=tuple(replaced.get(id(t), t) for t in score.tracks))
        off = tuple(n for n, t in tracks.items() if not is_on_grid(t.notes, quarter))
        return replace(written, score=whole, off_grid=off)

    def compose(
        self, steps: int, settings: GibbsSettings, seed: int | Sequence[int]
    ) -> list[tuple[GridPositions, float]]:
        """Candidates of so many sixteenths of 4/4 from nothing, each with its nats a position."""
        shape = (steps, len(self.names))
        symbols = np.full(shape, self.grid.pitches + 1, np.int64)
        free = np.ones(shape, np.bool_)
        found = self.sampler.sample(symbols, free, regular_metre(steps), settings, seed)
        return [(self.grid.positions(candidate), nats) for candidate, nats in found]

    def tracks(self, positions: GridPositions, ticks_per_quarter: int) -> list[Track]:
        """A track a voice."""
        return [
            Track(line_notes(line, ticks_per_quarter, VELOCITY), CHOIR, name=name.capitalize())
            for name, line in zip(self.names, positions.T, strict=True)
        ]

    def _index(self, name: str) -> int:
        if name not in self.names:
            raise MusicRNNError(f"voices are {', '.join(self.names)}, got {name!r}")
        return self.names.index(name)

    def _sample(
        self, score: Score, positions: GridPositions, free: Free, settings: GibbsSettings, seed: int
    ) -> tuple[GridPositions, Written]:
        """The positions with the free ones drawn, from the first given sound to the last, and how;
        the score is not written yet."""
        started = time.perf_counter()
        pitches = np.where(free, -1, sounding(positions)).astype(np.int16)
        shift, view, folded = self._looked_at(pitches)
        inside = np.flatnonzero((free | (pitches >= 0)).any(axis=1))
        window = slice(int(inside[0]), int(inside[-1]) + 1)
        metre = metre_of(score, window.start, window.stop)
        symbols = self.grid.symbols(from_sounding(view)[window])
        self.sampler.tell = self.tell
        drawn, nats = self.sampler.sample(symbols, free[window], metre, settings, seed)[0]
        found = positions.copy()
        heard = sounding(self.grid.positions(drawn))
        heard = np.where(heard >= 0, heard - shift, heard)
        if heard.min() < -1 or heard.max() > 127:
            raise MusicRNNError(
                f"around voices that lie {counted(abs(shift), 'semitone')} from the model's "
                "ranges, notes would leave 0..127: transpose the file"
            )
        line = found[window]
        line[free[window]] = from_sounding(heard)[free[window]]
        seconds = time.perf_counter() - started
        return found, Written(score, seed, nats, shift, folded, seconds=seconds)

    def _looked_at(self, pitches: GridPositions) -> tuple[int, GridPositions, int]:
        """A transposition, the pitches so that each voice is in its range, and how many positions
        had to change their octave for it."""
        low, high = np.array(self.grid.ranges).T
        heard = pitches >= 0

        def outside(shift: int) -> int:
            moved = pitches + shift
            return int((heard & ((moved < low) | (moved > high))).sum())

        shift = min(
            range(-MAX_SHIFT_SEMITONES, MAX_SHIFT_SEMITONES + 1),
            key=lambda s: (outside(s), abs(s), -s),
        )
        moved = np.where(heard, pitches + shift, -1)
        folded = outside(shift)
        up = np.where(heard & (moved < low), (low - moved + 11) // 12 * 12, 0)
        down = np.where(heard & (moved > high), (moved - high + 11) // 12 * 12, 0)
        view = moved + up - down
        for index, name in enumerate(self.names):
            line = view[:, index][heard[:, index]]
            if len(line) and (line.min() < low[index] or line.max() > high[index]):
                raise MusicRNNError(
                    f"the {name} of this model sings {pitch_name(int(low[index]))} to "
                    f"{pitch_name(int(high[index]))}: no octave of the given notes fits"
                )
        return shift, view.astype(np.int16), folded
