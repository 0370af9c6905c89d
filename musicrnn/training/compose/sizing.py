"""How large a network, a batch and a window suit a folder and the minutes that there are.

Conventions. ``tokens`` are the training pieces' ids. A network is as large as learns something in
the minutes (BY_TIME) and is not more than the tokens fill (BY_TOKENS); the rule asks neither the
machine nor the clock, so that the same command makes the same network everywhere. Updates are many
and small, since in a short training their number counts. Pieces that are read often need more
dropout; from MOST_READINGS on more updates only learn them by heart, so there a training ends,
whatever the minutes. Chosen on the folders of tests/benchmarks/own_folder.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from musicrnn.training.compose.settings import ComposeSettings
from musicrnn.training.config import TrainingConfig

Found = TypeVar("Found", int, float)

SIZED = ("hidden", "embedding", "layers", "dropout", "batch_size", "sequence_length")
MINUTES = 10.0  # of a training of which nothing else is said
SPEED = 12_000  # tokens a second that a free core learns from, about
BY_TIME = ((4.0, 128), (20.0, 192), (60.0, 256), (240.0, 384))  # minutes below which, units
BY_TOKENS = ((100_000, 128), (1_000_000, 256), (4_000_000, 384))  # tokens below which, units
LARGEST = 512
LONGER = 20.0  # minutes from which on batches and windows are larger
DROPOUTS = ((8.0, 0.1), (25.0, 0.2))  # readings of each piece below which
MOST_DROPOUT = 0.3
RATES = ((192, 5e-3),)  # units below which, learning rate
LEAST_RATE = 4e-3
MOST_READINGS = 150
LEAST_UPDATES = 200
PATIENCE = 6  # validations, about twenty a training


def sized(
    settings: ComposeSettings, *, tokens: int, pieces: int, minutes: float
) -> ComposeSettings:
    """The settings with SIZED for a training of so many minutes on so many pieces."""
    hidden = min(_of(BY_TIME, minutes, LARGEST), _of(BY_TOKENS, tokens, LARGEST))
    readings = minutes * 60 * SPEED / max(1, tokens)
    return replace(
        settings,
        hidden=hidden,
        embedding=128 if hidden < 256 else 192,
        layers=1,
        dropout=_of(DROPOUTS, readings, MOST_DROPOUT),
        batch_size=min(16 if minutes < LONGER else 32, max(2, pieces)),
        sequence_length=64 if minutes < LONGER else 128,
    )


def plan(settings: ComposeSettings, *, tokens: int) -> TrainingConfig:
    """How a network of such settings is trained on so many tokens."""
    window = settings.batch_size * settings.sequence_length
    return TrainingConfig(
        updates=max(LEAST_UPDATES, MOST_READINGS * tokens // window),
        minutes=MINUTES,
        learning_rate=_of(RATES, settings.hidden, LEAST_RATE),
        validate_every=0,
        patience=PATIENCE,
    )


def _of(steps: Sequence[tuple[float, Found]], value: float, last: Found) -> Found:
    return next((found for below, found in steps if value < below), last)
