"""What is asked, and that the end is near, heard louder in a saved network than in training.

A network learns from people's bars, which slow down before the end and are dense or in minor by
themselves, so it leans on what it has just read. Its own bars tell it less: what it hears beside
them must weigh more. So in a saved model the embeddings of some fields are larger by a factor.
The factors were chosen on validation songs, by how pieces of ``pop`` end and obey: with none the
last bar has .69 of a mean bar's notes (people: .36), a minor key is heard in 27 % (57 %), and of
the densest pieces 56 % are denser than most songs; with them .39, 69 % and 78 %. The likelihood of
whole songs hardly changes.
"""

from __future__ import annotations

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.networks.language import LanguageModel

NEAR = 4  # values of bars_left: none, one, two and three bars behind this one
LOUDER = {"bars_left": 2.0, "density": 2.5, "key": 2.5, "chord": 1.3}
ARRAY = "context.weight"


def louder(made: Checkpoint, network: LanguageModel) -> Checkpoint:
    """A model file of the network, some of its fields LOUDER so many times."""
    chosen = [name for name in LOUDER if name in network.fields]
    if not chosen:
        return made
    embeddings = np.array(made.arrays[ARRAY])
    ends = [*network.offsets[1:], len(embeddings)]
    for name in chosen:
        field = network.fields.index(name)
        first, end = network.offsets[field] + 1, ends[field]  # behind "not known"
        embeddings[first : first + NEAR if name == "bars_left" else end] *= LOUDER[name]
    return Checkpoint({**made.arrays, ARRAY: embeddings}, made.metadata)
