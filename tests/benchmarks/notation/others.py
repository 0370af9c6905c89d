"""MusicXML as other programs read it: music21 (``pip install music21``) and MuseScore.

Conventions. Notes are a Counter of (start, pitch, quarters), in quarters; music21 plays repeats
out and transposes to what sounds; pitch is -1 for what has none there. MuseScore writes
a MIDI file, read by mido, where notes end a little before they do on paper: (start, pitch), in
ticks of 480 a quarter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

from musicrnn.score import Score

FINEST = 10_080
MUSESCORES = ("mscore3", "musescore3", "mscore", "musescore", "mscore4portable")
Found = Counter[tuple[Fraction, int, Fraction]]


def ours(score: Score) -> Found:
    """As music21's."""
    ticks = score.ticks_per_quarter
    return Counter(
        (Fraction(n.start, ticks), -1 if track.is_drum else n.pitch, Fraction(n.duration, ticks))
        for track in score.tracks
        for n in track.notes
    )


def by_music21(path: Path) -> tuple[Found, int]:
    """The notes, and how many grace notes there are beside them. Its own ``stripTies`` knows notes
    that follow one another alone, so ties are joined here: into the note of the same pitch in the
    same part that begins where the tied one ends."""
    from music21 import converter, harmony

    score: Any = converter.parse(str(path), forceSource=True)
    score = score.expandRepeats().toSoundingPitch()
    found, graces = Found(), 0
    for part in score.parts or [score]:
        tied: dict[tuple[int, Fraction], list[Fraction]] = {}  # pitch and end: beginnings
        for each in sorted(part.flatten().notes, key=lambda each: each.offset):
            if isinstance(each, harmony.ChordSymbol):
                continue
            if each.duration.isGrace:
                graces += len(getattr(each, "notes", [each]))
                continue
            start = _exact(each.offset)
            end = start + _exact(each.quarterLength)
            for note in getattr(each, "notes", [each]):
                pitch = int(note.pitch.ps) if hasattr(note, "pitch") else -1
                kind = "" if note.tie is None else note.tie.type
                waiting = tied.get((pitch, start), []) if kind in ("stop", "continue") else []
                begun = waiting.pop() if waiting else start
                if kind in ("start", "continue"):
                    tied.setdefault((pitch, end), []).append(begun)
                else:
                    found[begun, pitch, end - begun] += 1
        for (pitch, end), waiting in tied.items():
            found.update((begun, pitch, end - begun) for begun in waiting)
    return found, graces


def musescore() -> str | None:
    """The program, where there is one."""
    return next(filter(None, map(shutil.which, MUSESCORES)), None)


def by_musescore(path: Path, program: str) -> Counter[tuple[int, int]]:
    """The beginnings of its notes."""
    import mido

    midi = path.with_suffix(".musescore.mid")
    quiet = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(
        [program, "-o", str(midi), str(path)], env=quiet, capture_output=True, check=True
    )
    file: Any = mido.MidiFile(midi)
    found = Counter[tuple[int, int]]()
    for track in file.tracks:
        now = 0
        for event in track:
            now += event.time
            if event.type == "note_on" and event.velocity:
                found[round(now * 480 / file.ticks_per_beat), event.note] += 1
    return found


def beginnings(score: Score) -> Counter[tuple[int, int]]:
    """As MuseScore's."""
    return Counter(
        (round(n.start * 480 / score.ticks_per_quarter), n.pitch)
        for track in score.tracks
        for n in track.notes
    )


def _exact(quarters: Any) -> Fraction:
    return Fraction(quarters).limit_denominator(FINEST)
