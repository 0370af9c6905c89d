"""Sounds made by code that are no music: what a model of songs learns to call none of its labels.

Conventions. Mono float32 [N] at ``rate`` Hz, mean square 1 where something sounds; drawn from
``random`` alone. KINDS lists them: tones, sweeps, signals, noise, clicks, hum, calls as of animals,
voices without words, and one instrument that practises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from musicrnn.arrays import Random, Samples
from musicrnn.augmentation.noise import coloured, impulses, tone, unit_power
from musicrnn.score import Note, Tempo, Track, make_score
from musicrnn.synth.render import render

Kind = Callable[[Random, float, int], Samples]  # generator, seconds, rate
LOWEST_RATE = 16_000  # Hz, of what is rendered
TICKS = 480
SLOW = 64  # samples in which a formant hardly moves
SCALES = ((0, 2, 4, 5, 7, 9, 11, 12), (0, 2, 3, 5, 7, 8, 10, 12), tuple(range(13)), (0, 4, 7, 12))


def tones(random: Random, seconds: float, rate: int) -> Samples:
    """Steady sines, one or some together, a new set now and then."""
    sound = np.zeros(round(seconds * rate), np.float32)
    for start, length in _spans(random, len(sound), rate, least=1.5, most=seconds):
        for _ in range(int(random.integers(1, 5))):
            hertz = _hertz(random, 60, 6000)
            sound[start : start + length] += random.uniform(0.1, 1) * _sine(hertz, length, rate)
    return unit_power(sound)


def sweeps(random: Random, seconds: float, rate: int) -> Samples:
    """A tone that glides up, down or both, again and again."""
    sound = np.zeros(round(seconds * rate), np.float32)
    low, high = sorted((_hertz(random, 40, 2000), _hertz(random, 500, 0.45 * rate)))
    every, back = random.uniform(0.3, seconds), random.uniform() < 0.5
    at = np.arange(len(sound), dtype=np.float64) / rate / every
    place = np.abs(2 * (at % 1) - 1) if back else at % 1
    hertz = low * (high / low) ** (place if random.uniform() < 0.5 else 1 - place)
    return unit_power(_harmonics(random, hertz, rate, most=4))


def signals(random: Random, seconds: float, rate: int) -> Samples:
    """Beeps, rings, sirens: one or two pitches that go on and off by the clock."""
    n = round(seconds * rate)
    period, share = random.uniform(0.1, 2.5), random.uniform(0.2, 0.9)
    first, second = _hertz(random, 250, 4000), _hertz(random, 250, 4000)
    phase = np.arange(n) / rate / period
    hertz = np.where(phase.astype(np.int64) % 2, first, second if random.uniform() < 0.5 else first)
    return unit_power(_harmonics(random, hertz, rate, most=5) * (phase % 1 < share))


def noises(random: Random, seconds: float, rate: int) -> Samples:
    """Wind, rain, traffic, a crowd far away: noise of a colour that rises and falls."""
    n = round(seconds * rate)
    sound = coloured(random, n, float(random.uniform(0, 2.5)))
    swell = _slow(random, n, rate, hertz=float(_hertz(random, 0.05, 6)))
    return unit_power(sound * np.exp(random.uniform(0, 2) * swell))


def clicks(random: Random, seconds: float, rate: int) -> Samples:
    """A metronome, a clock, steps, typing: short sounds, alike or nearly, even or not."""
    n = round(seconds * rate)
    if random.uniform() < 0.2:
        return impulses(random, n, rate)
    sound = 10 ** (random.uniform(-5, -2)) * coloured(random, n, 1.0)
    every, uneven = random.uniform(0.12, 1.5), random.choice((0.0, 0.02, 0.5))
    length = round(rate * random.uniform(0.005, 0.15))
    decay = np.exp(-np.arange(length) * random.uniform(3, 10) / length)
    ring = _sine(_hertz(random, 200, 5000), length, rate) * random.uniform(0, 1.5)
    accent, place = int(random.choice((0, 0, 2, 3, 4))), 0.0
    for number in range(int(seconds / every)):
        start = round((place + uneven * every * random.uniform(-0.5, 0.5)) * rate)
        place += every
        if 0 <= start < n:
            hit = decay * (random.standard_normal(length) * 0.5 + ring)
            loud = 2.0 if accent and number % accent == 0 else 1.0
            sound[start : start + length] += (loud * hit[: n - start]).astype(np.float32)
    return unit_power(sound)


def hums(random: Random, seconds: float, rate: int) -> Samples:
    """Motors and fans: a low tone with harmonics whose speed and loudness waver, in noise."""
    n = round(seconds * rate)
    speed = np.exp(0.4 * random.uniform() * _slow(random, n, rate, hertz=0.3))
    engine = _harmonics(random, _hertz(random, 25, 240) * speed, rate, most=20)
    steady = tone(random, n, rate) if random.uniform() < 0.3 else coloured(random, n, 1.5)
    return unit_power(unit_power(engine) + np.float32(random.uniform(0.1, 1.5)) * steady)


def calls(random: Random, seconds: float, rate: int) -> Samples:
    """Barks, mews, chirps, croaks and howls: a voice without words that calls again and again."""
    n = round(seconds * rate)
    sound = (10 ** random.uniform(-4, -1.5) * coloured(random, n, 1.0)).astype(np.float32)
    middle, pulses = _hertz(random, 80, 5000), random.uniform() < 0.3
    usual = random.uniform(0.05, 1.2 if middle < 1500 else 0.4)
    rough, bend = random.uniform(0, 0.7), random.uniform(0, 1.2)
    for start, length in _spans(random, n, rate, least=usual, most=6 * usual):
        length = min(length, max(8, round(usual * random.uniform(0.6, 1.4) * rate)))
        place = np.linspace(0, 1, length)
        shape = np.sin(np.pi * place ** random.uniform(0.4, 1.4)) ** random.uniform(0.5, 2)
        curve = bend * (random.normal() * (place - 0.5) + random.normal() * np.sin(np.pi * place))
        voice = _harmonics(random, middle * 2**curve, rate, most=24)
        voice = (1 - rough) * unit_power(voice) + rough * unit_power(coloured(random, length, 0.5))
        if pulses:
            voice = voice * (0.5 + 0.5 * _sine(random.uniform(15, 60), length, rate))
        sound[start : start + length] += (voice * shape).astype(np.float32)
    return unit_power(sound)


def practice(random: Random, seconds: float, rate: int) -> Samples:
    """One instrument: scales, chords broken up, a note again and again, or long notes."""
    key, scale = int(random.integers(36, 76)), SCALES[int(random.integers(len(SCALES)))]
    way, length = int(random.integers(4)), TICKS * int(random.choice((1, 2, 4, 8))) // 4
    orders = (scale + scale[::-1], tuple(random.permutation(scale)), (0,), (0, 12, 7))
    order = orders[way]
    length = 4 * TICKS if way == 3 else length
    tempo = float(random.uniform(50, 180))
    count = int(np.ceil(seconds * tempo / 60 * TICKS / length)) + 1
    notes = [
        Note(i * length, key + int(order[i % len(order)]), length, int(random.integers(60, 110)))
        for i in range(count)
    ]
    drum = random.uniform() < 0.15
    if drum:
        hit = int(random.choice((36, 38, 42, 45, 49, 51, 56, 76)))
        notes = [Note(note.start, hit, note.duration, note.velocity) for note in notes]
    track = Track(tuple(notes), program=int(random.integers(112)), is_drum=drum)
    score = make_score(TICKS, [track], tempos=[Tempo(0, round(60e6 / tempo))])
    sound = (
        render(score, rate=max(rate, LOWEST_RATE), loudness=None).mono().resampled(rate).samples[0]
    )
    return unit_power(sound[: round(seconds * rate)])


def voices(random: Random, seconds: float, rate: int) -> Samples:
    """Speech without words: syllables of a voice whose formants move, hisses and bursts."""
    n = round(seconds * rate)
    floor = 10 ** random.uniform(-4, -2) * (random.uniform() < 0.5)  # a voice made by code has none
    sound = (floor * coloured(random, n, 1.0)).astype(np.float32)
    pitch, bright = _hertz(random, 75, 320), random.uniform(0.8, 2.0)
    syllable, pause = random.uniform(0.05, 0.3), random.uniform(0.0, 0.25)
    sizes = random.uniform(0.85, 1.2)
    for start, length in _spans(random, n, rate, least=syllable, most=2.2 * syllable):
        if random.uniform() < pause:
            continue
        place = np.linspace(0, 1, length)
        curve = pitch * 2 ** (0.2 * random.normal() + random.uniform(-0.5, 0.2) * place)
        formants = [
            sizes * np.interp(place, (0, 0.4, 1), random.uniform(low, high, 3))
            for low, high in ((250, 850), (800, 2400), (2200, 3200), (3300, 4500))
        ]
        voice = _spoken(random, curve, formants, rate, bright)
        part = voice * np.sin(np.pi * place**0.7) ** 0.5
        if random.uniform() < 0.5:  # a hiss or a burst in front
            hiss = min(length, round(random.uniform(0.02, 0.12) * rate))
            noise = np.diff(random.standard_normal(hiss + 1)) * np.hanning(hiss)
            part[:hiss] = random.uniform(0.05, 0.6) * noise
        sound[start : start + length] += part.astype(np.float32)
    return unit_power(sound)


KINDS: dict[str, Kind] = {
    "tones": tones, "sweeps": sweeps, "signals": signals, "noises": noises, "clicks": clicks,
    "hums": hums, "calls": calls, "practice": practice,
    "voices": voices,
}  # fmt: skip


def _hertz(random: Random, low: float, high: float) -> float:
    """A frequency, all octaves alike."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def _sine(hertz: float, length: int, rate: int) -> Samples:
    return np.sin(2 * np.pi * hertz / rate * np.arange(length)).astype(np.float32)


def _harmonics(random: Random, hertz: Samples | np.ndarray, rate: int, *, most: int) -> Samples:
    """A tone of a moving pitch, [N] Hz, with ``most`` harmonics at most, below half of the rate."""
    turns = np.cumsum(np.asarray(hertz, np.float64)) / rate
    sound = np.zeros(len(turns), np.float32)
    fall = random.uniform(0.3, 2.0)
    for harmonic in range(1, int(random.integers(1, most + 1)) + 1):
        if harmonic * float(np.max(hertz)) < rate / 2:
            level = random.uniform(0.3, 1) / harmonic**fall
            sound += (level * np.sin(2 * np.pi * harmonic * turns)).astype(np.float32)
    return sound


def _spoken(
    random: Random, hertz: np.ndarray, formants: list[np.ndarray], rate: int, bright: float
) -> Samples:
    """A pulse of the throat, [N] Hz, whose harmonics are as loud as the formants near them say."""
    turns = np.cumsum(hertz) / rate
    sound = np.zeros(len(hertz), np.float32)
    breath = random.uniform(0, 0.05) * random.standard_normal(len(hertz))
    once = np.exp(2j * np.pi * turns).astype(np.complex64)
    phase, slow = once.copy(), [f[::SLOW] for f in (hertz, *formants)]
    for harmonic in range(1, max(2, int(min(rate / 2, 9000) / hertz.max()))):
        near = [1 / (1 + ((harmonic * slow[0] - formant) / 90) ** 2) for formant in slow[1:]]
        level = (0.01 + sum(near)) / harmonic ** (1 / bright)
        sound += np.repeat(level, SLOW)[: len(hertz)].astype(np.float32) * phase.imag
        phase *= once
    return sound + breath.astype(np.float32)


def _slow(random: Random, length: int, rate: int, *, hertz: float) -> Samples:
    """A curve that wanders about 0 within some -2 to 2, so often a second."""
    points = random.standard_normal(max(2, int(length / rate * hertz) + 2))
    places = np.linspace(0, len(points) - 1, length)
    return np.interp(places, np.arange(len(points)), points).astype(np.float32)


def _spans(
    random: Random, length: int, rate: int, *, least: float, most: float
) -> Iterator[tuple[int, int]]:
    """Consecutive spans of ``least`` to ``most`` seconds: where each starts, and its samples."""
    start = 0
    while start < length:
        span = max(1, round(random.uniform(least, max(least, most)) * rate))
        yield start, min(span, length - start)
        start += span
