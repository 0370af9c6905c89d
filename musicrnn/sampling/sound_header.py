"""What the header of a model of sound says of its data: labels, lengths, tempos; all of it checked,
for files from strangers can say anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sound_config import SoundConfig

LOUDEST = 20.0  # guidance
LENGTHS, TEMPOS = (1e-4, 1200.0), (20.0, 400.0)  # that a header may say, seconds and quarters


@dataclass(frozen=True)
class SoundHeader:
    """``lengths`` are quantiles of the training sounds' seconds, ``tempos`` of the tempos of each
    label, "" for all; ``guidance`` is how loud a label is heard, 1 for as it was learnt."""

    labels: Sequence[str]
    lengths: Sequence[float]
    tempos: Mapping[str, Sequence[float]]
    guidance: float

    @staticmethod
    def of(checkpoint: Checkpoint, config: SoundConfig) -> SoundHeader:
        """Raises MusicRNNError: an entry is not what it should be."""
        metadata = checkpoint.metadata
        said: Any = metadata.get("tempos", {})
        tempos = cast(dict[str, Any], said) if isinstance(said, dict) else {}
        return SoundHeader(
            _labels(checkpoint, config),
            _quantiles(metadata.get("lengths", []), "lengths", LENGTHS),
            {name: _quantiles(tempos[name], "tempos", TEMPOS) for name in tempos},
            _guidance(checkpoint),
        )


def between(quantiles: Sequence[float], place: float) -> float:
    """A value drawn by its place in 0..1 between the quantiles of many; 0 without any."""
    if not quantiles:
        return 0.0
    return float(np.interp(place, np.linspace(0, 1, len(quantiles)), quantiles))


def _guidance(checkpoint: Checkpoint) -> float:
    """How loud the label is heard; 1 for as it was learnt.

    Raises:
        MusicRNNError: it is no number within bounds.
    """
    said: Any = checkpoint.metadata.get("guidance", 1.0)
    if not isinstance(said, int | float) or not 0 <= said <= LOUDEST:
        raise MusicRNNError(
            f"guidance in the model's header must be in 0..{LOUDEST:g}, got {str(said)[:40]}"
        )
    return float(said)


def _labels(checkpoint: Checkpoint, config: SoundConfig) -> list[str]:
    """Those of the header.

    Raises:
        MusicRNNError: they are no words, not different, or not as many as the network hears.
    """
    said: Any = checkpoint.metadata.get("labels", [])
    words = isinstance(said, list) and all(isinstance(each, str) and each for each in said)
    if not words or len(set(said)) < len(said) or config.label != len(said) + bool(said):
        raise MusicRNNError(
            f"the model file's labels are damaged, its network hears {max(0, config.label - 1)}: "
            f"{str(said)[:60]}"
        )
    return said


def _quantiles(said: Any, name: str, bounds: tuple[float, float]) -> list[float]:
    """An entry of the header: numbers within bounds that do not fall.

    Raises:
        MusicRNNError: it is something else.
    """
    low, high = bounds
    numbers = isinstance(said, list) and all(
        isinstance(each, int | float) and low <= each <= high for each in said
    )
    if not numbers or sorted(said) != said:
        raise MusicRNNError(
            f"the model file's {name} must be numbers in {low:g}..{high:g} that do not fall, got "
            f"{str(said)[:60]}"
        )
    return said
