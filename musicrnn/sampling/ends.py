"""Whether a piece ends, or only stops where no more of it may come.

Where as many bars are written as were asked for, the grammar ends a piece, and what the network
gives to another bar goes to the end. So a phrase may stop in its middle. A network that has learnt
from whole pieces says itself how sure it is that this is the end: pieces of which it is not are
drawn again, where tokens say so (``Tokenizer.closes``). Of 160 composed chorales of 16 bars the
quarter of which it was least sure ended on the tonic in 45 %, the others in 88 %; Bach's in 84 %.

The piece is read once more, on the CPU, whatever drew it: so every engine draws the same again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicrnn.context.fields import Outlook
from musicrnn.sampling.engine import CPUEngine
from musicrnn.tokens import Controls, Tokenizer
from musicrnn.tokens.protocol import END

UNSURE = 0.001  # another bar is at least so likely beside the end


def going_on(
    engine: CPUEngine, ids: Sequence[int], tokenizer: Tokenizer, asked: Controls, known: Outlook
) -> float:
    """How likely another bar is, beside the end, where the ids of a piece end: 0 to 1; 0 where the
    grammar would have let it come. ``known`` is the piece's outlook."""
    constraint, past = tokenizer.constraint(asked), engine.past(known)
    engine.begin(1)
    logits = np.zeros((1, len(tokenizer.vocabulary)), np.float32)
    for token in ids[:-1]:
        constraint.push(token)
        if past is not None:
            past.push(token)
        inputs = engine.inputs(token, past)
        logits = engine.step(np.array([inputs if len(inputs) > 1 else inputs[0]], np.int64))
    constraint.allowed()
    further = constraint.closing()
    if further < 0:
        return 0.0
    return float(0.5 * (1 + np.tanh((logits[0, further] - logits[0, END]) / 2)))
