"""Music made by code, to be put under words: chords, a bass and a melody on random instruments.

Conventions. Mono float32 [N] at ``rate`` Hz with mean square 1. Not meant to be listened to.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from musicrnn.augmentation.noise import unit_power
from musicrnn.score import Note, Tempo, Track, make_score
from musicrnn.synth.render import render

TICKS = 480
DEGREES = (0, 2, 4, 5, 7, 9, 11)


def random_music(random: np.random.Generator, seconds: float, rate: int) -> NDArray[np.float32]:
    """A piece of random chords, an instrument for each of three voices, at a random tempo."""
    tempo = float(random.uniform(70, 160))
    key = int(random.integers(48, 60))
    melody, chords, bass = list[Note](), list[Note](), list[Note]()
    beats = int(np.ceil(seconds * tempo / 60 / 4)) * 4
    for bar in range(0, beats, 4):
        root = int(random.integers(7))
        start = bar * TICKS
        for step in (0, 2, 4):
            chords.append(Note(start, _pitch(key + 12, root + step), 4 * TICKS, 60))
        bass += [Note(start + TICKS * b, _pitch(key - 12, root), TICKS, 80) for b in (0, 2)]
        for half in range(8):
            if random.uniform() < 0.6:
                pitch = _pitch(key + 24, root + int(random.integers(-3, 6)))
                length = TICKS // 2 * int(random.integers(1, 4))
                loudness = int(random.integers(60, 110))
                melody.append(Note(start + half * TICKS // 2, pitch, length, loudness))
    programs = random.integers(0, 96, 3).tolist()
    tracks = [
        Track(tuple(sorted(notes)), program=program)
        for notes, program in zip((melody, chords, bass), programs, strict=True)
        if notes
    ]
    score = make_score(TICKS, tracks, tempos=[Tempo(0, round(60e6 / tempo))])
    sound = render(score, rate=max(rate, 16_000), loudness=None).mono().resampled(rate).samples[0]
    return unit_power(sound[: round(seconds * rate)])


def _pitch(key: int, degree: int) -> int:
    octave, step = divmod(degree, 7)
    return max(0, min(127, key + 12 * octave + DEGREES[step]))
