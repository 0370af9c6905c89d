"""Which tracks of a file are which voices, and their notes as one grid.

Conventions. A part is a track with notes that is no drum track. Tracks are recognised by name
first: a voice's name, or its initial (``Soprano 1`` and ``S`` are the soprano). A file with as many
parts as there are voices, or as many as are wanted, has them in the order of their mean pitch, from
the top down. Of more parts than that one voice alone can be identified: the highest if the highest
voice is wanted (or the one called melody, lead, voice, vocal or tune), the lowest if the lowest is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.score import Note, Score, Track
from musicrnn.tokens.voices import (
    STEPS_A_QUARTER,
    GridPositions,
    is_monophonic,
    line_positions,
    nearest_step,
    sounding,
)

MELODIES = ("melody", "lead", "vocal", "voice", "tune")


def parts(score: Score) -> list[Track]:
    """The tracks that may be voices."""
    return [track for track in score.tracks if track.notes and not track.is_drum]


def voice_tracks(score: Score, names: Sequence[str], wanted: Sequence[str]) -> dict[str, Track]:
    """The track of every voice in ``wanted``; ``names`` are all voices from the top down.

    Raises:
        MusicRNNError: no notes, it is ambiguous which track is which voice, or one sounds several
            notes at once.
    """
    found = identified(score, names, wanted)
    for name, track in found.items():
        check_monophonic(score, track, name)
    return found


def named_track(score: Score, name: str) -> Track:
    """The part with this name, or this number, counted from 1.

    Raises:
        MusicRNNError: there is none.
    """
    sung = parts(score)
    for number, track in enumerate(sung, 1):
        if name in (track.name, str(number)):
            return track
    there = ", ".join(f"{i} ({t.name or 'no name'})" for i, t in enumerate(sung, 1)) or "none"
    raise MusicRNNError(f"there is no track {name!r} with notes; there are {there}")


def check_monophonic(score: Score, track: Track, name: str, *, remedy: str = "") -> None:
    """Raises:
    MusicRNNError: the track sounds several notes at once (an overlap of a 32nd is legato);
        ``remedy`` goes on with what helps.
    """
    slack = score.ticks_per_quarter // 8
    for before, after in pairwise(track.notes):
        if not is_monophonic((before, after), slack):
            bar = sum(start <= after.start for start, _ in score.bars())
            raise MusicRNNError(
                f"the track {track.name or 'without a name'}, taken as the {name}, sounds several "
                f"notes at once in bar {bar}: a voice sings one at a time{remedy}"
            )


def top_line(track: Track, quarter: int) -> Track:
    """Its highest notes: what begins under a note that sounds on is left out, and a note ends where
    a higher one begins. Of a chord that is struck within a 32nd (``quarter`` ticks are a quarter)
    the highest note stays."""
    slack = quarter // 8
    kept: list[Note] = []
    for note in sorted(track.notes, key=lambda note: (note.start, -note.pitch)):
        last = kept[-1] if kept else None
        if last is None or is_monophonic((last, note), slack):
            kept.append(note)
        elif note.pitch > last.pitch:
            kept.pop()
            if note.start - last.start > slack:
                kept.append(replace(last, duration=note.start - last.start))
            kept.append(note)
    return replace(track, notes=tuple(kept))


def identified(score: Score, names: Sequence[str], wanted: Sequence[str]) -> dict[str, Track]:
    """As :func:`voice_tracks`, also tracks that sound several notes at once."""
    sung = parts(score)
    if not sung:
        drums = " beside drums" if any(track.notes for track in score.tracks) else ""
        raise MusicRNNError(f"the file has no notes{drums}: there is no voice in it")
    named = {name: track for name in names for track in reversed(sung) if is_called(track, name)}
    if set(wanted) <= set(named):
        return {name: named[name] for name in names if name in wanted}
    called = [next((name for name in names if is_called(track, name)), "") for track in sung]
    if len(sung) > 1 and all(called) and not set(wanted) & set(called):
        raise MusicRNNError(
            f"the tracks are called {listed(called)}, none of them {listed([*wanted])}: keep "
            "these, or say which track is the one voice kept"
        )
    falling = sorted(sung, key=_height, reverse=True)
    in_order = [name for name in names if name in wanted]
    if len(sung) == len(names):
        return {n: t for n, t in zip(names, falling, strict=True) if n in wanted}
    if len(sung) == len(wanted):
        return dict(zip(in_order, falling, strict=True))
    if in_order == [names[0]]:
        leads = [track for track in sung if track.name.lower().startswith(MELODIES)]
        return {names[0]: (leads or falling)[0]}
    if in_order == [names[-1]]:
        return {names[-1]: falling[-1]}
    raise MusicRNNError(
        f"{listed(in_order)} cannot be told among the {counted(len(sung), 'track')} with notes by "
        f"name: name them, or give a voice a track and "
        f"{' or '.join(dict.fromkeys(map(str, (len(wanted), len(names)))))} of them"
    )


def is_called(track: Track, voice: str) -> bool:
    called = track.name.strip().lower()
    return called == voice[0].lower() or called.startswith(voice.lower())


def _height(track: Track) -> float:
    weights = [note.duration for note in track.notes]
    return float(np.average([note.pitch for note in track.notes], weights=weights))


def grid_of(score: Score, tracks: Sequence[Track]) -> GridPositions:
    """The positions [T, V] of these tracks, a voice each, at their nearest sixteenths.

    Raises:
        MusicRNNError: as :func:`musicrnn.tokens.voices.line_positions`.
    """
    quarter = score.ticks_per_quarter
    end = max((n.start + n.duration for track in tracks for n in track.notes), default=0)
    last = max((n.start for track in tracks for n in track.notes), default=-1)
    steps = max(nearest_step(end, quarter), nearest_step(last, quarter) + 1)
    return np.stack([line_positions(track.notes, quarter, steps) for track in tracks], axis=1)


def silent_stretches(positions: GridPositions, quarters: int = 4) -> NDArray[np.bool_]:
    """[T]: where no voice sounds for so many quarters or longer, or before or after all music."""
    silent = (sounding(positions) < 0).all(axis=1)
    found = np.zeros(len(positions), np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], silent, [False]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        if end - start >= quarters * STEPS_A_QUARTER or start == 0 or end == len(positions):
            found[start:end] = True
    return found
