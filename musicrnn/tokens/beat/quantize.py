"""Putting a score on the beat grid: everything that bar-and-beat tokens can say, and nothing else.

Conventions. One tick of the result is one position. Bars are filled exactly: where a time signature
changes inside a bar, the short bar before it gets a signature of its own (3/8, 1/16 ...). Leading
empty bars go; pedals are dropped; drum hits last one position, and
those on the edge of a hi-hat are written as General MIDI has them (:mod:`musicrnn.drum_kit`).
Programs outside the configuration move to the nearest one inside; drums count as program 128 and
are dropped where 128 is not listed.
Where parts are named, a track goes to the part of its name, else to the first.
"""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

from musicrnn.drum_kit import as_general_midi
from musicrnn.errors import MusicRNNError
from musicrnn.key import estimate_key
from musicrnn.score import Chord, Key, Note, Score, Tempo, TimeSignature, Track, make_score
from musicrnn.tokens.beat.bars import bars_on_grid
from musicrnn.tokens.beat.grid import DURATIONS, MAX_BARS, POSITIONS, nearest_tempo
from musicrnn.tokens.beat.vocabulary import BeatVocabulary
from musicrnn.tokens.programs import DRUM_PROGRAM
from musicrnn.tokens.vocabulary import bin_velocities

_DURATIONS = np.array(DURATIONS)


def quantize_to_beats(score: Score, vocabulary: BeatVocabulary) -> Score:
    """The nearest score on the grid of POSITIONS a quarter.

    Raises:
        MusicRNNError: no note is left, or more than 4000 bars.
    """
    scale = POSITIONS / score.ticks_per_quarter
    programs, velocity_bins = vocabulary.programs, vocabulary.velocity_bins
    notes = _notes(score, scale, vocabulary)
    if len(notes) == 0:
        kinds = [kind for kind, there in (("drums", DRUM_PROGRAM in programs),
                 ("pitched instruments", programs != (DRUM_PROGRAM,))) if there]  # fmt: skip
        raise MusicRNNError(
            f"none of the piece's notes is for {' or '.join(kinds)}, which is all these tokens hold"
        )
    notes = _without_overlaps(notes)
    last_tick = int((notes[:, 0] + notes[:, 3]).max()) - 1
    signatures, starts = bars_on_grid(score, scale, last_tick)
    if len(starts) > MAX_BARS:
        raise MusicRNNError(f"a piece may have at most {MAX_BARS} bars, this one has {len(starts)}")
    first_bar = starts[bisect_right(starts, int(notes[:, 0].min())) - 1]
    end = starts[-1] + signatures[-1].bar_ticks(POSITIONS)

    notes[:, 0] -= first_bar
    notes[:, 4] = bin_velocities(velocity_bins)[notes[:, 4] * velocity_bins // 128]
    moved = [(max(0, round(t.tick * scale) - first_bar), t) for t in score.tempos]
    tempos = [Tempo.from_bpm(at, nearest_tempo(t.bpm)) for at, t in moved if at < end - first_bar]
    key = score.keys[0] if score.keys else estimate_key(score)
    harmony = [
        Chord(max(0, round(c.tick * scale) - first_bar), c.root, c.quality)
        for c in score.chords
        if vocabulary.chords and round(c.tick * scale) < end
    ]
    return make_score(
        POSITIONS,
        tracks_of(notes, vocabulary),
        tempos=tempos,
        time_signatures=[
            TimeSignature(max(0, s.tick - first_bar), s.numerator, s.denominator)
            for s in signatures
        ],
        keys=[Key(0, key.tonic, key.minor)] if vocabulary.pitched else [],
        chords=harmony,
    )


def tracks_of(notes: NDArray[np.int64], vocabulary: BeatVocabulary) -> list[Track]:
    """Tracks, one a program or a named part, of rows (start, program or number of the part, pitch,
    duration, velocity)."""
    tracks: list[Track] = []
    for voice in np.unique(notes[:, 1]).tolist():
        rows = notes[notes[:, 1] == voice][:, [0, 2, 3, 4]].tolist()
        played = tuple(sorted(Note(*row) for row in rows))
        if vocabulary.parts:
            tracks.append(Track(played, vocabulary.programs[0], name=vocabulary.parts[voice]))
        else:
            drums = voice == DRUM_PROGRAM
            tracks.append(Track(played, 0 if drums else voice, drums))
    return tracks


def _notes(score: Score, scale: float, vocabulary: BeatVocabulary) -> NDArray[np.int64]:
    """Rows as :func:`tracks_of` takes them, durations from the table."""
    programs = vocabulary.programs
    named = {name.casefold(): number for number, name in enumerate(vocabulary.parts)}
    pitched = np.array([program for program in programs if program != DRUM_PROGRAM])
    parts: list[NDArray[np.int64]] = []
    for track in score.tracks:
        expressible = DRUM_PROGRAM in programs if track.is_drum else len(pitched) > 0
        if not track.notes or not expressible:
            continue
        rows = np.array([(n.start, 0, n.pitch, n.duration, n.velocity) for n in track.notes])
        rows[:, 0] = np.floor(rows[:, 0] * scale + 0.5)
        if track.is_drum:
            rows[:, 1] = DRUM_PROGRAM
            rows[:, 2] = as_general_midi(rows[:, 2])
            rows[:, 3] = 1
        else:
            nearest = pitched[np.argmin(np.abs(pitched - track.program))]
            rows[:, 1] = named.get(track.name.strip().casefold(), 0) if named else nearest
            rows[:, 3] = _nearest_duration(rows[:, 3] * scale)
        parts.append(rows)
    return np.concatenate(parts) if parts else np.zeros((0, 5), np.int64)


def _nearest_duration(lengths: NDArray[np.float64]) -> NDArray[np.int64]:
    middles = (_DURATIONS[1:] + _DURATIONS[:-1]) / 2
    return _DURATIONS[np.searchsorted(middles, lengths, side="right")]


def _without_overlaps(notes: NDArray[np.int64]) -> NDArray[np.int64]:
    """One note a (start, program, pitch), the longest, each ending before the next of its pitch."""
    order = np.lexsort((-notes[:, 4], -notes[:, 3], notes[:, 0], notes[:, 2], notes[:, 1]))
    notes = notes[order]
    notes = notes[np.append(True, (notes[1:, :3] != notes[:-1, :3]).any(axis=1))]
    same_key = (notes[1:, 1:3] == notes[:-1, 1:3]).all(axis=1)
    room = np.where(same_key, notes[1:, 0] - notes[:-1, 0], DURATIONS[-1])
    fitting = _DURATIONS[np.searchsorted(_DURATIONS, room, side="right") - 1]
    notes[:-1, 3] = np.minimum(notes[:-1, 3], fitting)
    return notes
