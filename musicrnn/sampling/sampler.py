"""The sampler: one for every model that has a next step and every tokenizer.

For each row: the grammar masks the logits, the filters shape them, a uniform of the row's own
generator picks an id, the engine reads it. A piece depends on its seed alone, not on its batch.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.sampling.engine import Engine
from musicrnn.sampling.filters import Settings, draw, filtered
from musicrnn.tokens.protocol import END, START, Constraint

TOKEN_LIMIT = 200_000


def sample(
    engine: Engine,
    constraints: Sequence[Constraint],
    seeds: Sequence[int | Sequence[int]],
    *,
    settings: Settings,
    primer: Sequence[int] = (START,),
    token_limit: int = TOKEN_LIMIT,
) -> list[list[int]]:
    """Ids of one piece for each constraint and seed, the primer's included.

    A piece ends when its grammar allows the end and the end is drawn.

    Raises:
        MusicRNNError: no constraint, as many seeds as constraints are not given, an empty primer,
            an engine whose logits are not finite, or a piece that has not ended after
            ``token_limit`` ids.
    """
    if not constraints or len(constraints) != len(seeds):
        raise MusicRNNError(
            f"a seed is needed for each of {len(constraints)} pieces, got {len(seeds)}"
        )
    if not primer or primer[0] != START:
        raise MusicRNNError("a primer begins with the start token")
    pieces = [list(primer) for _ in constraints]
    generators = [np.random.default_rng(seed) for seed in seeds]
    engine.begin(len(constraints))
    for constraint in constraints:
        for token in primer:
            constraint.push(token)
    for token in primer[:-1]:
        engine.step(np.full(len(pieces), token, np.int64))

    alive = list(range(len(pieces)))
    for _ in range(token_limit):
        logits = engine.step(np.array([pieces[row][-1] for row in alive], np.int64))
        if not np.isfinite(logits).all():
            raise MusicRNNError(
                "the model gives logits that are not finite: its weights are broken"
            )
        masks = np.stack([constraints[row].allowed() for row in alive])
        shaped = np.where(masks, logits.astype(np.float64), -np.inf)
        shaped = filtered(shaped, settings, [pieces[row] for row in alive])
        uniforms = np.array([generators[row].random() for row in alive])
        for row, token in zip(alive, draw(shaped, uniforms).tolist(), strict=True):
            pieces[row].append(token)
            constraints[row].push(token)
        going_on = [index for index, row in enumerate(alive) if pieces[row][-1] != END]
        if not going_on:
            break
        if len(going_on) < len(alive):
            alive = [alive[index] for index in going_on]
            engine.keep(np.array(going_on))
    else:
        raise MusicRNNError(
            f"a piece has not ended after {token_limit} tokens: ask for fewer bars or seconds"
        )
    return pieces
