"""A score as four lines in bars, and back: everything that chorale tokens say, and nothing else.

Conventions. A tick is a sixteenth. ``positions`` are those of :mod:`musicrnn.tokens.voices`, the
soprano first, from the first sound to the last; a voice that a score has not rests. Music that
begins inside a bar begins with an upbeat: ``upbeat`` sixteenths, which are no bar. Where the metre
changes inside a bar, the bar before it is a short one with a metre of its own. Velocities, tempo
and pedals are not told.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.key import estimate_key
from musicrnn.score import Key, Score, Tempo, TimeSignature, Track, make_score
from musicrnn.tokens.beat.bars import bars_on_grid
from musicrnn.tokens.beat.grid import POSITIONS, SIGNATURES
from musicrnn.tokens.chorale.vocabulary import NAMES, steps_of
from musicrnn.tokens.parts import grid_of, is_called, parts, voice_tracks
from musicrnn.tokens.voices import (
    HOLD,
    REST,
    STEPS_A_QUARTER,
    GridPositions,
    line_notes,
)

CHOIR = 52  # the program
VELOCITY = 80
BPM = 80.0
FEWER = {1: NAMES[:1], 2: (NAMES[0], NAMES[3]), 3: (*NAMES[:2], NAMES[3])}  # of so many voices
Metre = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Lines:
    """Four voices: the metre of each bar, and what each voice strikes; ``start`` is the sixteenth
    of the score at which they begin."""

    start: int
    key: Key
    upbeat: int
    bars: tuple[Metre, ...]
    positions: GridPositions  # [T, 4]


def lines_of(score: Score) -> Lines:
    """The voices of a score.

    Raises:
        MusicRNNError: more than four voices, which cannot be told by name, or one that sounds
            several notes at once; no notes; too long; a metre that the grid cannot hold.
    """
    tracks = _voices(score)
    found = grid_of(score, list(tracks.values()))
    positions = np.full((len(found), len(NAMES)), REST, np.int16)
    positions[:, [NAMES.index(name) for name in tracks]] = found
    begin = int(np.flatnonzero((positions < HOLD).any(axis=1))[0])
    sixteenth = POSITIONS // STEPS_A_QUARTER
    scale = POSITIONS / score.ticks_per_quarter
    metres, starts = bars_on_grid(score, scale, sixteenth * len(positions) - 1)
    starts = [start // sixteenth for start in starts]
    ticks = [metre.tick // sixteenth for metre in metres]
    first = bisect_right(starts, begin) - 1
    bars = [metres[bisect_right(ticks, start) - 1] for start in starts[first:]]
    named = [(metre.numerator, metre.denominator) for metre in bars]
    upbeat = 0
    if len(named) > 1:
        left = starts[first + 1] - begin
        whole = left >= steps_of(named[1]) or _short(left) not in SIGNATURES
        upbeat = 0 if whole else left
    start = begin if upbeat else starts[first]
    return Lines(
        start,
        score.keys[0] if score.keys else estimate_key(score),
        upbeat,
        tuple(named[1:] if upbeat else named),
        positions[start:],
    )


def score_of(lines: Lines) -> Score:
    """The score of the voices."""
    tracks = [
        Track(line_notes(line, STEPS_A_QUARTER, VELOCITY), CHOIR, name=name.capitalize())
        for name, line in zip(NAMES, lines.positions.T, strict=True)
    ]
    at, metres = 0, list[TimeSignature]()
    if lines.upbeat:
        metres.append(TimeSignature(0, *_short(lines.upbeat)))
        at = lines.upbeat
    before: Metre | None = None
    for metre in lines.bars:
        if metre != before:
            metres.append(TimeSignature(at, *metre))
        at, before = at + steps_of(metre), metre
    return make_score(
        STEPS_A_QUARTER,
        [track for track in tracks if track.notes],
        tempos=[Tempo.from_bpm(0, BPM)],
        time_signatures=metres,
        keys=[Key(0, lines.key.tonic, lines.key.minor)],
    )


def _voices(score: Score) -> dict[str, Track]:
    """By name, from the top down; of fewer than four without names the outer ones first."""
    sung = parts(score)
    wanted = NAMES
    if 0 < len(sung) < len(NAMES):
        called = [name for name in NAMES if any(is_called(track, name) for track in sung)]
        wanted = tuple(called) if len(called) == len(sung) else FEWER[len(sung)]
    elif len(sung) > len(NAMES) and not all(
        any(is_called(track, name) for track in sung) for name in NAMES
    ):
        raise MusicRNNError(
            f"chorale tokens hold {counted(len(NAMES), 'voice')}, one a track, got "
            f"{counted(len(sung), 'track')} with notes, of which not all of {listed(NAMES)} are "
            "named"
        )
    return voice_tracks(score, NAMES, wanted)


def _short(sixteenths: int) -> Metre:
    """The metre of a bar of so many sixteenths."""
    denominator = 16
    while sixteenths % 2 == 0 and denominator > STEPS_A_QUARTER:
        sixteenths, denominator = sixteenths // 2, denominator // 2
    return sixteenths, denominator
