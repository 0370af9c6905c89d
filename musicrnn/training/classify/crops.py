"""What of a recording is learnt from at a time: a crop, and as it might have come otherwise.

Conventions. Windows are uint8 log-mel frames [T, F] or int32 tokens [N]; a crop is dB [T, F] or
tokens [N]. Frames are moved by some bands, come from another loudspeaker and, in a share, through
a narrower channel; tokens of scores are transposed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random
from musicrnn.augmentation.bandwidth import equalised, narrowed
from musicrnn.features.logmel import LogMel, dequantize
from musicrnn.tokens import Tokenizer
from musicrnn.training.classify.recording import Recording
from musicrnn.training.classify.settings import ClassifierSettings


class Crops:
    """Draws them, by the settings and the ``encoding`` of the recordings."""

    def __init__(self, settings: ClassifierSettings, encoding: Any) -> None:
        self.settings, self.encoding = settings, encoding
        self.maps = encoding.augmentation_maps() if isinstance(encoding, Tokenizer) else None

    def draw(self, recording: Recording, random: Random) -> NDArray[Any]:
        """One of a recording."""
        window = recording.windows[int(random.integers(len(recording.windows)))]
        start = int(random.integers(max(0, len(window) - self.settings.crop) + 1))
        crop = window[start : start + self.settings.crop]
        if crop.dtype == np.uint8:
            bands = int(random.integers(-self.settings.shift, self.settings.shift + 1))
            return self._otherwise(dequantize(shifted(crop, bands)), random)
        if self.maps is None:
            return crop
        moved = self.maps[int(random.integers(len(self.maps)))][crop]
        return crop if (moved < 0).any() else moved

    def _otherwise(self, frames: NDArray[np.float32], random: Random) -> NDArray[np.float32]:
        """Frames as they might have come otherwise."""
        recipe, settings = self.encoding, self.settings
        if not isinstance(recipe, LogMel):
            return frames
        if settings.equalise:
            frames = equalised(random, frames, settings.equalise, recipe.top_db)
        if random.uniform() < settings.narrow:
            return narrowed(random, recipe, frames, coded=settings.coded)
        return frames


def shifted(frames: NDArray[np.uint8], bands: int) -> NDArray[np.uint8]:
    """Frames [T, F] moved up by so many bands; the outermost band fills the gap."""
    size = frames.shape[1]
    return frames[:, np.clip(np.arange(size) - bands, 0, size - 1)]


def for_model(window: NDArray[Any]) -> NDArray[Any]:
    """A window as the classifier takes it: dB, or the tokens themselves."""
    return dequantize(window) if window.dtype == np.uint8 else window
