"""No piece is made better after it was drawn: each id is what the seed's number picks out of the
model's own probabilities under grammar and settings, and the notes are those of the ids."""

import numpy as np
import pytest

from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import compose
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.loudness import louder
from musicrnn.sampling.planning import Planner
from musicrnn.sampling.velocities import with_own_velocities
from musicrnn.tokens import Controls, tokenizer_from
from musicrnn.tokens.protocol import END, START

ASKED = {
    "pop": {"bars": 6, "key": (2, False), "density": 2},
    "folk": {"bars": 4},
    "drums": {"bars": 2},
}


def probabilities(
    logits: np.ndarray, allowed: np.ndarray, closing: int, temperature: float, min_p: float
) -> np.ndarray:
    """As the filters' text says, written anew."""
    chances = np.where(allowed, np.exp(logits - logits.max()), 0.0)
    if closing >= 0 and allowed[END]:
        chances[END] += np.exp(logits[closing] - logits.max())
    chances = chances ** (1 / temperature)
    chances[chances < min_p * chances.max()] = 0.0
    return chances / chances.sum()


@pytest.mark.parametrize("style", ASKED)
def test_every_id_was_drawn_and_none_was_changed(style: str) -> None:
    checkpoint, settings = load_model(style), STYLES[style].settings
    tokenizer = tokenizer_from(checkpoint.entry("tokenizer"))
    controls = Controls(**ASKED[style])
    for piece in compose(checkpoint, [1, 2], controls=controls, settings=settings):
        seed = [piece.seed, piece.attempts - 1]
        hearing = with_own_velocities(louder(checkpoint, controls), tokenizer, settings)
        engine, random = CPUEngine(hearing), np.random.default_rng(seed)
        engine.begin(1)
        known = Planner(checkpoint, tokenizer, controls).foresight
        constraint = known.constraint(tokenizer, controls, seed)
        past = engine.past(known.outlook(seed))
        assert piece.ids[0] == START
        for token, after in zip(piece.ids[:-1], piece.ids[1:], strict=True):
            constraint.push(token)
            if past is not None:
                past.push(token)
            step = np.array([engine.inputs(token, past)], np.int64)
            logits = engine.step(step if step.shape[1] > 1 else step[:, 0])[0].astype(np.float64)
            chances = probabilities(
                logits,
                constraint.allowed(),
                constraint.closing(),
                settings.temperature,
                settings.min_p,
            )
            assert chances[after] > 0
            sums, uniform = chances.cumsum(), random.random()
            assert sums[after] - chances[after] - 1e-9 <= uniform < sums[after] + 1e-9
        assert piece.ids[-1] == END
        assert tokenizer.decode(piece.ids).tracks == piece.score.tracks
