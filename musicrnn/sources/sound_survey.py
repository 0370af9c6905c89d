"""What is in a folder of sound: every file heard whole and measured, or the reason why it is not.

Conventions. Levels are dB below full scale: ``level`` of the mean square of all channels, ``peak``
of the largest sample. A clipped sample lies in a run of CLIPPED_RUN or more of the same sign at
full scale; a sound counts as clipped from CLIPPED_SHARE of its samples on. Files are the same where
their bytes are. ``said`` is what the reader says of a file, such as that it is cut off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import stream_audio
from musicrnn.listening.gate import SILENCE_DB
from musicrnn.sources.labelled_folder import AUDIO, FoundFile, found_files, passed_over
from musicrnn.training.data import SkippedFile, skipping
from musicrnn.waveform import in_mono

PIECE_SECONDS = 10.0  # heard at a time
FULL_SCALE = 0.999
CLIPPED_RUN = 3  # samples
CLIPPED_SHARE = 1e-4


@dataclass(frozen=True)
class MeasuredSound:
    """One file; ``same_as`` names the first file of the same bytes."""

    file: str
    seconds: float
    rate: int
    channels: int
    level: float
    peak: float
    clipped: float
    silent: bool
    same_as: str
    said: tuple[str, ...]

    @property
    def is_clipped(self) -> bool:
        return self.clipped >= CLIPPED_SHARE


@dataclass(frozen=True)
class SoundSurvey:
    """All files of a folder: those that were heard, and the others with their reasons."""

    sounds: list[MeasuredSound]
    refused: list[SkippedFile]

    def as_json(self) -> dict[str, Any]:
        return {
            "sounds": len(self.sounds),
            "hours": sum(sound.seconds for sound in self.sounds) / 3600,
            "rates": dict(Counter(sound.rate for sound in self.sounds)),
            "channels": dict(Counter(sound.channels for sound in self.sounds)),
            "clipped": [sound.file for sound in self.sounds if sound.is_clipped],
            "silent": [sound.file for sound in self.sounds if sound.silent],
            "duplicates": {s.file: s.same_as for s in self.sounds if s.same_as},
            "files": [asdict(sound) for sound in self.sounds],
            "refused": {skipped.name: skipped.reason for skipped in self.refused},
        }


def survey_sounds(folder: Path, *, convert: bool = False) -> SoundSurvey:
    """Every file of the folder, at any depth.

    Raises:
        MusicRNNError: none of them can be heard.
    """
    refused = passed_over(folder, AUDIO)
    sounds: list[MeasuredSound] = []
    first: dict[str, str] = {}
    for file in found_files(folder, AUDIO):
        with skipping(file.name, refused):
            same_as = first.get(file.digest, "") if file.digest else ""
            sounds.append(_measured(file, same_as, convert))
            first.setdefault(file.digest, file.name)
    if not sounds:
        why = f": {refused[0].name}: {refused[0].reason}" if refused else ": it is empty"
        raise MusicRNNError(f"nothing in {folder} can be heard{why}")
    return SoundSurvey(sounds, refused)


def _measured(file: FoundFile, same_as: str, convert: bool) -> MeasuredSound:
    frames, power, peak, clipped, samples = 0, 0.0, 0.0, 0, 0
    rate, channels, mono_power = 0, 0, 0.0
    pieces = stream_audio(file.path, seconds=PIECE_SECONDS, convert=convert)
    said: list[str] = []

    def measured() -> Iterator[Any]:
        nonlocal frames, power, peak, clipped, samples, rate, channels
        for piece in pieces:
            rate, channels = piece.rate, piece.samples.shape[0]
            frames += piece.samples.shape[1]
            samples += piece.samples.size
            power += float(np.square(piece.samples, dtype=np.float64).sum())
            peak = max(peak, float(np.abs(piece.samples).max()))
            clipped += sum(_clipped(channel) for channel in piece.samples)
            yield piece

    for piece in in_mono(measured()):
        said += piece.said
        mono_power += float(np.var(piece.samples, dtype=np.float64)) * piece.samples.shape[1]
    if not frames:
        raise MusicRNNError("it holds no sound: 0 frames")
    return MeasuredSound(
        file.name,
        frames / rate,
        rate,
        channels,
        round(_decibels(power / samples), 1),
        round(_decibels(peak**2), 1),
        clipped / samples,
        _decibels(mono_power / frames) < SILENCE_DB,
        same_as,
        tuple(said),
    )


def _clipped(channel: NDArray[np.float32]) -> int:
    """The samples of runs at full scale."""
    count = 0
    for full in (channel >= FULL_SCALE, channel <= -FULL_SCALE):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], full.astype(np.int8), [0]])))
        runs = edges[1::2] - edges[::2]
        count += int(runs[runs >= CLIPPED_RUN].sum())
    return count


def _decibels(power: float) -> float:
    return 10 * float(np.log10(max(power, 1e-20)))
