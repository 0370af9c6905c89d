"""Some fields are heard louder in composing than they were learnt, most where they are asked."""

from typing import Any

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import FIELDS, sizes
from musicrnn.context.fields import written as as_text
from musicrnn.errors import MusicRNNError
from musicrnn.form.plan import parse_plan
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.pretrained import load_model
from musicrnn.sampling.loudness import ARRAY, Loudness, louder, usual
from musicrnn.tokens import Controls, tokenizer_from
from musicrnn.tokens.beat import BeatTokenizer

KIT = BeatTokenizer((128,), velocity_bins=2, chords=False)
FACTORS: Loudness = {"bars_left": (3.0, 3.0), "density": (2.0, 5.0), "likeness": (0.5, 7.0)}


def model(fields: tuple[str, ...], factors: Any = None) -> Checkpoint:
    torch.manual_seed(0)
    found = sizes(KIT.readings(), len(KIT.vocabulary))
    heard = as_text({name: found[name] for name in fields})
    shape = {"vocabulary": len(KIT.vocabulary), "embedding": 6, "hidden": 8, "context": heard}
    network = LanguageModel(LanguageConfig(**shape))
    header = {} if factors is None else {"louder": factors}
    return Checkpoint(network.arrays(), {"model": network.configuration(), **header})


@pytest.mark.parametrize(
    ("controls", "form", "expected"),
    [
        (Controls(), "", {"bars_left": 3.0, "density": 2.0, "likeness": 0.5}),
        (Controls(density=1), "", {"bars_left": 3.0, "density": 5.0, "likeness": 0.5}),
        (Controls(key=(0, False)), "A4", {"bars_left": 3.0, "density": 2.0, "likeness": 7.0}),
    ],
)
def test_rows_of_the_chosen_fields_are_so_many_times_as_large(
    controls: Controls, form: str, expected: dict[str, float]
) -> None:
    made = model(FIELDS, FACTORS)
    loud = louder(made, controls, parse_plan(form) if form else ())
    changed = loud.arrays[ARRAY] / made.arrays[ARRAY]
    wanted = np.ones_like(changed)
    found = sizes(KIT.readings(), len(KIT.vocabulary))
    for name, factor in expected.items():
        first = 1 + sum(found[before] for before in FIELDS[: FIELDS.index(name)])  # 0: not known
        wanted[first : first + (4 if name == "bars_left" else found[name] - 1)] = factor
    np.testing.assert_allclose(changed, wanted, rtol=1e-6)
    others = {name for name in made.arrays if name != ARRAY}
    assert all(loud.arrays[name] is made.arrays[name] for name in others)


def test_a_model_whose_header_says_nothing_stays_as_it_is() -> None:
    for made in (model(()), model(FIELDS)):
        assert louder(made, Controls(density=3)) is made


@pytest.mark.parametrize("name", ["pop", "drums"])
def test_bundled_models_hear_what_training_would_write(name: str) -> None:
    bundled = load_model(name)
    heard = LanguageConfig.from_json(bundled.entry("model")).fields
    factors = usual(tokenizer_from(bundled.entry("tokenizer")))
    assert bundled.metadata["louder"] == {n: list(p) for n, p in factors.items() if n in heard}


@pytest.mark.parametrize(
    "factors",
    [
        {"key": [0, 1]}, {"key": ["loud", 1]}, {"volume": [2.0, 2.0]}, {"key": [1e9, 1]},
        {"key": 2.0}, {"key": [2.0]}, {"key": [float("nan"), 1]}, "loud",
    ],
)  # fmt: skip
def test_factors_that_no_model_has_are_refused(factors: Any) -> None:
    with pytest.raises(MusicRNNError, match=r"louder"):
        louder(model(FIELDS, factors), Controls())
