"""Sounds that are no music, kept for testing alone: no model learns from them.

Animals, weather, machines, people, signals, and notes that make no piece, written without a look at
other code here that makes such sounds. A kind of sound yields pieces and when each begins. ``made``
adds them up, adds a room, a narrow microphone and faint noise, each to some, and gives float32 [N]
with a peak near 0.5. Times are in seconds, pitches in Hz; a Range is what a recording draws from.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from scipy import signal

RATE = 44_100
SECONDS = 30
Pieces = Iterator[tuple[float, Any]]
Kind = Callable[[Any, float], Pieces]
Range = tuple[float, float]


def made(name: str, number: int) -> Any:
    """The sound of a name, the same for the same number."""
    random = np.random.default_rng([zlib.crc32(name.encode()), number])
    sound = _recorded(random, SOUNDS[name](random, SECONDS))
    return (random.uniform(0.4, 0.6) * sound / np.abs(sound).max()).astype(np.float32)


def _recorded(random: Any, sound: Any) -> Any:
    if random.random() < 0.5:  # in a room
        echo = _burst(random, _any(random, 0.03, 0.25), 100, 5000)
        echo *= _any(random, 0.1, 0.6) / np.sqrt((echo**2).sum())
        sound = sound + signal.oaconvolve(sound, echo)[: len(sound)]
    sound = _band(sound, _any(random, 25, 120), random.choice([3500, 8000, 18_000, 18_000]))
    faint = random.choice([0, 1]) * np.abs(sound).max() * _any(random, 0.001, 0.03)
    hum = _tone(random.choice([50, 60]) + 0 * sound, random.uniform(0, 1, 5))
    return sound + faint * (_noise(random, len(sound), random.uniform(-5, 0)) + hum)


def _summed(kind: Kind, random: np.random.Generator, seconds: float) -> Any:
    out = np.zeros(int(seconds * RATE))
    for at, piece in kind(random, seconds):
        place = out[int(at * RATE) :][: len(piece)]
        place += piece[: len(place)]
    return out


def _any(random: Any, low: float, high: float) -> float:
    """A number between two, even in ratio."""
    return float(np.exp(random.uniform(np.log(low), np.log(high))))


def _x(seconds: float, end: float = 1) -> Any:
    return np.linspace(0, end, int(seconds * RATE))


def _times(random: Any, seconds: float, gap: float, spread: float) -> Iterator[float]:
    at = random.uniform(0, min(gap, seconds / 4))
    while at < seconds:
        yield at
        at += gap * np.exp(spread * random.standard_normal())


def _noise(random: Any, n: int, slope: float) -> Any:
    """Noise whose level changes by so many decibels an octave."""
    spectrum = np.fft.rfft(random.standard_normal(n))
    found = np.fft.irfft(spectrum * np.maximum(np.fft.rfftfreq(n, 1 / RATE), 20) ** (slope / 6), n)
    return found / found.std()


def _wander(random: Any, n: int, hertz: float) -> Any:
    """A random curve around 0 that turns about so often a second."""
    knots = random.standard_normal(3 + int(2 * hertz * n / RATE))
    return np.interp(np.linspace(0, len(knots) - 1, n), np.arange(len(knots)), knots)


def _band(x: Any, low: float, high: float) -> Any:
    return signal.sosfilt(signal.butter(2, [low, high], "band", fs=RATE, output="sos"), x)


def _resonance(pitch: float, width: float) -> tuple[Any, Any]:
    r = np.exp(-np.pi * width / RATE)
    gain = (1 - r**2) / 2
    return [gain, 0, -gain], [1, -2 * r * np.cos(2 * np.pi * pitch / RATE), r**2]


def _resonant(x: Any, pitches: Any, width: float = 0.1) -> Any:
    filters = enumerate(_resonance(f, f * width) for f in pitches)
    return sum(0.7**k * signal.lfilter(b, a, x) for k, (b, a) in filters)


def _tone(pitch: Any, levels: Any = (1,)) -> Any:
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    return sum(level * np.sin(k * phase) for k, level in enumerate(levels, 1))


def _pulses(pitch: Any, opened: float = 0.6) -> Any:
    """As of vocal cords: the flow rises slowly and breaks off."""
    at = np.cumsum(pitch) / RATE % 1 / opened
    return np.where(at < 0.7, np.sin(np.pi * at / 0.7), -2 * np.sin((at - 0.7) * 5.2)) * (at < 1)


def _struck(pitches: Any, decays: Any, levels: Any) -> Any:
    stroke = signal.unit_impulse(int(min(5 * np.max(decays), 10) * RATE))
    modes = [_resonance(f, 1 / (np.pi * d)) for f, d in zip(pitches, decays, strict=True)]
    rung = [signal.lfilter(b, a, stroke) / (2 * b[0]) for b, a in modes]
    return np.dot(levels, rung)


def _burst(random: Any, decay: float, low: float, high: float) -> Any:
    fall = np.exp(-_x(7 * decay, 7))
    return _band(random.standard_normal(len(fall)), low, high) * fall


def _specks(random: Any, seconds: float, count: float, spread: float) -> Any:
    levels = random.lognormal(0, spread, random.poisson(count) + 1)
    where = random.integers(0, int(seconds * RATE), len(levels))
    return np.bincount(where, levels, int(seconds * RATE))


def _strikes(pitches: Range, decays: Range, gaps: Range, spread: float, most: int = 1) -> Kind:
    """One thing is struck, once or some times in a row."""

    def kind(random: Any, seconds: float) -> Pieces:
        modes = _any(random, *pitches) * np.array([0.5, 1, 1.003, 1.2, 1.63, 2.31, 3.9])
        fading, levels = _any(random, *decays) / np.arange(1, 8) ** 0.5, random.random(7)
        rattle, pace = _any(random, 0.02, 1), random.uniform(0.1, 0.3)
        for at in _times(random, seconds, _any(random, *gaps), spread):
            for k in range(random.integers(1, most + 1)):
                force = _any(random, 1 - spread, 1)
                yield at + k * pace, force * _struck(modes * force**0.2, fading, levels)
                yield at + k * pace, force * rattle * _burst(random, 0.01, 800, 9000)

    return kind


def _calls(pitches: Range, mouths: Range, lengths: Range, gaps: Range, *, breath: float,
           most: int = 1, many: int = 1) -> Kind:  # fmt: skip
    """Many beings call, each up to most times in a row: pulses and breath through a mouth."""

    def kind(random: Any, seconds: float) -> Pieces:
        for _ in range(random.integers((many + 3) // 4, many + 1)):
            pitch, mouth, gap = (_any(random, *of) for of in (pitches, mouths, gaps))
            for at in _times(random, seconds, gap, 0.3):
                for k in range(random.integers(1, most + 1)):
                    arch = np.sin(_x(_any(random, *lengths), np.pi)) ** 0.7
                    rough = random.normal(1, 0.06) + 0.012 * _wander(random, len(arch), 25)
                    source = _pulses(pitch * rough * (0.7 + 0.4 * arch))
                    source += breath * random.standard_normal(len(arch))
                    formants = mouth * np.array([1, 2.4, 4.3, 6]) * random.uniform(0.7, 1.4, 4)
                    yield at + 1.6 * lengths[1] * k, arch * _resonant(source, formants)

    return kind


def _glides(pitches: Range, lengths: Range, gaps: Range, *, bend: float, skew: float = 1,
            most: int = 1, many: int = 1) -> Kind:  # fmt: skip
    """Many voices repeat motifs of up to most tones, which slide and shake if they bend."""

    def kind(random: Any, seconds: float) -> Pieces:
        for _ in range(random.integers(1, many + 1)):
            motif, loud, home = [], _any(random, 0.1, 1), _any(random, *pitches)
            for _ in range(random.integers(1, most + 1)):
                x, shake = _x(_any(random, *lengths)), random.choice([0, 0, 0.1]) * (bend > 1)
                pitch = home * _any(random, 1 / bend, bend) * _any(random, 1 / bend, bend) ** x
                note = _tone(pitch * (1 + shake * np.sin(random.uniform(5, 90) * x)), (1, 0.1))
                motif += [note * np.sin(np.pi * x**skew), 0 * x[::2]] * random.choice([1, 1, 4])
            for at in _times(random, seconds, _any(random, *gaps), 0.3):
                yield at, loud * np.concatenate(motif[random.integers(len(motif)) // 2 :])

    return kind


def _rain(random: Any, seconds: float) -> Pieces:
    hiss = _noise(random, int(seconds * RATE), random.uniform(-4, 0)) * _any(random, 0.1, 1)
    yield 0, hiss * np.exp(0.2 * _wander(random, len(hiss), 0.3))
    specks = _specks(random, seconds, _any(random, 3000, 60_000), 0.6)
    drops = _resonant(specks, random.uniform(800, 7000, 5), 0.2)
    yield 0, drops / drops.std()
    yield random.uniform(0, 60), 20 * _burst(random, 1.2, 25, 200)  # thunder


def _wind(random: Any, seconds: float) -> Pieces:
    """It howls in some; in some, waves break on a shore."""
    n, breakers = int(seconds * RATE), random.choice([0, 0, 1])
    gust = np.exp(_any(random, 0.2, 1) * _wander(random, n, 0.3))
    howl = _tone(_any(random, 250, 900) * gust**0.3) * _wander(random, n, _any(random, 3, 40))
    yield (
        0,
        gust * _noise(random, n, random.uniform(-7, -3)) + random.choice([0, 0.5]) * howl * gust**2,
    )
    for at in _times(random, seconds * breakers, _any(random, 3, 8), 0.2):
        x = _x(_any(random, 4, 9))
        yield at, _any(random, 40, 200) * _noise(random, len(x), -3) * x**2 * (1 - x) ** 3


def _fire(random: Any, seconds: float) -> Pieces:
    """Or the clicks of a Geiger counter, where nothing roars."""
    roar = _noise(random, int(seconds * RATE), -6) * random.choice([0, 0.3, 1])
    yield 0, roar * np.exp(0.4 * _wander(random, len(roar), 2))
    clicks = _specks(random, seconds, _any(random, 60, 3000), roar.std() + 0.1)
    yield 0, 30 * _resonant(clicks, random.uniform(800, 8000, 5), _any(random, 0.1, 0.5))


def _telephone(random: Any, seconds: float) -> Pieces:
    """It dials; then it rings or is busy, or a modem speaks."""
    at, length, ring = random.uniform(1, 8), _any(random, 0.06, 0.3), random.choice([0.3, 0.5, 2])
    yield 0, _tone(350 + _x(at, 0)) + _tone(440 + _x(at, 0))
    for _ in range(random.integers(5, 14)):
        at += 2 * length
        low, high = random.choice([697, 770, 852, 941]), random.choice([1209, 1336, 1477])
        yield at, _tone(low + _x(length, 0)) + _tone(high + _x(length, 0))
    if random.random() < 0.4:
        bits = np.repeat(random.choice([980, 1180, 1650, 1850], 1500), RATE // 300)
        yield at + 1, np.append(_tone(2100 + _x(3, 0)), _tone(bits))
        yield at + 9, _band(random.standard_normal(int(seconds * RATE)), 600, 3000)
    else:
        for later in np.arange(at + 1, seconds, 2 * ring):
            yield later, _tone(440 + _x(ring, 0)) + _tone(480 + _x(ring, 0))


def _siren(random: Any, seconds: float) -> Pieces:
    """Or an alarm: it wails, steps or beeps, near or far."""
    turn = _x(seconds, _any(random, 0.15, 5) * seconds) * 2 * np.pi
    swing = random.choice([np.sin, signal.square, signal.sawtooth])(turn)
    heard = signal.square(turn / random.choice([1, 4])) > -random.choice([0.5, 2, 2])
    pitch = _any(random, 400, 1500) * (1 + random.choice([0, 0.3, 0.6, 1]) * (1 + swing) / 2)
    levels = random.random(6) / np.arange(1, 7)
    yield 0, heard * np.exp(_wander(random, len(turn), 0.06)) * _tone(pitch, levels)


def _engine(random: Any, seconds: float) -> Pieces:
    """Or a helicopter."""
    n = int(seconds * RATE)
    pitch = _any(random, 8, 70) * np.exp(_any(random, 0.02, 0.4) * _wander(random, n, 0.3))
    uneven = random.uniform(0.4, 1, 4)[(np.cumsum(pitch) / RATE).astype(int) % 4]
    blasts = uneven * _pulses(pitch, 0.3) * (1 + 0.5 * random.standard_normal(n))
    whine = _any(random, 0.01, 0.2) * _tone(pitch * random.integers(8, 30), (1, 0.5, 0.2))
    sound = _resonant(blasts, _any(random, 50, 120) * np.arange(1, 6) ** 1.4, 0.5) + whine
    yield 0, sound * np.exp(_any(random, 0.1, 1) * _wander(random, n, 0.06))


def _vacuum(random: Any, seconds: float) -> Pieces:
    air = _noise(random, int(seconds * RATE), random.uniform(-5, -1))
    load = 1 + 0.03 * _wander(random, len(air), 0.5)
    whine = _tone(_any(random, 100, 900) * load, random.random(8)) * _any(random, 0.05, 1)
    yield 0, load**4 * (whine + _resonant(air, random.uniform(200, 5000, 4), 0.4) + 0.3 * air)


def _applause(random: Any, seconds: float) -> Pieces:
    swell = np.exp(0.4 * _wander(random, int(seconds * RATE), 0.2))
    claps = _any(random, 1, 100) * seconds
    for hands in random.uniform(600, 2600, 8):
        clap = signal.lfilter([1], [1, -0.995], _specks(random, seconds, claps, 0.5)) * swell
        yield 0, _resonant(clap * random.standard_normal(len(clap)), (hands, 2 * hands), 0.4)


def _one_note(random: Any, seconds: float, steps: Any = (0,)) -> Pieces:
    """A key or a string again and again, or a bow or a pipe; or a scale, in half tones."""
    lowest, k, bowed = _any(random, 60, 500), np.arange(1, 16), random.random() < 0.5
    levels, gap = random.uniform(0.3, 1, 15) / k ** random.uniform(0.7, 2), _any(random, 0.2, 0.8)
    gap *= 1 if len(steps) > 1 else random.choice([1, 3, 20])
    fading = gap * _any(random, 0.2, 0.8) / k**0.5
    for number, at in enumerate(_times(random, seconds, gap, 0.02)):
        pitch, arch = lowest * 2 ** (steps[number % len(steps)] / 12), np.sin(_x(gap, np.pi)) ** 0.3
        heard = levels * (k * pitch < 15_000)
        if bowed:
            shaken = pitch * (1 + 0.006 * np.sin(_x(gap, 35 * gap)))
            yield at, arch * (_tone(shaken, heard) + 0.02 * _noise(random, len(arch), -3))
        else:
            yield at, _struck(pitch * k * (1 + 3e-4 * k**2) ** 0.5, fading, heard)


_MADE = (_rain, _wind, _fire, _engine, _vacuum, _applause, _telephone, _siren, _one_note)
_KINDS: dict[str, Kind] = {kind.__name__[1:]: kind for kind in _MADE} | {
    "scale": partial(_one_note, steps=(*range(20), *range(18, 0, -1))),
    "dog": _calls((170, 800), (500, 1000), (0.07, 0.22), (1.2, 5), breath=0.4, most=5, many=2),
    "baby": _calls((330, 600), (1000, 1300), (0.5, 1.5), (1, 3), breath=0.3),
    "frogs": _calls((25, 130), (400, 1500), (0.1, 0.8), (0.7, 4), breath=0.05, many=5),
    "crowd": _calls((85, 260), (450, 650), (0.1, 0.3), (0.25, 0.5), breath=0.1, many=9),
    "snoring": _calls((25, 70), (200, 500), (0.8, 1.6), (2.5, 5), breath=1),
    "coughing": _calls((90, 260), (400, 1100), (0.12, 0.3), (2, 6), breath=3, most=4),
    "birds": _glides((1800, 5000), (0.03, 0.3), (2, 6), bend=1.4, most=6, many=5),
    "crickets": _glides((2800, 6500), (0.01, 0.02), (0.2, 1), bend=1, most=8, many=4),
    "drips": _glides((500, 2000), (0.03, 0.12), (0.05, 2), bend=1.5, skew=0.3, many=8),
    "robot": _glides((400, 2500), (0.05, 0.4), (0.5, 3), bend=1.8, skew=0.6, most=9, many=3),
    "beeps": _glides((300, 4000), (0.1, 1), (0.5, 4), bend=1, most=2, skew=0.7),
    "sweeps": _glides((200, 1500), (2, 20), (5, 20), bend=2.5),
    "knocks": _strikes((60, 500), (0.01, 0.06), (1.5, 6), 0.3, most=6),
    "footsteps": _strikes((60, 1500), (0.01, 0.03), (0.28, 0.75), 0.05),
    "clock": _strikes((600, 4000), (0.003, 0.04), (0.2, 1.05), 0),
    "typing": _strikes((400, 3000), (0.003, 0.01), (0.12, 0.35), 0.6, most=2),
    "bell": _strikes((180, 2500), (0.3, 3), (0.3, 4), 0.03),
}
SOUNDS = {name: partial(_summed, kind) for name, kind in _KINDS.items()}
