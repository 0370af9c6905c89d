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

from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np

from musicrnn.arrays import Float32Array
from musicrnn.errors import MusicRNNError, counted
from musicrnn.note_events import played_tracks
from musicrnn.score import Score
from musicrnn.synth.soundfont import SoundFont, default_soundfont, read_soundfont
from musicrnn.synth.tone import Tone
from musicrnn.synth.voice import Voice, VoiceAllocator, add
from musicrnn.waveform import Waveform

TAIL_SECONDS = 1.5
FADE_SECONDS = 0.5
PEAK = 10 ** (-0.5 / 20)
MAX_FRAMES = 720 * 44_100  # 12 minutes at 44.1 kHz: 250 MB of samples, 800 MB while written
MAX_VOICE_FRAMES = 24 * MAX_FRAMES  # all notes together, a minute or so of work


def render(score: Score, *, rate: int = 44_100, soundfont: str | Path | None = None) -> Waveform:
    """The sound of a score, [2, frames]; ``rate`` 8000 to 192000 Hz; TimGM6mb.sf2 by default.

    Raises:
        MusicRNNError: the score has no notes or is too long to hold in memory, the rate is out of
            range, or the SoundFont cannot be read.
    """
    check_rate(rate)
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
    for _, group in groupby(sorted(_voices(score, font, rate), key=_order), key=_tone):
        voices = list(group)
        region = voices[0].region
        tone = Tone(region, font.frames_of(region), voices[0].key, rate=rate)
        for voice in voices:
            budget -= add(mix, tone, voice, 0)
            if budget < 0:
                sounding = ("note of this score lasts", "notes of this score last")
                raise MusicRNNError(
                    f"a rendering may sound {MAX_VOICE_FRAMES / rate:.0f} s of notes together, "
                    f"the {counted(score.note_count, *sounding)} longer"
                )
    fade = fade_out(rate)
    mix[:, -len(fade) :] *= fade
    peak = max(float(mix.max()), -float(mix.min()))
    if peak > PEAK:
        mix *= np.float32(PEAK / peak)
    return Waveform(mix, rate)


def longest_seconds(rate: int = 44_100) -> float:
    """How long a score may last to be rendered."""
    return MAX_FRAMES / rate - TAIL_SECONDS


def check_rate(rate: int) -> None:
    """Raises MusicRNNError unless the rate is in 8000..192000 Hz."""
    if not 8_000 <= rate <= 192_000:
        raise MusicRNNError(f"the rate of a rendering must be in 8000..192000 Hz, got {rate}")


def fade_out(rate: int) -> Float32Array:
    """The gains of the last FADE_SECONDS."""
    return np.linspace(1, 0, int(FADE_SECONDS * rate), dtype=np.float32)


def _voices(score: Score, font: SoundFont, rate: int) -> list[Voice]:
    allocator = VoiceAllocator(font, rate)
    return [
        voice
        for instrument, played in played_tracks(score)
        for note in played
        for voice in allocator.note_on(
            instrument, note.pitch, note.velocity, start=note.start, end=note.end
        )
    ]


_order = attrgetter("order")
_tone = attrgetter("tone")
