"""What is known of a piece beforehand, heard louder in composing than in training.

A network learns from people's bars, which slow down before the end, have no melody in an intro, and
are dense or in minor by themselves: so it leans on what it has just read. Its own bars tell it
less, and what it hears beside them must weigh more. So a model's header says, under "louder", by
how much the embeddings of some fields are multiplied in composing: [usually, where it is asked].
What is asked weighs most: a dense piece should be dense, a drawn plan only as dense as songs are.

The factors are chosen on validation pieces, by how pieces end, return and obey; docs/form.md has
what they change.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np

from musicrnn.bounds import check_number
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.form.plan import Plan
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.tokens import Controls, Tokenizer

Loudness = dict[str, tuple[float, float]]

NEAR = 4  # values of bars_left: none, one, two and three bars behind this one
LOUDER: Loudness = {  # usually, where it is asked
    "bars_left": (1.35, 1.35),
    "density": (1.5, 2.5),
    "melody": (2.0, 2.0),
    "likeness": (1.5, 1.5),
    "feel": (3.0, 5.0),
    "fill": (4.0, 5.0),
    "key": (2.5, 2.5),
    "chord": (1.3, 1.3),
}
LOUDER_IN_GROOVES = LOUDER | {"density": (1.5, 4.0)}
LOUDER_IN_TUNES: Loudness = {
    "bars_left": (1.5, 1.5),
    "likeness": (2.0, 2.0),
    "symbols": (2.0, 2.0),
    "key": (1.5, 2.5),
}
MAX_FACTOR = 10.0
ARRAY = "context.weight"


def usual(tokenizer: Tokenizer) -> Loudness:
    """The factors of new models of such tokens."""
    if tokenizer.follows_form:
        return LOUDER_IN_TUNES
    return LOUDER_IN_GROOVES if tokenizer.loops else LOUDER


def louder(model: Checkpoint, controls: Controls, form: Plan = ()) -> Checkpoint:
    """The model as it hears in composing what is asked, a ``form`` too.

    Raises:
        MusicRNNError: its header holds other factors than a model can have.
    """
    factors = _read(model)
    if not factors:
        return model
    wishes = {
        "density": controls.density,
        "key": controls.key,
        "chord": controls.chords,
        "melody": form,
        "likeness": form,
        "feel": controls.feel,
        "fill": controls.fill_every,
    }
    sizes = LanguageConfig.from_json(model.entry("model")).fields
    ends = dict(zip(sizes, accumulate(sizes.values()), strict=True))
    embeddings = np.array(model.arrays[ARRAY])
    for name, (usually, asked) in factors.items():
        end, first = ends[name], ends[name] - sizes[name] + 1  # behind "not known"
        end = first + NEAR if name == "bars_left" else end
        embeddings[first:end] *= asked if wishes.get(name) else usually
    return Checkpoint({**model.arrays, ARRAY: embeddings}, model.metadata)


def _read(model: Checkpoint) -> Loudness:
    """The factors of a model's header; {} for none."""
    if "louder" not in model.metadata:
        return {}
    sizes = LanguageConfig.from_json(model.entry("model")).fields
    found: Loudness = {}
    for name, factors in model.entry("louder").items():
        pair: list[Any] = list(factors) if isinstance(factors, list | tuple) else []
        if name not in sizes or len(pair) != 2:
            raise MusicRNNError(f"the model file's louder {name} = {factors!r} does not fit")
        for factor in pair:
            check_number(f"the model file's louder {name}", factor)
            if not 0 < factor <= MAX_FACTOR:
                raise MusicRNNError(
                    f"the model file's louder {name} must lie above 0, up to {MAX_FACTOR:.0f}, "
                    f"got {factor}"
                )
        found[name] = (float(pair[0]), float(pair[1]))
    return found
