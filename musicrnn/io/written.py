"""The grid of written music: the scores that ABC and MusicXML can say exactly.

Conventions. Notes, chords, keys and tempos stand on a grid of 1/24 of a quarter (thirty-second
notes, and triplets down to thirty-second triplets); metres change at barlines, and a bar that a
change cuts short has its own metre. Within a track a pitch sounds once at a time: a second one ends
the first. Tempos are whole quarters a minute, names and titles are one printable line. Pedals,
tracks without notes, and what changes after the last note are left out. A pitched score without a
key gets the one that fits it best.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.io.metre import metre_of
from musicrnn.score import (
    CHORD_QUALITIES,
    Chord,
    Key,
    Note,
    Score,
    Section,
    Tempo,
    TimeSignature,
    Track,
    make_score,
)

TICKS_PER_QUARTER = 10_080  # tuplets of 3, 5, 7 and 9 are exact
GRID_TICKS = TICKS_PER_QUARTER // 24
SIXTY_FOURTH = TICKS_PER_QUARTER // 16
MIN_BPM, MAX_BPM = 4, 1000
MAX_QUARTERS, MAX_VOICES, MAX_VOICE_BARS = 50_000, 64, 20_000  # bars times voices


def written(score: Score, notation: str) -> Score:
    """The nearest score on the grid; idempotent. Errors say which ``notation`` is too small.

    Raises:
        MusicRNNError: more than MAX_QUARTERS, more than MAX_VOICES tracks with notes, or more than
            MAX_VOICE_BARS bars in them.
    """
    scale = TICKS_PER_QUARTER / score.ticks_per_quarter

    def snap(tick: int, grid: int = GRID_TICKS) -> int:
        return round(tick * scale / grid) * grid

    if score.end / score.ticks_per_quarter > MAX_QUARTERS:
        quarters = score.end // score.ticks_per_quarter
        raise MusicRNNError(
            f"{notation} is written for {MAX_QUARTERS} quarters at most, got {quarters}"
        )
    tracks = [_track(track, snap) for track in score.tracks if track.notes]
    if len(tracks) > MAX_VOICES:
        raise MusicRNNError(
            f"{notation} is written with {MAX_VOICES} voices at most, got {len(tracks)}"
        )
    tracks = tracks or [Track()]
    end = max((n.start + n.duration for track in tracks for n in track.notes), default=0)
    result = make_score(
        TICKS_PER_QUARTER,
        tracks,
        tempos=[
            Tempo.from_bpm(snap(tempo.tick), min(MAX_BPM, max(MIN_BPM, round(tempo.bpm))))
            for tempo in score.tempos
            if tempo.tick == 0 or snap(tempo.tick) < end
        ],
        time_signatures=_whole_bars(
            [
                TimeSignature(snap(s.tick, SIXTY_FOURTH), s.numerator, s.denominator)
                for s in score.time_signatures
            ],
            end,
        ),
        keys=[Key(snap(k.tick), k.tonic, k.minor) for k in score.keys if snap(k.tick) < end]
        or _fitting_key(tracks),
        chords=[
            Chord(snap(c.tick), c.root, c.quality)
            for c in score.chords
            if snap(c.tick) < end and (c.quality in CHORD_QUALITIES or c.root < 0)
        ],
        title=one_line(score.title),
        sections=[
            Section(snap(s.tick), s.name)
            for s in score.sections
            if s.tick == 0 or snap(s.tick) < end
        ],
    )
    if (bars := len(result.bars()) * len(tracks)) > MAX_VOICE_BARS:
        raise MusicRNNError(
            f"{notation} is written for {MAX_VOICE_BARS} bars of all voices, got {bars}"
        )
    return result


def _track(track: Track, snap: Callable[[int], int]) -> Track:
    ends: dict[int, int] = {}  # pitch -> index of its last note in notes
    notes: list[Note] = []
    for note in track.notes:
        start = snap(note.start)
        end = max(start + GRID_TICKS, snap(note.start + note.duration))
        if note.pitch in ends:
            index = ends[note.pitch]
            last = notes[index]
            if start == last.start:
                end = max(end, last.start + last.duration)
                notes[index] = Note(start, note.pitch, end - start, last.velocity)
                continue
            length = min(last.duration, start - last.start)
            notes[index] = Note(last.start, last.pitch, length, last.velocity)
        ends[note.pitch] = len(notes)
        notes.append(Note(start, note.pitch, end - start, note.velocity))
    program = 0 if track.is_drum else track.program
    return Track(tuple(sorted(notes)), program, track.is_drum, one_line(track.name))


def one_line(text: str, *, without: str = "") -> str:
    """A name or a title as it is written: printable, 100 characters at most."""
    kept = "".join(c if c.isprintable() and c not in without else " " for c in text)
    return " ".join(kept.split())[:100].strip()


def _whole_bars(signatures: list[TimeSignature], end: int) -> list[TimeSignature]:
    """The signatures, each at a barline: what comes earlier makes its bar shorter, and where no
    metre has that length it moves to the bar's beginning."""
    placed: list[TimeSignature] = []
    for signature in signatures:
        tick = signature.tick
        if tick >= end and tick > 0:
            continue
        if placed:
            last = placed[-1]
            over = (tick - last.tick) % last.bar_ticks(TICKS_PER_QUARTER)
            if over:
                metre = metre_of(over / TICKS_PER_QUARTER, (last.numerator, last.denominator))
                if metre is None:
                    tick -= over
                else:
                    placed.append(TimeSignature(tick - over, *metre))
        placed.append(TimeSignature(tick, signature.numerator, signature.denominator))
    return placed


def _fitting_key(tracks: list[Track]) -> list[Key]:
    weights = [0.0] * 12
    for track in tracks:
        for note in track.notes:
            if not track.is_drum:
                weights[note.pitch % 12] += note.duration
    return [Key(0, *estimated_key(weights))] if any(weights) else []


def estimated_key(weights: list[float]) -> tuple[int, bool]:
    """(tonic, minor) whose scale holds most of the 12 pitch classes' weights, tonic and fifth
    counting more (the profile of Temperley 1999)."""
    major = (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0)
    minor = (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0)
    fits = [np.roll(profile, tonic) @ weights for profile in (major, minor) for tonic in range(12)]
    best = int(np.argmax(fits))
    return best % 12, best >= 12
