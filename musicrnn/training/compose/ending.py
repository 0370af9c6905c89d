"""The end, heard louder: what makes composed pieces slow down before they close.

A network learns how people's last bars go from bars that slow down already. What it composes comes
from its own bars, which do not, and it trusts what it hears of those. So in a saved model the
embeddings of "at most three bars left" are larger than in training by a factor. It is chosen on
validation songs by how pieces end: at 1 the last bar of ``pop`` has .69 of a bar's notes, at 2 it
has .35 (people: .36). The likelihood of whole songs hardly changes.
"""

from __future__ import annotations

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.networks.language import LanguageModel

NEAR = 4  # values of bars_left: none, one, two and three bars behind this one
FIELD = "bars_left"
ARRAY = "context.weight"


def with_louder_end(made: Checkpoint, network: LanguageModel, times: float) -> Checkpoint:
    """A model file of the network, its last bars heard so many times as loud."""
    if FIELD not in network.fields or times == 1:
        return made
    first = network.offsets[network.fields.index(FIELD)] + 1  # behind "not known"
    embeddings = np.array(made.arrays[ARRAY])
    embeddings[first : first + NEAR] *= times
    return Checkpoint({**made.arrays, ARRAY: embeddings}, made.metadata)
