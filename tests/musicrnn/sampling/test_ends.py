"""Whether a piece ends, or only stops where no more of it may come."""

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.past import NO_OUTLOOK
from musicrnn.sampling.compose import compose
from musicrnn.sampling.ends import doubt
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.tokens import Controls
from musicrnn.tokens.chorale import ChoraleTokenizer
from tests.musicrnn.context.test_ahead import CHORALE, hearing

END, BAR = CHORALE.vocabulary.index("end"), CHORALE.vocabulary.index("bar")
ASKED = Controls(bars=2)


def model(end: float, bar: float) -> Checkpoint:
    """One that gives these logits to the end and to another bar, whatever came before."""
    network = hearing()
    arrays = {name: np.array(array) for name, array in network.arrays().items()}
    for token, logit in ((END, end), (BAR, bar)):
        arrays["output.weight"][token], arrays["output.bias"][token] = 0.0, logit
    tokenizer = {"name": "chorale", **ChoraleTokenizer().configuration()}
    header = {"task": "compose", "tokenizer": tokenizer, "model": network.configuration()}
    return Checkpoint(arrays, header)


@pytest.mark.parametrize(
    ("end", "bar", "sure"),
    [
        (90.0, 0.0, True),
        (90.0, 84.0, False),  # another bar is as likely as 0.0025
        (90.0, 82.0, True),
        (0.0, 90.0, False),
        (-60.0, -90.0, False),  # everything else is likelier than the end
    ],
)
def test_a_network_doubts_an_end_where_it_gives_more_to_something_else(
    end: float, bar: float, *, sure: bool
) -> None:
    checkpoint = model(end, bar)
    (piece,) = compose(checkpoint, [1], controls=ASKED, settings=Settings())
    engine = CPUEngine(checkpoint)
    found = doubt(engine, piece.ids, CHORALE, ASKED, NO_OUTLOOK)
    assert (found < 1) == sure
    assert doubt(engine, piece.ids, CHORALE, Controls(bars=3), NO_OUTLOOK) == 0
    assert (piece.attempts == 1) == sure
    assert piece.bars == 2
