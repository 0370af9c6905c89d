"""Loudness drawn at a temperature of its own.

What is played should keep to its pattern, and so is drawn below temperature 1; how hard it is
played should vary as people's strokes do. In tokens where a velocity always follows its note, the
two are never weighed against each other. There the rows of the output that give the logits of
velocities are multiplied by the one temperature over the other, before the sampler divides all
logits. (What is added to the id that stood at the same place before is left as it is.)
"""

from __future__ import annotations

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.sampling.filters import Settings
from musicrnn.tokens import Tokenizer

ROWS = ("output.weight", "output.bias")


def with_own_velocities(model: Checkpoint, tokenizer: Tokenizer, settings: Settings) -> Checkpoint:
    """The model as its velocities are drawn with these settings."""
    if settings.velocity_temperature is None:
        return model
    velocities = np.array([name.startswith("velocity_") for name in tokenizer.vocabulary])
    arrays = dict(model.arrays)
    for name in ROWS:
        rows = np.array(arrays[name], np.float32)
        rows[velocities] *= settings.temperature / settings.velocity_temperature
        arrays[name] = rows
    return Checkpoint(arrays, model.metadata)
