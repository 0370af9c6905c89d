"""Long recordings made of clips: words at known times over noise, music and other people's talk.

Conventions. Clips int16 [n, N], one word each, at ``rate`` Hz; a piece is float32 [M], full scale
+-1, of PIECE_SECONDS seconds (the last may be shorter), so an hour needs no more memory than a
minute. All words have the same level, LEVEL_DB dB relative to full scale as the root mean square of
the word itself (``extent``), and the background lies ``snr`` dB below it over the whole piece; then
the piece gets a random gain. Every piece has a background of the next kind: noise made by code, a
recording, music made by code, babble; with more than one SNR every kind meets each. Words come in
random order, none again before all have come; ``unknown`` of the events are speech that is none of
the words: from ``other``, and words played backwards. (Splices of two words, which training uses,
are no fair test: half of one is the word.)

What it cannot show: a clip brings its own room and its own noise, which come and go with it (both
ends fade over FADE_SECONDS seconds, so that they do not click), nobody speaks while music plays in
the same room, and nobody speaks in sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random, Samples
from musicrnn.augmentation.music import random_music
from musicrnn.augmentation.noise import coloured, impulses, tone, unit_power
from musicrnn.augmentation.speech import babble, extent
from musicrnn.bounds import check, number
from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.events import Script, Spoken, Stretch
from musicrnn.waveform import in_full_scale

PIECE_SECONDS = 60.0  # seconds
FADE_SECONDS = 0.01  # seconds, of a clip's ends
CROSSFADE_SECONDS = 0.1  # seconds, of a background's ends
LEVEL_DB = -26.0  # dB relative to full scale: ITU-T P.56's usual active level of speech
GAIN_RANGE_DB = (-12.0, 6.0)  # dB
MIN_SECONDS_AFTER = 0.25  # seconds at least from a word to the end of its piece


@dataclass(frozen=True, eq=False)
class StreamSource:
    """What is spoken and what is under it; ``labels`` has the word of every clip."""

    words: NDArray[np.int16]
    labels: Sequence[str]
    rate: int
    recordings: Sequence[Samples] = ()  # without words
    other: NDArray[np.int16] | None = None  # speech that is none of the words

    def __post_init__(self) -> None:
        if len(self.words) != len(self.labels) or len(set(self.labels)) < 2:
            raise MusicRNNError(
                "a stream needs clips of two words at least, got "
                f"{counted(len(self.words), 'clip')} of {counted(len(set(self.labels)), 'word')}"
            )


@dataclass(frozen=True)
class StreamSettings:
    """``snr`` in dB, taken in turn; ``gaps`` in seconds from a word's end to the next one."""

    hours: float = number(1.0, 5 / 3600, 1000)
    snr: tuple[float, ...] = (10.0,)
    unknown: float = number(0.2, 0, 1)
    gaps: tuple[float, float] = (0.5, 4.0)

    def __post_init__(self) -> None:
        check(self, "a stream's ")
        if not self.snr or not all(-40 <= snr <= 80 for snr in self.snr):
            raise MusicRNNError(f"SNRs of a stream must be in -40..80 dB, got {listed(self.snr)}")
        if not 0 <= self.gaps[0] <= self.gaps[1] <= 30:
            raise MusicRNNError(f"gaps must rise within 0..30 s, got {listed(self.gaps)}")


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of the stream; times are from the start of the stream."""

    samples: Samples
    spoken: tuple[Spoken, ...]
    stretch: Stretch


def stream(random: Random, source: StreamSource, settings: StreamSettings) -> Iterator[Piece]:
    """The pieces of a stream, in order; they depend on the generator alone."""
    shuffled = _Shuffled(random, source)
    kinds = [kind for kind in KINDS if kind != "recording" or len(source.recordings)]
    left, start, number = round(settings.hours * 3600 * source.rate), 0, 0
    while left > 0:
        samples = min(left, round(PIECE_SECONDS * source.rate))
        kind = kinds[number % len(kinds)]
        snr = settings.snr[number // len(kinds) % len(settings.snr)]
        voice, words = _voices(shuffled, settings, samples)
        under = _faded(
            _background(random, kind, source, samples), round(CROSSFADE_SECONDS * source.rate)
        )
        gain = LEVEL_DB + float(random.uniform(*GAIN_RANGE_DB))
        sound = 10 ** (gain / 20) * (voice + np.float32(10 ** (-snr / 20)) * under)
        first, last = start / source.rate, (start + samples) / source.rate
        yield Piece(
            sound.clip(-1, 1).astype(np.float32),
            tuple(
                Spoken(first + begin / source.rate, first + end / source.rate, label)
                for begin, end, label in words
            ),
            Stretch(first, last, kind, snr),
        )
        left, start, number = left - samples, start + samples, number + 1


def script(pieces: Sequence[Piece]) -> Script:
    """What is spoken in the stream that these pieces make."""
    return Script(
        tuple(word for piece in pieces for word in piece.spoken),
        tuple(piece.stretch for piece in pieces),
    )


@dataclass(eq=False)
class _Shuffled:
    """Clips in random order, reshuffled when all were used."""

    random: Random
    source: StreamSource
    rows: list[int] = field(default_factory=list[int])

    def word(self) -> tuple[Samples, str]:
        if not self.rows:
            self.rows = self.random.permutation(len(self.source.words)).tolist()
        row = self.rows.pop()
        return in_full_scale(self.source.words[row]), self.source.labels[row]

    def other(self) -> Samples:
        """Speech that is none of the words; half of it from ``other``, where there is some."""
        random, source = self.random, self.source
        if source.other is not None and len(source.other) and random.uniform() < 0.5:
            return in_full_scale(source.other[int(random.integers(len(source.other)))])
        word = source.words[int(random.integers(len(source.words)))]
        return np.ascontiguousarray(in_full_scale(word)[::-1])


def _voices(
    shuffled: _Shuffled, settings: StreamSettings, samples: int
) -> tuple[Samples, list[tuple[int, int, str | None]]]:
    """A piece's words with a mean square of 1, and where each begins and ends, in samples."""
    random, source = shuffled.random, shuffled.source
    voice = np.zeros(samples, np.float32)
    words: list[tuple[int, int, str | None]] = []
    fade, after = round(FADE_SECONDS * source.rate), round(MIN_SECONDS_AFTER * source.rate)
    longest = source.words.shape[1]
    at = round(float(random.uniform(*settings.gaps)) * source.rate)
    while at + longest + after <= samples:
        label: str | None = None
        if random.uniform() < settings.unknown:
            clip = shuffled.other()
        else:
            clip, label = shuffled.word()
        begin, end = extent(clip, source.rate)
        power = float(np.square(clip[begin:end], dtype=np.float64).mean())
        clip = _faded(clip / np.float32(np.sqrt(power) if power > 0 else 1), fade)
        low = max(0, at - begin)
        high = min(samples, at - begin + len(clip))
        voice[low:high] += clip[low - at + begin : high - at + begin]
        words.append((at, at + end - begin, label))
        at += end - begin + round(float(random.uniform(*settings.gaps)) * source.rate)
    return voice, words


KINDS = ("noise", "recording", "music", "babble")


def _background(random: Random, kind: str, source: StreamSource, samples: int) -> Samples:
    """A background of a kind with a mean square of 1."""
    if kind == "recording":
        recording = source.recordings[int(random.integers(len(source.recordings)))]
        return _looped(random, recording, samples, round(CROSSFADE_SECONDS * source.rate))
    if kind == "music":
        return random_music(random, samples / source.rate, source.rate)
    if kind == "babble":
        return babble(random, source.words, samples)
    which = int(random.choice(3, p=(0.6, 0.2, 0.2)))
    if which == 0:
        return coloured(random, samples, float(random.uniform(0, 2.5)))
    if which == 1:
        return tone(random, samples, source.rate)
    knocks = [impulses(random, 2 * source.rate, source.rate) for _ in range(samples // source.rate)]
    return unit_power(np.concatenate([*knocks, knocks[0] if knocks else np.zeros(0)])[:samples])


def _looped(random: Random, recording: Samples, samples: int, crossfade: int) -> Samples:
    """Some of a recording, or all of it in a loop, crossfaded from its end into its start."""
    if len(recording) > samples:
        start = int(random.integers(len(recording) - samples))
        return unit_power(recording[start : start + samples])
    crossfade = min(crossfade, len(recording) // 2)
    once = _faded(recording, crossfade)
    sound = np.zeros(samples + len(once), np.float32)
    for start in range(0, samples, max(1, len(once) - crossfade)):
        sound[start : start + len(once)] += once
    return unit_power(sound[:samples])


def _faded(sound: Samples, samples: int) -> Samples:
    """With both ends fading over so many samples."""
    samples = min(samples, len(sound) // 2)
    faded = sound.copy()
    slope = np.linspace(0, 1, samples, dtype=np.float32)
    faded[:samples] *= slope
    faded[len(faded) - samples :] *= slope[::-1]
    return faded
