"""Sounds that are no music, made by other code than musicrnn.augmentation.no_music, which a model
has learnt from: for benchmarks alone.

Conventions. float64 [N] at RATE Hz, a peak of 1; SOUNDS lists them by name, each made from a
generator of numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import signal

RATE = 44_100
SECONDS = 30
N = RATE * SECONDS
T = np.arange(N) / RATE


def plucks(random: Any) -> Any:
    """Karplus and Strong: one string, plucked now and then."""
    out, hertz = np.zeros(N), float(random.uniform(80, 400))
    for start in _times(random, 0.4, 2.0):
        period = round(RATE / hertz)
        burst = np.zeros(min(RATE * 2, N - start))
        burst[:period] = random.uniform(-1, 1, period)[: len(burst[:period])]
        taps = np.zeros(period + 2)
        taps[0], taps[period], taps[period + 1] = 1, -0.498, -0.498
        out[start : start + len(burst)] += signal.lfilter([1], taps, burst)
    return out


def bells(random: Any) -> Any:
    """One bell by frequency modulation (Chowning 1973)."""
    out, hertz, ratio = np.zeros(N), float(random.uniform(150, 900)), random.uniform(1.3, 3.6)
    for start in _times(random, 0.8, 4.0):
        t = T[: N - start]
        index = 5 * np.exp(-t / 0.8)
        tone = np.sin(2 * np.pi * hertz * t + index * np.sin(2 * np.pi * hertz * ratio * t))
        out[start:] += tone * np.exp(-t / 1.2)
    return out


def morse(random: Any) -> Any:
    dot = 1.2 / random.uniform(8, 25)
    on = random.integers(0, 2, int(SECONDS / dot) + 1).repeat(round(dot * RATE))[:N]
    return np.sin(2 * np.pi * random.uniform(400, 900) * T) * on


def telephone(random: Any) -> Any:
    """Keys pressed in pairs of tones."""
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477)
    out, every = np.zeros(N), round(random.uniform(0.15, 0.6) * RATE)
    for start in range(0, N - every, every):
        t = T[: every // 2]
        low, high = random.choice(rows), random.choice(columns)
        out[start : start + len(t)] = np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t)
    return out


def siren(random: Any) -> Any:
    rate, low = random.uniform(0.1, 4), random.uniform(400, 800)
    hertz = low * (1.5 + 0.5 * signal.sawtooth(2 * np.pi * rate * T, random.uniform(0.2, 0.8)))
    return signal.square(2 * np.pi * np.cumsum(hertz) / RATE) * 0.5


def heart(random: Any) -> Any:
    out, beat = 0.002 * random.standard_normal(N), 60 / random.uniform(50, 140)
    thump = signal.windows.hann(3000) * np.sin(2 * np.pi * random.uniform(35, 70) * T[:3000])
    for start in np.arange(0, SECONDS - 1, beat):
        for late, loud in ((0, 1.0), (0.3 * beat, 0.6)):
            at = round((start + late) * RATE)
            out[at : at + 3000] += loud * thump
    return out


def footsteps(random: Any) -> Any:
    out = 0.003 * random.standard_normal(N)
    for start in _times(random, 0.45, 0.65):
        step = random.standard_normal(4000) * np.exp(-np.arange(4000) / 600)
        b, a = signal.butter(2, random.uniform(300, 900) / (RATE / 2))
        out[start : start + 4000] += signal.lfilter(b, a, step)[: N - start] * 3
    return out


def crickets(random: Any) -> Any:
    chirp = signal.square(2 * np.pi * random.uniform(25, 60) * T, 0.5) > 0
    gate = signal.square(2 * np.pi * random.uniform(0.8, 3) * T, 0.4) > 0
    return np.sin(2 * np.pi * random.uniform(3500, 6000) * T) * chirp * gate + 0.01 * _noise(random)


def birds(random: Any) -> Any:
    out = 0.003 * random.standard_normal(N)
    for start in _times(random, 0.2, 1.8):
        n = round(random.uniform(0.06, 0.3) * RATE)
        f0, f1 = random.uniform(2000, 6500, 2)
        note = signal.chirp(T[:n], f0, n / RATE, f1, method="quadratic") * signal.windows.tukey(n)
        out[start : start + n] += note[: N - start]
    return out


def dog(random: Any) -> Any:
    """Glottal pulses through two resonances, short and rough."""
    out, hertz = 0.003 * random.standard_normal(N), random.uniform(180, 500)
    for start in _times(random, 0.35, 2.5):
        n = round(random.uniform(0.12, 0.3) * RATE)
        fall = hertz * np.linspace(1.3, 0.7, n)
        pulses = signal.sawtooth(2 * np.pi * np.cumsum(fall) / RATE) + 0.6 * random.standard_normal(
            n
        )
        for centre in (random.uniform(500, 900), random.uniform(1200, 2200)):
            b, a = signal.iirpeak(centre, 4, RATE)
            pulses = 0.5 * pulses + 2 * signal.lfilter(b, a, pulses)
        out[start : start + n] += (pulses * signal.windows.hann(n))[: N - start]
    return out


def cow(random: Any) -> Any:
    out = 0.003 * random.standard_normal(N)
    for start in _times(random, 2.0, 5.0):
        n = round(random.uniform(0.9, 1.8) * RATE)
        hertz = random.uniform(110, 180) * (1 + 0.3 * np.sin(np.pi * np.linspace(0, 1, n)))
        voice = signal.sawtooth(2 * np.pi * np.cumsum(hertz) / RATE)
        b, a = signal.butter(2, 1200 / (RATE / 2))
        out[start : start + n] += (signal.lfilter(b, a, voice) * signal.windows.tukey(n, 0.4))[
            : N - start
        ]
    return out


def engine(random: Any) -> Any:
    speed = random.uniform(20, 90) * (1 + 0.2 * np.interp(T, np.arange(31), random.normal(size=31)))
    firing = signal.sawtooth(2 * np.pi * np.cumsum(speed) / RATE, 0.1)
    return firing + 0.3 * _noise(random)


def helicopter(random: Any) -> Any:
    blades = 0.5 + 0.5 * signal.sawtooth(2 * np.pi * random.uniform(8, 20) * T)
    b, a = signal.butter(2, [100 / (RATE / 2), 2500 / (RATE / 2)], "band")
    return signal.lfilter(b, a, _noise(random)) * blades**2


def rain(random: Any) -> Any:
    out = 0.02 * _noise(random)
    for start in random.integers(0, N - 800, int(random.integers(500, 4000))):
        drop = np.exp(-np.arange(800) / random.uniform(40, 200))
        out[start : start + 800] += random.uniform() * drop * random.standard_normal(800)
    return out


def waves(random: Any) -> Any:
    swell = (0.55 + 0.45 * np.sin(2 * np.pi * T / random.uniform(4, 9))) ** 3
    b, a = signal.butter(1, random.uniform(400, 2000) / (RATE / 2))
    return signal.lfilter(b, a, _noise(random)) * swell


def chirps(random: Any) -> Any:
    """Sweeps as engineers use them to measure."""
    every = random.uniform(2, 15)
    method = str(random.choice(["linear", "logarithmic", "hyperbolic"]))
    return signal.chirp(T % every, 40, every, random.uniform(5000, 16_000), method=method)


def geiger(random: Any) -> Any:
    out = 0.001 * _noise(random)
    for start in random.integers(0, N - 60, int(random.integers(40, 900))):
        out[start : start + 60] += signal.gausspulse(np.arange(-30, 30) / RATE, fc=4000)
    return out


def whistle(random: Any) -> Any:
    """Someone who whistles to call, no tune."""
    out = 0.01 * _noise(random)
    for start in _times(random, 1.0, 3.0):
        n = round(random.uniform(0.3, 0.9) * RATE)
        glide = random.uniform(900, 1500) * 2 ** (np.linspace(0, 1, n) ** 2 * random.uniform(-1, 1))
        out[start : start + n] += (
            np.sin(2 * np.pi * np.cumsum(glide) / RATE) * signal.windows.hann(n)
        )[: N - start]
    return out


SOUNDS: dict[str, Callable[[Any], Any]] = {
    each.__name__: each
    for each in (
        plucks, bells, morse, telephone, siren, heart, footsteps, crickets, birds, dog, cow,
        engine, helicopter, rain, waves, chirps, geiger, whistle,
    )
}  # fmt: skip


def made(name: str, number: int) -> Any:
    """The sound of a name, the same for the same number; float32 with a peak of 0.7."""
    random = np.random.default_rng([list(SOUNDS).index(name), number])
    sound = SOUNDS[name](random)
    return (0.7 * sound / np.abs(sound).max()).astype(np.float32)


def _noise(random: Any) -> Any:
    return random.standard_normal(N)


def _times(random: Any, least: float, most: float) -> list[int]:
    """Where something begins, in samples, so far from one another in seconds; room at the end."""
    found, at = [], random.uniform(0, most)
    while at < SECONDS - 2:
        found.append(round(at * RATE))
        at += random.uniform(least, most)
    return found
