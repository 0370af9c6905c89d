"""Voices written around given ones by a model of chorale tokens.

Conventions. What is given stays as it is, to the tick and the velocity: the network reads a copy on
the grid of sixteenths, hears what is ahead of it, and writes the other voices between its notes, in
the order in which it composes. Given voices outside their ranges are read in another octave; new
voices stay in their own. Parallel fifths and octaves are not written: a rule, and not learnt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import Outlook
from musicrnn.context.past import Past
from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.form.finder import with_sections
from musicrnn.form.outlook import likenesses_of, outlook
from musicrnn.form.plan import plan_of
from musicrnn.sampling.compose import fitting_tokenizer
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.loudness import louder
from musicrnn.sampling.sampler import Opening, SequenceInProgress
from musicrnn.sampling.stretches import Beam, best_in_stretches
from musicrnn.sampling.written import Written, spliced, untold, varied_steps
from musicrnn.score import Note, Score, Track
from musicrnn.score_ticks import without_upbeat
from musicrnn.tokens import Controls
from musicrnn.tokens.chorale import ChoraleTokenizer
from musicrnn.tokens.chorale.around import AroundConstraint
from musicrnn.tokens.chorale.given import NOTHING_FREE, GivenLines, changes
from musicrnn.tokens.chorale.lines import lines_of
from musicrnn.tokens.chorale.vocabulary import NAMES
from musicrnn.tokens.protocol import END
from musicrnn.tokens.voices import HOLD, MAX_STEPS, REST, GridPositions, is_on_grid, line_notes

OCTAVES = range(-5, 6)
TEMPERATURE = 0.7
LANES, KEPT, STRETCH = 16, 2, 2  # pieces, pieces, bars: see musicrnn.sampling.stretches
BOLDER = (1.0, 1.6, 2.5)  # times the temperature, until something new is found


class ChoraleWriter:
    """Writes voices with a model of chorale tokens.

    Raises:
        MusicRNNError: the model has other tokens, or is damaged.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        tokenizer = fitting_tokenizer(checkpoint)
        if not isinstance(tokenizer, ChoraleTokenizer):
            raise MusicRNNError(
                f"voices are written by models of chorale tokens, these are {tokenizer.name} tokens"
            )
        self.checkpoint, self.tokenizer = checkpoint, tokenizer
        self.tell: Callable[[float], None] = untold

    @property
    def names(self) -> tuple[str, ...]:
        """The voices from the top down."""
        return NAMES

    def drawing(self, settings: Settings, temperature: float | None = None) -> Settings:
        """How voices are drawn by a style of these settings: at the temperature that is asked, or
        TEMPERATURE."""
        return replace(settings, temperature=TEMPERATURE if temperature is None else temperature)

    def harmonize(
        self, score: Score, given: Mapping[str, Track], settings: Settings, seed: int
    ) -> Written:
        """The voices that are not ``given`` (tracks of the score, by name) around those that are.

        Tempo, metre, keys and resolution stay the score's; its other tracks are left out.

        Raises:
            MusicRNNError: no voice is given or all are, or one that the tokens cannot hold.
        """
        if not set(given) <= set(NAMES) or not 0 < len(given) < len(NAMES):
            what = "all are, so nothing is left to write" if len(given) == len(NAMES) else "none is"
            raise MusicRNNError(f"some of {listed(NAMES)} must be given: {what}")
        positions, written = self._written(score, given, settings, seed)
        first = next(iter(given.values()))
        velocity = int(np.median([note.velocity for note in first.notes]))
        tracks = [
            replace(given[name], name=name.capitalize())
            if name in given
            else Track(
                line_notes(positions[:, index], score.ticks_per_quarter, velocity),
                first.program,
                name=name.capitalize(),
            )
            for index, name in enumerate(NAMES)
        ]
        return replace(written, score=replace(score, tracks=tuple(tracks)))

    def vary(
        self,
        score: Score,
        tracks: Mapping[str, Track],
        settings: Settings,
        seed: int,
        *,
        bars: tuple[int, int],
        voices: Sequence[str],
    ) -> Written:
        """As :meth:`musicrnn.sampling.written.Writer.vary`. ``tracks`` are the score's tracks of
        all voices. Notes of ``voices`` that reach into the bars are cut at the bar line.

        Raises:
            MusicRNNError: there are no such bars or voices, or as for :meth:`harmonize`.
        """
        begin, end = varied_steps(score, tracks, NAMES, bars)
        lines = lines_of(_heard(score, tracks, 0))
        first = lines.start + lines.upbeat
        free = dict.fromkeys(voices, (begin - first, end - first))
        positions, written = self._written(score, tracks, settings, seed, free)
        sung = np.where(positions < HOLD, positions - written.shift, positions)
        new = {
            id(tracks[name]): spliced(
                tracks[name], sung[:, NAMES.index(name)], (begin, end), score.ticks_per_quarter
            )
            for name in voices
        }
        whole = replace(score, tracks=tuple(new.get(id(t), t) for t in score.tracks))
        return replace(written, score=whole, moved_back=True)

    def _written(
        self,
        score: Score,
        given: Mapping[str, Track],
        settings: Settings,
        seed: int,
        free: Mapping[str, tuple[int, int]] = NOTHING_FREE,
    ) -> tuple[GridPositions, Written]:
        """What all voices strike [T, V] where the given ones were read, from the first step of the
        score; and how, the score not written yet. ``free`` is as for GivenLines."""
        started = time.perf_counter()
        octaves = self._octaves(given)
        heard = _heard(score, given, octaves)
        encoded = self.tokenizer.encode(heard).tolist()
        lines = GivenLines(self.tokenizer, encoded, free)
        check_length(lines)
        ids, nats = self._best(lines, self._outlook(heard), settings, seed, encoded)
        before = np.full((lines_of(heard).start, len(NAMES)), REST, np.int16)
        positions = np.concatenate([before, lines_of(self.tokenizer.decode(ids)).positions])
        off = tuple(n for n, t in given.items() if not is_on_grid(t.notes, score.ticks_per_quarter))
        seconds = time.perf_counter() - started
        return positions, Written(
            score, seed, nats, 12 * octaves, moved_back=False, off_grid=off, seconds=seconds
        )

    def _best(
        self, lines: GivenLines, known: Outlook, settings: Settings, seed: int, old: Sequence[int]
    ) -> tuple[Sequence[int], float]:
        """The ids of the likeliest piece that is drawn and is not the ``old`` one, and its nats a
        free sixteenth; at a higher temperature where nothing else is found.

        Raises:
            MusicRNNError: nothing else is found then either.
        """
        engine = CPUEngine(louder(self.checkpoint, Controls(bars=lines.bars)))
        bar = self.tokenizer.events.id("bar")
        readings, before = self.tokenizer.readings(), changes(self.tokenizer, old)

        def is_new(piece: SequenceInProgress) -> bool:
            found = changes(self.tokenizer, piece.ids)
            until = lines.bars if piece.last == END else list(piece.ids).count(bar) - 1
            return found != [each for each in before if each[0] < until]

        for bolder in BOLDER:
            constraint = AroundConstraint(self.tokenizer, lines, self.tell)
            found = best_in_stretches(
                engine,
                Opening(constraint, seed, Past(readings, known, lines.notes())),
                settings=replace(settings, temperature=bolder * settings.temperature),
                beam=Beam(LANES, KEPT, _is_stretch, is_new),
            )
            if new := [each for each in found if is_new(each)]:
                return new[0].ids, -new[0].likelihood / lines.free_sixteenths
        raise MusicRNNError(
            "nothing but what is there is found for these bars and voices: name more of them, or a "
            "higher temperature"
        )

    def _outlook(self, heard: Score) -> Outlook:
        """What the form of the given voices says of each bar."""
        found = with_sections(without_upbeat(self.tokenizer.quantize(heard)))
        plan = plan_of(found)
        return outlook(plan, likenesses_of(plan, found))

    def _octaves(self, given: Mapping[str, Track]) -> int:
        """By how many octaves the given voices are read higher, so that most notes are in their
        voices' ranges."""
        ranges: dict[str, tuple[int, int]] = dict(zip(NAMES, self.tokenizer.ranges, strict=True))

        def outside(octaves: int) -> int:
            return sum(
                not ranges[name][0] <= note.pitch + 12 * octaves <= ranges[name][1]
                for name, track in given.items()
                for note in track.notes
            )

        pitches = [note.pitch for track in given.values() for note in track.notes]
        possible = [
            n for n in OCTAVES if min(pitches) + 12 * n >= 0 and max(pitches) + 12 * n <= 127
        ]
        return min(possible, key=lambda n: (outside(n), abs(n)))


def _moved(track: Track, semitones: int) -> Track:
    notes = (Note(n.start, n.pitch + semitones, n.duration, n.velocity) for n in track.notes)
    return replace(track, notes=tuple(notes))


def _heard(score: Score, given: Mapping[str, Track], octaves: int) -> Score:
    """The voices alone, so many octaves higher."""
    tracks = (
        _moved(replace(track, name=name.capitalize()), 12 * octaves)
        for name, track in given.items()
    )
    return replace(score, tracks=tuple(tracks))


def _is_stretch(sequence: SequenceInProgress) -> bool:
    """Whether so many bars are written since the last one was."""
    constraint: Any = sequence.constraint
    return constraint.last == "bar" and constraint.bars % STRETCH == 1


def check_length(lines: GivenLines) -> None:
    """Raises:
    MusicRNNError: a piece that is longer than one may be.
    """
    steps, most = sum(lines.lengths), MAX_STEPS - 2 * max(lines.lengths)
    if steps > most:
        raise MusicRNNError(
            f"a piece in this metre may last {counted(most, 'sixteenth')} (a quarter of an hour at "
            f"its usual tempo), this one has {steps}: cut it in two"
        )
