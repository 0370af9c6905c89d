"""The end is heard louder in a saved network than in training, and nothing else is."""

import numpy as np
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import FIELDS, sizes
from musicrnn.context.fields import written as as_text
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.training.compose.ending import ARRAY, with_louder_end

KIT = BeatTokenizer((128,), velocity_bins=2, chords=False)


def network(fields: tuple[str, ...]) -> LanguageModel:
    torch.manual_seed(0)
    found = sizes(KIT.readings(), len(KIT.vocabulary))
    heard = as_text({name: found[name] for name in fields})
    shape = {"vocabulary": len(KIT.vocabulary), "embedding": 6, "hidden": 8, "context": heard}
    return LanguageModel(LanguageConfig(**shape))


def test_the_last_four_bars_are_heard_so_many_times_as_loud() -> None:
    model = network(FIELDS)
    made = Checkpoint(model.arrays(), {"task": "compose"})
    louder = with_louder_end(made, model, 3.0)
    assert louder.metadata == made.metadata
    changed = louder.arrays[ARRAY] / made.arrays[ARRAY]
    expected = np.ones_like(changed)
    expected[1:5] = 3  # bars_left is the first field, its value 0 is "not known"
    np.testing.assert_allclose(changed, expected, rtol=1e-6)
    others = {name for name in made.arrays if name != ARRAY}
    assert all(louder.arrays[name] is made.arrays[name] for name in others)


def test_a_network_that_does_not_hear_the_end_stays_as_it_is() -> None:
    for fields in ((), ("position", "key")):
        model = network(fields)
        made = Checkpoint(model.arrays(), {})
        assert with_louder_end(made, model, 3.0) is made
    model = network(FIELDS)
    made = Checkpoint(model.arrays(), {})
    assert with_louder_end(made, model, 1.0) is made
