"""Pieces drawn side by side, as plain lists: what tests of the sampler compare."""

from collections.abc import Sequence

from musicrnn.sampling.engine import Engine
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sampler import TOKEN_LIMIT, Opening, Seed, sample_each
from musicrnn.tokens.protocol import START, Constraint


def sample(
    engine: Engine,
    constraints: Sequence[Constraint],
    seeds: Sequence[Seed],
    *,
    settings: Settings,
    primer: Sequence[int] = (START,),
    token_limit: int = TOKEN_LIMIT,
) -> list[list[int]]:
    """Ids of one piece for each constraint and seed."""
    pairs = zip(constraints, seeds, strict=True)
    pieces = (Opening(constraint, seed, engine.past()) for constraint, seed in pairs)
    limits = {"slots": len(seeds), "token_limit": token_limit}
    drawn = sample_each(engine, pieces, settings=settings, primer=primer, **limits)
    return [list(draft.ids) for draft in sorted(drawn, key=lambda draft: draft.number)]
