"""Takes: one word cut out of a recording of a few seconds, or why it has to be recorded again.

Conventions. Levels are dB below full scale, the mean square of frames of 10 ms without the constant
offset. The room is the level that a fifth of the frames stay below, those aside that come before
the microphone gives anything. A frame sounds when it is 8 dB above the room and at most 35 dB below
the loudest frame. Sounding frames less than 0.25 s apart are one sound, as "s-top" is; sounds
shorter than 0.05 s are clicks. The word is the sound with the most energy. A take has exactly
``seconds`` of the recording with the middle of the word in its middle; where the recording ends,
zeros go on.

A take is the file WORD/SPEAKER_NNN.wav, so that its name tells word and speaker.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.waveform import Waveform

FRAMES_A_SECOND = 100  # a second
OFF_DB = -90.0  # dB: no room is as quiet, only a microphone that is off
ABOVE_ROOM_DB = 8.0  # dB
BELOW_PEAK_DB = 35.0  # dB: "s" and "f" are as much weaker than a vowel
MIN_PEAK_DB = -50.0  # dB, the loudest frame of a word
MIN_CONTRAST_DB = 15.0  # dB, from the room to the loudest frame
GAP_SECONDS = 0.25  # seconds
CLICK_SECONDS = 0.05  # seconds
EDGE_SECONDS = 0.02  # seconds: a word that begins or ends here goes on outside
MAX_SECOND_SHARE = 0.1  # share of the word's energy that a second sound may have
MAX_CLIPPED_SHARE = 0.001  # share of a word's samples at full scale
FULL_SCALE = 0.999
NAME = re.compile(r"[^\W_]+(-[^\W_]+)*")  # what musicrnn.sources.speakers finds again
NOT_IN_A_WORD = re.compile(r'[<>:"/\\|?*\x00-\x1f]|^[.\s]|[.\s]$|^$')  # file systems refuse them


def cut_take(recording: Waveform, seconds: float = 1.0) -> Waveform:
    """The take in a recording, [1, seconds * rate].

    Raises:
        MusicRNNError: no word or two, clipped, cut off at its start or end, too long for a take.
    """
    rate = recording.rate
    mono = recording.mono().samples[0]
    start, stop = word_place(recording)
    if start < EDGE_SECONDS:
        raise MusicRNNError(
            "the word is cut off at the start: wait until the recording runs, then speak"
        )
    if stop > recording.seconds - EDGE_SECONDS:
        raise MusicRNNError("the word is cut off at the end: speak at once, and stop after it")
    word = mono[round(start * rate) : round(stop * rate)]
    share = float(np.mean(np.abs(word) >= FULL_SCALE))
    if share >= MAX_CLIPPED_SHARE:
        raise MusicRNNError(
            f"it is clipped: {share:.1%} of the samples are at full scale, the limit is "
            f"{MAX_CLIPPED_SHARE:.1%}: speak softer, or turn the microphone down"
        )
    if stop - start > seconds + 2 / FRAMES_A_SECOND:  # as exactly as frames tell
        raise MusicRNNError(
            f"the word lasts {stop - start:.2f} s, a take has {seconds:g}: speak faster, or "
            "ask for longer takes"
        )
    length = round(seconds * rate)
    first = round((start + stop) / 2 * rate) - length // 2
    take = np.zeros((1, length), np.float32)
    begin, end = max(0, first), min(len(mono), first + length)
    take[0, begin - first : end - first] = mono[begin:end]
    return Waveform(take, rate)


def word_place(recording: Waveform) -> tuple[float, float]:
    """Where the loudest sound of a recording begins and ends, seconds.

    Raises:
        MusicRNNError: nothing is louder than the room, or two sounds are.
    """
    level = _levels(recording)
    if not (level > OFF_DB).any():
        raise MusicRNNError("nothing was heard: the microphone is off or muted")
    on = level[np.argmax(level > OFF_DB) :]
    room, peak = max(OFF_DB, float(np.percentile(on, 20))), float(level.max())
    if peak < MIN_PEAK_DB or peak - room < MIN_CONTRAST_DB:
        raise MusicRNNError(
            f"no word was heard: the loudest moment has {peak:.0f} dB, the room {room:.0f} dB, "
            f"at least {max(MIN_PEAK_DB, room + MIN_CONTRAST_DB):.0f} are needed: speak louder or "
            "closer"
        )
    sounds = _sounds(level > max(room + ABOVE_ROOM_DB, peak - BELOW_PEAK_DB))
    if not sounds:
        raise MusicRNNError(
            f"only a click was heard, shorter than {CLICK_SECONDS} s: say the word again"
        )
    power = 10 ** (level / 10)
    sounds.sort(key=lambda sound: -float(power[sound[0] : sound[1]].sum()))
    first, last = sounds[0]
    if len(sounds) > 1:
        other = power[sounds[1][0] : sounds[1][1]].sum() / power[first:last].sum()
        if other > MAX_SECOND_SHARE:
            raise MusicRNNError(
                f"two sounds were heard, the second with {other:.0%} of the energy of the first, "
                f"the limit is {MAX_SECOND_SHARE:.0%}: say the word once"
            )
    return first / FRAMES_A_SECOND, min(last / FRAMES_A_SECOND, recording.seconds)


def record(blocks: Iterator[NDArray[np.float32]], rate: int, *, seconds: float) -> Waveform:
    """The next ``seconds`` of a microphone's blocks [frames]; what the last one has more is lost.

    Raises:
        MusicRNNError: the blocks end before.
    """
    wanted = round(seconds * rate)
    held: list[NDArray[np.float32]] = []
    frames = 0
    for block in blocks:
        held.append(block)
        frames += len(block)
        if frames >= wanted:
            return Waveform(np.concatenate(held)[None, :wanted], rate)
    raise MusicRNNError(f"the microphone stopped after {frames / rate:.2f} of {seconds:g} s")


def next_take(folder: Path, word: str, speaker: str) -> Path:
    """FOLDER/WORD/SPEAKER_NNN.wav with a number above those of all takes that are there.

    Raises:
        MusicRNNError: a word that cannot be a folder, or a speaker who is not letters and digits.
    """
    if NOT_IN_A_WORD.search(word):
        raise MusicRNNError(f"a word must be able to name a folder, got {word!r}")
    if not NAME.fullmatch(speaker) or speaker.isdigit():
        raise MusicRNNError(
            f"a speaker's name must be letters, digits and hyphens and no number, got {speaker!r}"
        )
    pattern = re.compile(rf"{re.escape(speaker)}_(\d+)\.\w+", re.IGNORECASE)
    there = [pattern.fullmatch(path.name) for path in (folder / word).glob("*")]
    number = 1 + max((int(match[1]) for match in there if match), default=0)
    return folder / word / f"{speaker}_{number:03}.wav"


def _levels(recording: Waveform) -> NDArray[np.float64]:
    """dB of every frame, [T]."""
    samples = recording.mono().samples[0].astype(np.float64)
    samples -= samples.mean() if len(samples) else 0.0
    edges = (
        np.arange(0, recording.seconds * FRAMES_A_SECOND + 1) * recording.rate // FRAMES_A_SECOND
    )
    starts = edges[edges < len(samples)].astype(np.int64)
    if not len(starts):
        return np.zeros(0)
    lengths = np.diff(np.append(starts, len(samples)))
    power = np.add.reduceat(np.square(samples), starts) / lengths
    return 10 * np.log10(np.maximum(power, 1e-12))


def _sounds(sounding: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First frame and the one after the last of every sound that is no click."""
    sounds: list[tuple[int, int]] = []
    for at in np.flatnonzero(sounding).tolist():
        if sounds and at - sounds[-1][1] < GAP_SECONDS * FRAMES_A_SECOND:
            sounds[-1] = (sounds[-1][0], at + 1)
        else:
            sounds.append((at, at + 1))
    return [
        (first, stop) for first, stop in sounds if stop - first >= CLICK_SECONDS * FRAMES_A_SECOND
    ]
