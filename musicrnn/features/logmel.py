"""Log-mel frames: how loud each of some mel bands is, over time.

Conventions. In: mono Waveform at the recipe's own rate (Hz). Out: float32 [frames, n_mels] in dB
relative to the loudest band of the whole window, so 0 is the top and -top_db the floor; bands
from low to high (Slaney's mel scale and area normalisation); frames centred, zeros beyond the
ends. The frames equal librosa 0.11's ``melspectrogram`` and ``power_to_db(ref=max)``.

Frames may be thinned: of every ``per`` frames ``keep`` are kept, frame j of them at
floor((j + 0.5) * per / keep). The GTZAN recipe keeps 387 (387.5 slots) of the T = 1 + samples //
512 frames of a clip of about 30 s: one every 77.5 ms. A window within CLIP_TOLERANCE_FRAMES of that
length is thinned by its own T, any other at the same spacing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from musicrnn.bounds import check, number, whole
from musicrnn.errors import MusicRNNError
from musicrnn.waveform import Waveform

# frames by which the length of a "30 s" clip may differ: GTZAN has 1290..1320
CLIP_TOLERANCE_FRAMES = 30
POWER_FLOOR = 1e-10

Recipe = TypeVar("Recipe")


@dataclass(frozen=True)
class LogMel:
    """A recipe; the defaults are that of the GTZAN frames."""

    rate: int = whole(22_050, 1000, 768_000)
    n_fft: int = whole(2048, 16, 65_536)
    hop: int = whole(512, 1, 65_536)
    n_mels: int = whole(128, 1, 1024)
    top_db: float = number(80.0, 1, 200)
    window_seconds: float = number(30.0, 0.1, 600)  # longer songs are cut into such windows
    keep: float | None = 387.5  # at most ``per``; None keeps every frame
    per: int = whole(1293, 1, 1_000_000)

    def __post_init__(self) -> None:
        check(self, "log-mel ")
        keep: Any = self.keep  # of a file, perhaps
        if keep is not None and not (isinstance(keep, int | float) and 1 <= keep <= self.per):
            raise MusicRNNError(f"log-mel keep must be in 1..{self.per}, got {keep!r}")

    @cached_property
    def window(self) -> NDArray[np.float32]:
        """Hann [n_fft]."""
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.n_fft) / self.n_fft)
        return hann.astype(np.float32)

    @cached_property
    def bands(self) -> NDArray[np.float32]:
        """The mel filters, [n_mels, 1 + n_fft // 2]."""
        from librosa.filters import mel

        return mel(sr=self.rate, n_fft=self.n_fft, n_mels=self.n_mels, dtype=np.float32)

    def configuration(self) -> dict[str, Any]:
        """What :func:`logmel_from` takes, as JSON."""
        return {"name": "log-mel", **asdict(self)}

    def all_frames(self, waveform: Waveform) -> NDArray[np.float32]:
        """Every frame, [1 + samples // hop, n_mels].

        Raises:
            MusicRNNError: not mono, another rate than the recipe's, or no samples.
        """
        if waveform.rate != self.rate or waveform.samples.shape[0] != 1:
            raise MusicRNNError(
                f"this log-mel wants 1 channel at {self.rate} Hz, got {waveform.samples.shape[0]} "
                f"at {waveform.rate} Hz: use waveform.mono().resampled({self.rate})"
            )
        if not waveform.samples.shape[1]:
            raise MusicRNNError("a log-mel needs at least one sample, got none")
        power = _power(waveform.samples[0], self.window, self.hop) @ self.bands.T
        loudest = max(POWER_FLOOR, float(power.max()))
        decibels = 10.0 * np.log10(np.maximum(power, POWER_FLOOR) / loudest)
        return np.maximum(decibels, decibels.max() - self.top_db).astype(np.float32)

    def kept(self, total: int) -> NDArray[np.int64]:
        """The indices of the frames that are kept of ``total``; at least one."""
        if self.keep is None:
            return np.arange(total)
        slots = (
            self.keep
            if abs(total - self.per) <= CLIP_TOLERANCE_FRAMES
            else total * self.keep / self.per
        )
        count = max(1, int(slots))
        return ((np.arange(count) + 0.5) * (total / slots)).astype(np.int64).clip(max=total - 1)

    def frames(self, waveform: Waveform) -> NDArray[np.float32]:
        """The features of one window: the frames that are kept, [T, n_mels]."""
        everything = self.all_frames(waveform)
        return everything[self.kept(len(everything))]


def logmel_from(configuration: object) -> LogMel:
    """The recipe that a checkpoint's "features" entry describes.

    Raises:
        MusicRNNError: it is not one.
    """
    return configured(LogMel, "log-mel", configuration, called="log-mel recipe")


def configured(kind: type[Recipe], name: str, configuration: object, *, called: str) -> Recipe:
    """The recipe of a kind, a dataclass, from what its ``configuration`` method gave.

    Raises:
        MusicRNNError: it is not one: it has another name, other fields, or no whole number for one.
    """
    settings = dict(cast(dict[str, Any], configuration)) if isinstance(configuration, dict) else {}
    types = {field.name: field.type for field in fields(cast(Any, kind))}
    if (
        settings.pop("name", None) != name
        or set(settings) != set(types)
        or not all(isinstance(settings[key], int) for key in types if types[key] == "int")
    ):
        raise MusicRNNError(f"the features of the model are no {called}: {configuration!r}")
    return kind(**settings)


def quantize(decibels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """dB in -80..0 as one byte, 80 / 256 dB a step."""
    return np.floor((decibels + 80.0) * 256.0 / 80.0).clip(0, 255).astype(np.uint8)


def dequantize(steps: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The middle of each step, dB."""
    return np.float32(-80.0) + np.float32(80.0 / 256.0) * (steps + np.float32(0.5))


def _power(
    samples: NDArray[np.float32], window: NDArray[np.float32], hop: int
) -> NDArray[np.float32]:
    """The power of a centred short-time spectrum, [1 + samples // hop, 1 + n_fft // 2]."""
    n_fft = len(window)
    views = np.lib.stride_tricks.sliding_window_view(np.pad(samples, n_fft // 2), n_fft)[::hop]
    power = np.empty((len(views), n_fft // 2 + 1), np.float32)
    for start in range(0, len(views), 256):  # blocks stay in the cache, and bound the memory
        spectrum = np.fft.rfft(views[start : start + 256] * window, axis=1)
        power[start : start + 256] = spectrum.real**2 + spectrum.imag**2
    return power
