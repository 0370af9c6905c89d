"""One recording of a SoundFont and how a range of keys plays it, in musical units.

Conventions. Frames count samples of the recording, from its own first frame. Levels are decibels,
times seconds, cutoffs Hz, pitches cents. The zone tables hold generators in the format's own units
(time cents, centibels, cents above 8.176 Hz); :func:`region_of` translates them. The initial
attenuation is taken times 0.4, as players do since the sound cards that it was written for did.

Source: SoundFont Technical Specification 2.04 (E-mu, 2006), sections 8.1 and 9.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from musicrnn.synth.modulator import VELOCITY_TO_ATTENUATION, Amounts, moved

# Generator numbers (section 8.1.2).
START, END, LOOP_START, LOOP_END = 0, 1, 2, 3
START_COARSE, END_COARSE, LOOP_START_COARSE, LOOP_END_COARSE = 4, 12, 45, 50
MOD_LFO_TO_PITCH, VIB_LFO_TO_PITCH, MOD_ENV_TO_PITCH = 5, 6, 7
CUTOFF, RESONANCE, MOD_ENV_TO_CUTOFF, MOD_LFO_TO_VOLUME, PAN = 8, 9, 11, 13, 17
MOD_LFO_DELAY, MOD_LFO_RATE, VIB_LFO_DELAY, VIB_LFO_RATE = 21, 22, 23, 24
MOD_DELAY, MOD_ATTACK, MOD_HOLD, MOD_DECAY, MOD_SUSTAIN = 25, 26, 27, 28, 29
DELAY, ATTACK, HOLD, DECAY, SUSTAIN, RELEASE, KEY_TO_HOLD, KEY_TO_DECAY = range(33, 41)
INSTRUMENT, KEY_RANGE, VELOCITY_RANGE, KEY, VELOCITY, ATTENUATION = 41, 43, 44, 46, 47, 48
COARSE_TUNE, FINE_TUNE, SAMPLE, LOOP_MODE, SCALE, EXCLUSIVE, ROOT = 51, 52, 53, 54, 56, 57, 58

AT_ONCE = -12000  # time cents of a stage that takes no time
DEFAULTS: Mapping[int, int] = {
    CUTOFF: 13500, KEY: -1, VELOCITY: -1, SCALE: 100, ROOT: -1,
    VIB_LFO_DELAY: AT_ONCE, MOD_LFO_DELAY: AT_ONCE,
    MOD_DELAY: AT_ONCE, MOD_ATTACK: AT_ONCE, MOD_HOLD: AT_ONCE, MOD_DECAY: AT_ONCE,
    DELAY: AT_ONCE, ATTACK: AT_ONCE, HOLD: AT_ONCE, DECAY: AT_ONCE, RELEASE: AT_ONCE,
}  # fmt: skip
# A preset zone adds to every generator of its instrument but these.
INSTRUMENT_ONLY = frozenset({
    START, END, LOOP_START, LOOP_END, START_COARSE, END_COARSE, LOOP_START_COARSE, LOOP_END_COARSE,
    KEY, VELOCITY, SAMPLE, LOOP_MODE, EXCLUSIVE, ROOT, INSTRUMENT, KEY_RANGE, VELOCITY_RANGE,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recording:
    """A row of the sample table; positions count in the whole SoundFont."""

    start: int
    end: int
    loop_start: int
    loop_end: int
    rate: int
    key: int
    cents: int


@dataclass(frozen=True, slots=True)
class Zone:
    """What the tables say of one recording: generators over DEFAULTS, and modulators."""

    values: Mapping[int, int]
    amounts: Amounts
    recording: Recording
    keys: tuple[int, int]
    velocities: tuple[int, int]
    available: int  # frames of all recordings together


@dataclass(frozen=True, slots=True)
class Envelope:
    """Rises in ``attack`` to its peak, stays for ``hold``, falls to ``sustain``.

    For loudness ``decay`` is the time of 100 dB and ``sustain`` is dB below the peak; for the
    modulation envelope ``decay`` is the time from 1 to 0 and ``sustain`` is in 0..1.
    """

    delay: float
    attack: float
    hold: float
    decay: float
    sustain: float


@dataclass(frozen=True, slots=True)
class Region:
    """One recording, the keys and velocities that sound it, and how."""

    zone: Zone
    keys: tuple[int, int]
    velocities: tuple[int, int]
    start: int  # in SoundFont.samples
    frames: int
    loop: tuple[int, int] | None
    rate: int
    root: int
    cents: float
    cents_per_key: float
    fixed_key: int | None
    fixed_velocity: int | None
    gain: float
    pan: float  # -0.5 left to 0.5 right
    cutoff: float
    resonance: float  # dB
    loudness: Envelope
    release: float  # seconds for 100 dB
    key_to_hold: float  # cents of time a key below 60
    key_to_decay: float
    modulation: Envelope
    modulation_to_pitch: float
    modulation_to_cutoff: float
    vibrato: tuple[float, float, float]  # cents, Hz, seconds before it starts
    tremolo: tuple[float, float, float]  # dB, Hz, seconds before it starts
    exclusive: int  # a class in which a note ends the one before; 0 for none


def struck(region: Region, key: int, velocity: int) -> tuple[Region, float]:
    """The region as a note sounds it, the same one where modulators leave all but the level alone;
    and the gain of its level."""
    key = key if region.fixed_key is None else region.fixed_key
    velocity = velocity if region.fixed_velocity is None else region.fixed_velocity
    amounts = dict(region.zone.amounts)
    by_velocity = amounts.pop(VELOCITY_TO_ATTENUATION, 0)
    added = moved(amounts, key=key, velocity=velocity)
    gain = 10 ** (-added.pop(ATTENUATION, 0.0) / 200) * (velocity / 127) ** (by_velocity / 480)
    if added:
        zone = region.zone
        values = {**zone.values}
        for kind, more in added.items():
            values[kind] = round(values.get(kind, 0) + more)
        region = region_of(replace(zone, values=values)) or region
    return region, min(1.0, region.gain * gain)


def region_of(zone: Zone) -> Region | None:
    """The region of a zone, without its modulators; None if no frame of it is in the file."""
    values, recording = zone.values, zone.recording

    def value(kind: int) -> int:
        return values.get(kind, 0)

    def bounded(kind: int, low: float, high: float) -> float:
        return min(high, max(low, float(value(kind))))

    def position(frame: int, fine: int, coarse: int) -> int:
        return frame + value(fine) + 32768 * value(coarse)

    def envelope(first: int, sustain: float) -> Envelope:
        """Of four generators in a row: delay, attack, hold, decay."""
        delay, attack, hold, decay = (value(first + stage) for stage in range(4))
        rising, falling = _seconds(attack, 100), _seconds(decay, 100)
        return Envelope(_seconds(delay, 20), rising, _seconds(hold, 20), falling, sustain)

    start = max(0, position(recording.start, START, START_COARSE))
    end = min(zone.available, position(recording.end, END, END_COARSE))
    loop_start = position(recording.loop_start, LOOP_START, LOOP_START_COARSE) - start
    loop_end = min(end, position(recording.loop_end, LOOP_END, LOOP_END_COARSE)) - start
    if end - start < 2 or recording.rate == 0:
        return None
    loops = value(LOOP_MODE) in (1, 3) and 0 <= loop_start < loop_end - 1
    by_vibrato = value(VIB_LFO_TO_PITCH) != 0
    root = value(ROOT) if 0 <= value(ROOT) <= 127 else recording.key
    return Region(
        zone=zone,
        keys=zone.keys,
        velocities=zone.velocities,
        start=start,
        frames=end - start,
        loop=(loop_start, loop_end) if loops else None,
        rate=recording.rate,
        root=root if root <= 127 else 60,
        cents=100 * value(COARSE_TUNE) + value(FINE_TUNE) + recording.cents,
        cents_per_key=bounded(SCALE, 0, 1200),
        fixed_key=value(KEY) if 0 <= value(KEY) <= 127 else None,
        fixed_velocity=value(VELOCITY) if 1 <= value(VELOCITY) <= 127 else None,
        gain=10 ** (-0.4 * bounded(ATTENUATION, 0, 1440) / 200),
        pan=bounded(PAN, -500, 500) / 1000,
        cutoff=_hertz(bounded(CUTOFF, 1500, 13500)),
        resonance=bounded(RESONANCE, 0, 960) / 10,
        loudness=envelope(DELAY, bounded(SUSTAIN, 0, 1440) / 10),
        release=_seconds(value(RELEASE), 100),
        key_to_hold=bounded(KEY_TO_HOLD, -1200, 1200),
        key_to_decay=bounded(KEY_TO_DECAY, -1200, 1200),
        modulation=envelope(MOD_DELAY, 1 - bounded(MOD_SUSTAIN, 0, 1000) / 1000),
        modulation_to_pitch=bounded(MOD_ENV_TO_PITCH, -12000, 12000),
        modulation_to_cutoff=bounded(MOD_ENV_TO_CUTOFF, -12000, 12000),
        vibrato=(
            bounded(VIB_LFO_TO_PITCH if by_vibrato else MOD_LFO_TO_PITCH, -1200, 1200),
            _hertz(bounded(VIB_LFO_RATE if by_vibrato else MOD_LFO_RATE, -16000, 4500)),
            _seconds(value(VIB_LFO_DELAY if by_vibrato else MOD_LFO_DELAY), 20),
        ),
        tremolo=(
            bounded(MOD_LFO_TO_VOLUME, -960, 960) / 10,
            _hertz(bounded(MOD_LFO_RATE, -16000, 4500)),
            _seconds(value(MOD_LFO_DELAY), 20),
        ),
        exclusive=value(EXCLUSIVE),
    )


def overlap(*ranges: int | None) -> tuple[int, int]:
    """The keys (or velocities) common to packed ranges, low byte to high byte; None is all."""
    low, high = 0, 127
    for packed in ranges:
        if packed is not None:
            low, high = max(low, packed & 0xFF), min(high, packed >> 8 & 0xFF)
    return low, high


def _hertz(cents: float) -> float:
    return float(8.176 * np.exp2(cents / 1200))


def _seconds(timecents: float, most: float) -> float:
    if timecents <= AT_ONCE:
        return 0.0
    return float(min(most, np.exp2(min(timecents, 8000) / 1200)))
