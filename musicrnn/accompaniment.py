"""A second player for a melody with chord symbols: bass and chords, as folk guitarists strum them.

Conventions. The pattern follows the metre, a bass note on each strong beat and the chord on the
others: bass-chord in 2/4 and 2/2, bass-chord-fifth-chord in 4/4, bass-chord-chord in 3/4 and 5/8,
a bass of two eighths and a chord of one on each dotted beat of 6/8 and its kin. The bass stands
from E2 on, the chord from G3. Nothing sounds before the first chord symbol or under "none".
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from musicrnn.score import Chord, Note, Score, TimeSignature, Track

PROGRAM = 25  # steel-string guitar
VELOCITY_BASS, VELOCITY_CHORD = 68, 54
TONES = {
    "maj": (0, 4, 7), "min": (0, 3, 7), "dim": (0, 3, 6), "aug": (0, 4, 8), "sus2": (0, 2, 7),
    "sus4": (0, 5, 7), "7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "min7": (0, 3, 7, 10),
    "dim7": (0, 3, 6, 9), "hdim7": (0, 3, 6, 10), "maj6": (0, 4, 7, 9), "min6": (0, 3, 7, 9),
}  # fmt: skip
LOWEST_BASS, LOWEST_CHORD = 40, 55  # E2, G3


def with_accompaniment(score: Score) -> Score:
    """The score with a track of chords and bass behind its own tracks; unchanged if it has no
    chords."""
    if not any(chord.root >= 0 and chord.quality in TONES for chord in score.chords):
        return score
    notes: list[Note] = []
    ticks = [chord.tick for chord in score.chords]
    bars = score.bars()
    for (start, metre), end in zip(bars, [*(tick for tick, _ in bars[1:]), score.end], strict=True):
        for offset, length, role in _pattern(metre, score.ticks_per_quarter):
            at = start + offset
            index = bisect_right(ticks, at) - 1
            if at >= end or index < 0:
                continue
            changed = index > 0 and ticks[index] > start and ticks[index] == at
            chord = score.chords[index]
            until = min(at + length, end, *ticks[index + 1 : index + 2])
            notes.extend(_strike(chord, "bass" if changed else role, at, until - at))
    track = Track(tuple(sorted(notes)), program=PROGRAM, name="Accompaniment")
    return replace(score, tracks=(*score.tracks, track))


def _pattern(metre: TimeSignature, quarter: int) -> list[tuple[int, int, str]]:
    """(offset, length, role) of every stroke of a bar, in ticks."""
    beat = max(1, quarter * 4 // metre.denominator)
    count = metre.numerator
    if metre.denominator >= 8 and count % 3 == 0:
        strokes: list[tuple[int, int, str]] = []
        for index in range(count // 3):
            at = 3 * index * beat
            role = "bass" if index % 2 == 0 else "fifth"
            strokes += [(at, 2 * beat, role), (at + 2 * beat, beat, "chord")]
        return strokes
    if count % 2 == 0:
        roles = ("bass", "chord", "fifth", "chord")
        return [(i * beat, beat, roles[i % 4]) for i in range(count)]
    return [(i * beat, beat, "bass" if i == 0 else "chord") for i in range(count)]


def _strike(chord: Chord, role: str, at: int, length: int) -> list[Note]:
    if length < 1 or chord.root < 0 or chord.quality not in TONES:
        return []
    tones = TONES[chord.quality]
    if role == "chord":
        pitches = {_at_least(LOWEST_CHORD, chord.root + tone) for tone in tones}
        return [Note(at, pitch, length, VELOCITY_CHORD) for pitch in sorted(pitches)]
    low = chord.root + (tones[2] if role == "fifth" else 0)
    return [Note(at, _at_least(LOWEST_BASS, low), length, VELOCITY_BASS)]


def _at_least(lowest: int, pitch_class: int) -> int:
    """The lowest pitch of a class from ``lowest`` on."""
    return lowest + (pitch_class - lowest) % 12
