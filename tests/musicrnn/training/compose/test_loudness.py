"""Some fields are heard louder in a saved network than in training, and nothing else is."""

from typing import Any

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import FIELDS, sizes
from musicrnn.context.fields import written as as_text
from musicrnn.errors import MusicRNNError
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.training.compose.loudness import ARRAY, LOUDER, as_learnt, louder

KIT = BeatTokenizer((128,), velocity_bins=2, chords=False)


def network(fields: tuple[str, ...]) -> LanguageModel:
    torch.manual_seed(0)
    found = sizes(KIT.readings(), len(KIT.vocabulary))
    heard = as_text({name: found[name] for name in fields})
    shape = {"vocabulary": len(KIT.vocabulary), "embedding": 6, "hidden": 8, "context": heard}
    return LanguageModel(LanguageConfig(**shape))


def test_rows_of_the_chosen_fields_are_so_many_times_as_large() -> None:
    model = network(FIELDS)
    made = Checkpoint(model.arrays(), {"task": "compose"})
    loud = louder(made, model)
    assert loud.metadata == {**made.metadata, "louder": LOUDER}
    changed = loud.arrays[ARRAY] / made.arrays[ARRAY]
    expected = np.ones_like(changed)
    expected[1:5] = LOUDER["bars_left"]  # the first field; its value 0 is "not known"
    found = sizes(KIT.readings(), len(KIT.vocabulary))
    for name in ("density", "key", "chord"):
        first = sum(found[before] for before in FIELDS[: FIELDS.index(name)])
        expected[first + 1 : first + found[name]] = LOUDER[name]
    np.testing.assert_allclose(changed, expected, rtol=1e-6)
    others = {name for name in made.arrays if name != ARRAY}
    assert all(loud.arrays[name] is made.arrays[name] for name in others)

    back = as_learnt(Checkpoint(loud.arrays, {**loud.metadata, "model": model.configuration()}))
    for name, weights in made.arrays.items():
        np.testing.assert_allclose(back[name], weights, rtol=1e-6)


@pytest.mark.parametrize("louder", [{"key": 0}, {"key": "loud"}, {"volume": 2.0}, {"key": 1e9}])
def test_factors_that_no_model_has_are_refused(louder: dict[str, Any]) -> None:
    model = network(FIELDS)
    metadata = {"model": model.configuration(), "louder": louder}
    with pytest.raises(MusicRNNError, match="louder"):
        as_learnt(Checkpoint(model.arrays(), metadata))


def test_a_network_that_does_not_hear_them_stays_as_it_is() -> None:
    for fields in ((), ("melody", "position")):
        model = network(fields)
        made = Checkpoint(model.arrays(), {})
        assert louder(made, model) is made
