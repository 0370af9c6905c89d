"""Whether a piece ended, or was only cut where no more of it may come."""

from dataclasses import replace

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.sampling.compose import compose
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sampler import Opening, sample_each
from musicrnn.tokens import Controls
from musicrnn.tokens.chorale import ChoraleTokenizer
from tests.musicrnn.context.test_ahead import CHORALE, hearing

END, BAR = CHORALE.vocabulary.index("end"), CHORALE.vocabulary.index("bar")


def model(end: float, bar: float) -> Checkpoint:
    """One that gives these logits to the end and to another bar, whatever came before."""
    network = hearing()
    arrays = {name: np.array(array) for name, array in network.arrays().items()}
    for token, logit in ((END, end), (BAR, bar)):
        arrays["output.weight"][token], arrays["output.bias"][token] = 0.0, logit
    tokenizer = {"name": "chorale", **ChoraleTokenizer().configuration()}
    header = {"task": "compose", "tokenizer": tokenizer, "model": network.configuration()}
    return Checkpoint(arrays, header)


def cut(checkpoint: Checkpoint) -> bool:
    engine = CPUEngine(checkpoint)
    opening = Opening(CHORALE.constraint(Controls(bars=2)), 1, engine.past())
    (sequence,) = sample_each(engine, [opening], settings=Settings())
    return sequence.cut


def test_a_piece_is_cut_where_another_bar_was_likelier_than_the_end() -> None:
    assert not cut(model(9.0, 8.0))
    assert cut(model(8.0, 9.0))


def test_a_chorale_that_was_cut_is_drawn_again() -> None:
    asked = Controls(bars=2)
    (ended,) = compose(model(9.0, 8.0), [1], controls=asked, settings=Settings())
    (unended,) = compose(model(8.0, 9.0), [1], controls=asked, settings=Settings())
    assert ended.attempts == 1
    assert unended.attempts > 1
    assert replace(unended, attempts=1).bars == 2
