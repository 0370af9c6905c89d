"""Score -> Waveform through a SoundFont.

Conventions. Stereo, float32, at the rate asked for; the same score and SoundFont give the same
samples on every run. A note sounds until it ends, or until the sustain pedal that holds it is
lifted or its key is struck again, then dies away as its instrument does. Loudness is (velocity /
127) squared. The sound lasts as long as the score and TAIL_SECONDS more, faded out over the last
FADE_SECONDS. The level is fixed, so that soft pieces stay soft; only a piece that would
clip is turned down as a whole, to a peak of PEAK (-0.5 dB of full scale).

symusic has a synthesizer too. Version 0.5.9 plays TimGM6mb's middle C as a G sharp, every velocity
alike and no pedal (FluidSynth as witness), hence this one; it agrees with FluidSynth (the tests).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score, Track
from musicrnn.synth.region import Region
from musicrnn.synth.soundfont import SoundFont, default_soundfont, read_soundfont
from musicrnn.synth.tone import BLOCK, Floats, Tone
from musicrnn.waveform import Waveform

TAIL_SECONDS = 1.5
FADE_SECONDS = 0.5
PEAK = 10 ** (-0.5 / 20)
MAX_FRAMES = 720 * 44_100  # 12 minutes at 44.1 kHz: 250 MB of samples, 800 MB while written
MAX_VOICE_FRAMES = 24 * MAX_FRAMES  # all notes together, a minute or so of work
DAMP_SECONDS = 0.01


class Stroke(NamedTuple):
    """A key held from ``start`` to ``end``, in seconds."""

    start: float
    end: float
    pitch: int
    velocity: int


class Voice(NamedTuple):
    """One tone in the mix: where it starts, how long its key is held, in frames of output."""

    start: int
    held: int
    cut: int | None  # frames after which another note of its exclusive class has ended it
    left: np.float32
    right: np.float32


def render(score: Score, *, rate: int = 44_100, soundfont: str | Path | None = None) -> Waveform:
    """The sound of a score, [2, frames]; ``rate`` 8000 to 192000 Hz; TimGM6mb.sf2 by default.

    Raises:
        MusicRNNError: the score has no notes or is too long to hold in memory, the rate is out of
            range, or the SoundFont cannot be read.
    """
    if not 8_000 <= rate <= 192_000:
        raise MusicRNNError(f"the rate of a rendering must be in 8000..192000 Hz, got {rate}")
    if score.note_count == 0:
        raise MusicRNNError("there is nothing to render: the score has no notes")
    frames = round((score.seconds + TAIL_SECONDS) * rate)
    if frames > MAX_FRAMES:
        raise MusicRNNError(
            f"a rendering may last {MAX_FRAMES / rate:.0f} s at {rate} Hz, this score lasts "
            f"{score.seconds:.0f} s (a stray late note or tempo is the likely cause)"
        )
    font = read_soundfont(default_soundfont() if soundfont is None else soundfont)
    mix = np.zeros((2, frames), np.float32)
    budget = MAX_VOICE_FRAMES
    for (region, key), voices in _voices(score, font, rate).items():
        tone = Tone(region, font.frames_of(region), key, rate=rate)
        for voice in voices:
            budget -= _add(mix, tone, voice)
            if budget < 0:
                raise MusicRNNError(
                    f"a rendering may sound {MAX_VOICE_FRAMES / rate:.0f} s of notes together, "
                    f"the {score.note_count} notes of this score last longer"
                )
    fade = int(FADE_SECONDS * rate)
    mix[:, -fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
    peak = max(float(mix.max()), -float(mix.min()))
    if peak > PEAK:
        mix *= np.float32(PEAK / peak)
    return Waveform(mix, rate)


def strokes(score: Score, track: Track) -> list[Stroke]:
    """The keys of a track as they sound, in order: tempo, pedal and struck-again keys applied."""
    pedal_starts = [pedal.start for pedal in track.pedals]
    next_start: dict[int, int] = {}
    found: list[Stroke] = []
    for note in reversed(track.notes):
        end = note.start + note.duration
        held = bisect_right(pedal_starts, end) - 1
        if held >= 0:
            end = max(end, track.pedals[held].start + track.pedals[held].duration)
        again = next_start.get(note.pitch)
        if again is not None and again > note.start:
            end = min(end, again)
        next_start[note.pitch] = note.start
        found.append(
            Stroke(score.seconds_at(note.start), score.seconds_at(end), note.pitch, note.velocity)
        )
    return found[::-1]


def _voices(score: Score, font: SoundFont, rate: int) -> dict[tuple[Region, int], list[Voice]]:
    """Every voice of a score, by region and key."""
    voices: defaultdict[tuple[Region, int], list[Voice]] = defaultdict(list)
    known: dict[tuple[int, bool], tuple[Region, ...]] = {}
    for track in score.tracks:
        if not track.notes:
            continue
        program = (track.program, track.is_drum)
        if program not in known:
            known[program] = font.regions(track.program, drums=track.is_drum)
        regions = known[program]
        chosen: dict[tuple[int, int], list[Region]] = {}
        next_of_class: dict[int, float] = {}  # exclusive class -> start of the stroke that follows
        for stroke in reversed(strokes(score, track)):
            pair = (stroke.pitch, stroke.velocity)
            if pair not in chosen:
                chosen[pair] = [
                    region
                    for region in regions
                    if region.keys[0] <= stroke.pitch <= region.keys[1]
                    and region.velocities[0] <= stroke.velocity <= region.velocities[1]
                ]
            for region in chosen[pair]:
                choked = next_of_class.get(region.exclusive) if region.exclusive else None
                voices[region, stroke.pitch].append(_voice(region, stroke, choked, rate))
            for region in chosen[pair]:
                next_of_class[region.exclusive] = stroke.start
    return voices


def _voice(region: Region, stroke: Stroke, choked: float | None, rate: int) -> Voice:
    velocity = region.fixed_velocity or stroke.velocity
    gain = region.gain * (velocity / 127) ** 2
    angle = (region.pan + 0.5) * np.pi / 2
    cut = None
    if choked is not None and choked > stroke.start:
        cut = int((choked - stroke.start + DAMP_SECONDS) * rate)
    return Voice(
        start=round(stroke.start * rate),
        held=int((stroke.end - stroke.start) * rate),
        cut=cut,
        left=np.float32(gain * np.cos(angle)),
        right=np.float32(gain * np.sin(angle)),
    )


def _add(mix: Floats, tone: Tone, voice: Voice) -> int:
    """Adds one voice to the mix [2, frames] and returns how many frames of it there were."""
    count = min(voice.held + len(tone.release), tone.frames, mix.shape[1] - voice.start)
    if voice.cut is not None:
        count = min(count, voice.cut)
    level = np.float32(10 ** (-tone.attenuation(np.array([voice.held]))[0] / 20))
    damp = int(DAMP_SECONDS * tone.rate)
    for at in range(0, count, BLOCK):
        held, ringing = (part[: count - at] for part in tone.block(at // BLOCK))
        sound = held.copy()
        let_go = max(0, voice.held - at)
        if let_go < len(sound):  # from here on the release, not the envelope, turns it down
            after = at + let_go - voice.held
            gains = tone.release[after : after + len(sound) - let_go]
            np.multiply(ringing[let_go:], gains * level, out=sound[let_go:])
        if voice.cut is not None and voice.cut - damp < at + len(sound):
            left = voice.cut - np.arange(at, at + len(sound))
            sound *= np.minimum(1, left / damp).astype(np.float32)
        start = voice.start + at
        mix[0, start : start + len(sound)] += sound * voice.left
        mix[1, start : start + len(sound)] += sound * voice.right
    return max(0, count)
