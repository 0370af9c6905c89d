"""Score -> sound through a SoundFont, stretch after stretch: a piece of hours needs no more memory
than one of minutes.

Conventions. Stereo, float32, at the rate asked for; the same score and SoundFont give the same
samples on every run. A note sounds until it ends, or until the sustain pedal that holds it is
lifted or its key is struck again, then dies away as its instrument does. The sound lasts until the
last note has ended and TAIL_SECONDS more, faded out over the last FADE_SECONDS. It is mixed once,
into memory or, where it is long, into a temporary file; then its level is known, and it is read as
often as it is wanted, at TARGET_LUFS (musicrnn.synth.level).

symusic has a synthesizer too. Version 0.5.9 plays TimGM6mb's middle C as a G sharp, every velocity
alike and no pedal (FluidSynth as witness), hence this one; it agrees with FluidSynth (the tests).
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import IO

import numpy as np

from musicrnn.arrays import Float32Array
from musicrnn.errors import MusicRNNError
from musicrnn.note_events import Instrument, PlayedNote, played_tracks
from musicrnn.score import Score
from musicrnn.synth.level import Gains, Level
from musicrnn.synth.mix import Mix
from musicrnn.synth.soundfont import SoundFont, read_soundfont
from musicrnn.synth.soundfonts import default_soundfont
from musicrnn.synth.voice import VoiceAllocator
from musicrnn.waveform import Waveform

TAIL_SECONDS = 1.5
FADE_SECONDS = 0.5
TARGET_LUFS = -16.0
PEAK = 10 ** (-0.5 / 20)  # of a sound whose level is its own, where it would clip
STRETCH_FRAMES = 2**16  # mixed at once, 1.5 s
MAX_FRAMES = 2**30 - 2**16  # what a .wav file of 4 GiB holds
MAX_FRAMES_AT_ONCE = 50_000_000  # in one Waveform: 400 MB, 19 minutes at 44.1 kHz
MAX_NOTES_AT_ONCE = 4096
MEMORY_BYTES = 2**26  # of sound that no temporary file is made for

_Played = tuple[PlayedNote, Instrument]


def render(
    score: Score,
    *,
    rate: int = 44_100,
    soundfont: str | Path | None = None,
    loudness: float | None = TARGET_LUFS,
) -> Waveform:
    """The sound of a score in memory, [2, frames].

    Args:
        rate: 8000 to 192000 Hz.
        soundfont: an .sf2 file, or the name of one (musicrnn.synth.soundfonts); TimGM6mb.sf2 by
            default.
        loudness: LUFS; None leaves the level that notes and SoundFont have, so that soft pieces
            stay soft, and turns down only what would clip, to a peak of PEAK.

    Raises:
        MusicRNNError: the score cannot be rendered (:func:`check_renderable`) or is too long to be
            held in memory, or the SoundFont cannot be read.
    """
    frames = check_renderable(score, rate)
    if frames > MAX_FRAMES_AT_ONCE:
        raise MusicRNNError(
            f"{frames / rate:.0f} s of sound are more than the {MAX_FRAMES_AT_ONCE / rate:.0f} s "
            f"that are held in memory at {rate} Hz: save the piece to a file"
        )
    with rendered(score, rate=rate, soundfont=soundfont, loudness=loudness) as sound:
        return Waveform(np.concatenate(list(sound.stretches()), axis=1), rate)


class Rendering:
    """The sound of a score, which is read in stretches as often as it is wanted."""

    def __init__(self, file: IO[bytes], frames: int, rate: int, gains: Gains) -> None:
        """``file`` holds stretch after stretch as they were mixed, float32 [2, frames]."""
        self.frames, self.rate = frames, rate
        self._file, self._gains = file, gains

    def stretches(self) -> Iterator[Float32Array]:
        """The whole sound, [2, STRETCH_FRAMES], the last stretch as short as it is."""
        for at in range(0, self.frames, STRETCH_FRAMES):
            count = min(STRETCH_FRAMES, self.frames - at)
            self._file.seek(at * 8)
            mixed = np.frombuffer(self._file.read(count * 8), np.float32).reshape(2, count)
            yield self._gains.apply(mixed, at)


@contextmanager
def rendered(
    score: Score,
    *,
    rate: int = 44_100,
    soundfont: str | Path | None = None,
    loudness: float | None = TARGET_LUFS,
) -> Generator[Rendering]:
    """The sound of a score, mixed; arguments and errors as :func:`render`'s, but of any length
    that :func:`check_renderable` lets pass. What it needs is given back at the end."""
    frames = check_renderable(score, rate)
    font = read_soundfont(default_soundfont() if soundfont is None else soundfont)
    level, peak = Level(rate), 0.0
    with tempfile.SpooledTemporaryFile(MEMORY_BYTES) as file:
        for mixed in _mixed(score, font, rate, frames):
            if loudness is None:
                peak = max(peak, float(mixed.max()), -float(mixed.min()))
            else:
                level.push(mixed)
            _put(mixed, file, frames)
        gains = _unlevelled(peak) if loudness is None else level.gains(loudness)
        yield Rendering(file, frames, rate, gains)


def check_renderable(score: Score, rate: int) -> int:
    """How many frames the sound of a score has.

    Raises:
        MusicRNNError: the score has no notes, is too long or has too many notes at one time, or
            the rate is out of range.
    """
    check_rate(rate)
    if score.note_count == 0:
        raise MusicRNNError("there is nothing to render: the score has no notes")
    played = [note for _, notes in played_tracks(score) for note in notes]
    starts, ends = (np.sort([getattr(note, name) for note in played]) for name in ("start", "end"))
    frames = round((float(ends[-1]) + TAIL_SECONDS) * rate)
    if frames > MAX_FRAMES:
        raise MusicRNNError(
            f"sound may last {longest_seconds(rate):.0f} s at {rate} Hz, which fill a .wav file, "
            f"and this score lasts {ends[-1]:.0f} s (a stray late note or tempo is the likely "
            "cause)"
        )
    sounding = np.arange(1, len(starts) + 1) - np.searchsorted(ends, starts, side="right")
    if sounding.max() > MAX_NOTES_AT_ONCE:
        raise MusicRNNError(
            f"{MAX_NOTES_AT_ONCE} notes may sound together, in this score {sounding.max()} do at "
            f"{starts[sounding.argmax()]:.1f} s (a pedal that stays down is a likely cause)"
        )
    return frames


def longest_seconds(rate: int = 44_100) -> float:
    """How long a score may last to be rendered."""
    return MAX_FRAMES / rate - TAIL_SECONDS


def check_rate(rate: int) -> None:
    """Raises MusicRNNError unless the rate is in 8000..192000 Hz."""
    if not 8_000 <= rate <= 192_000:
        raise MusicRNNError(f"the rate of a rendering must be in 8000..192000 Hz, got {rate}")


def fade(mixed: Float32Array, at: int, *, end: int, rate: int) -> None:
    """Fades out what of the last FADE_SECONDS of a sound of ``end`` frames lies in a stretch
    [2, frames] that begins at frame ``at``."""
    gains = np.linspace(1, 0, int(FADE_SECONDS * rate), dtype=np.float32)
    begins = end - len(gains)
    first = max(0, begins - at)
    if first < mixed.shape[1]:
        gains = gains[at + first - begins :]
        mixed[:, first:] *= gains[: mixed.shape[1] - first]


def _mixed(score: Score, font: SoundFont, rate: int, frames: int) -> Iterator[Float32Array]:
    """The score as it is mixed, in stretches, before its level is set."""
    mix, allocator = Mix(font, rate), VoiceAllocator(font, rate)
    notes = _in_order(score)
    following = next(notes, None)
    for at in range(0, frames, STRETCH_FRAMES):
        until = (at + STRETCH_FRAMES + 1) / rate  # notes begin at the nearest frame
        while following is not None and following[0].start < until:
            note, instrument = following
            mix.add(
                allocator.note_on(
                    instrument, note.pitch, note.velocity, start=note.start, end=note.end
                )
            )
            following = next(notes, None)
        mixed = mix.next(min(STRETCH_FRAMES, frames - at))
        fade(mixed, at, end=frames, rate=rate)
        yield mixed


def _in_order(score: Score) -> Iterator[_Played]:
    """The notes of all instruments in order of time."""
    each = (
        zip(notes, repeat(instrument), strict=False) for instrument, notes in played_tracks(score)
    )
    return heapq.merge(*each, key=lambda played: (played[0].start, played[1].number))


def _unlevelled(peak: float) -> Gains:
    gain = PEAK / peak if peak > PEAK else 1.0
    return Gains(gain, np.ones(2, np.float32), MAX_FRAMES)


def _put(mixed: Float32Array, file: IO[bytes], frames: int) -> None:
    try:
        file.write(mixed.tobytes())
    except OSError as error:
        raise MusicRNNError(
            f"{frames * 8 / 1e6:.0f} MB of sound do not fit into {tempfile.gettempdir()}, where "
            f"they lie until they are written ({error.strerror}): TMPDIR names another folder"
        ) from error
