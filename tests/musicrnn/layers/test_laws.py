"""What holds of every recurrent cell, of its options, of one layer and of three.

Nothing here knows a cell by name: a new one in CELLS is covered by being listed. Bits are compared
where the same computation is done on the same shapes, and 1e-12 where it is cut up in another way.
"""

import pytest
import torch
from torch import Tensor

from musicrnn.checkpoint import Checkpoint
from musicrnn.layers.settings import LayerSettings
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from tests.musicrnn.random_networks import (
    BATCH,
    HIDDEN,
    INPUTS,
    STEPS,
    VARIANTS,
    largest,
    outputs,
    random_stack,
    random_state,
    random_tensor,
    title,
)

X = random_tensor(BATCH, STEPS, INPUTS)
every_stack = pytest.mark.parametrize(
    ("cell", "settings", "layers"),
    [(cell, settings, layers) for cell, settings in VARIANTS for layers in (1, 3)],
    ids=title,
)


def differ(found: tuple[Tensor, ...], expected: tuple[Tensor, ...]) -> float:
    return max(largest(one - other) for one, other in zip(found, expected, strict=True))


@every_stack
def test_no_output_hears_a_later_input(cell: str, settings: LayerSettings, layers: int) -> None:
    network = random_stack(cell, settings, layers=layers)
    y = outputs(network, X)
    for k in (1, STEPS // 2, STEPS - 1):
        other = X.clone()
        other[:, k] += 1.0
        assert torch.equal(outputs(network, other)[:, :k], y[:, :k])
    other = X.clone()
    other[:, 0] += 1.0
    assert largest(outputs(network, other)[:, 0] - y[:, 0]) > 1e-3  # all modules wake at step 0


@every_stack
def test_rows_of_a_batch_do_not_hear_each_other(
    cell: str, settings: LayerSettings, layers: int
) -> None:
    network = random_stack(cell, settings, layers=layers)
    y = outputs(network, X)
    other = X.clone()
    other[1:] += 1.0
    assert torch.equal(outputs(network, other)[0], y[0])
    for row in range(BATCH):
        assert largest(outputs(network, X[row : row + 1])[0] - y[row]) < 1e-12


@every_stack
@torch.no_grad()
def test_a_sequence_may_be_read_in_pieces(cell: str, settings: LayerSettings, layers: int) -> None:
    network = random_stack(cell, settings, layers=layers)
    start = random_state(network, clock=1)
    kept = tuple(part.clone() for part in start)
    whole, end = network(X, start)
    for size in (1, 4):  # step by step, and in pieces of unequal length
        state, pieces = start, []
        for piece in X.split(size, 1):
            y, state = network(piece, state)
            pieces.append(y)
        assert largest(torch.cat(pieces, 1) - whole) < 1e-12
        assert differ(state, end) < 1e-12
    for part, before in zip(start, kept, strict=True):
        assert torch.equal(part, before)  # a state that was handed in is still good
    assert largest(whole - network(X, network.initial_state(BATCH))[0]) > 1e-3


@every_stack
def test_padding_changes_nothing_before_it(cell: str, settings: LayerSettings, layers: int) -> None:
    network = random_stack(cell, settings, layers=layers)
    padded = torch.zeros(BATCH, STEPS + 2, INPUTS, dtype=X.dtype)
    lengths = (STEPS, 4, 1)
    for row, length in enumerate(lengths):
        padded[row, :length] = X[row, :length]
    y = outputs(network, padded)
    for row, length in enumerate(lengths):
        alone = outputs(network, X[row : row + 1, :length])
        assert largest(y[row, :length] - alone[0]) < 1e-12


@pytest.mark.parametrize(
    ("cell", "settings"),
    [*VARIANTS, ("lstm", LayerSettings(norm=True, residual=True, zoneout=0.1))],
    ids=title,
)
def test_a_saved_model_is_the_same_bit_for_bit(
    cell: str, settings: LayerSettings, tmp_path
) -> None:
    torch.manual_seed(0)
    config = LanguageConfig(
        vocabulary=11, cell=cell, embedding=5, hidden=HIDDEN, layers=3, layer=settings
    )
    model = LanguageModel(config).eval()
    path = tmp_path / "model.safetensors"
    Checkpoint(model.arrays(), {"task": "compose", "model": model.configuration()}).save(path)
    read = Checkpoint.load(path)
    loaded = LanguageModel.from_arrays(read.entry("model"), read.arrays).eval()
    assert loaded.config == config
    ids = torch.arange(22).view(2, 11) % 11
    with torch.no_grad():
        logits, state = model(ids, model.initial_state(2))
        again, state_again = loaded(ids, loaded.initial_state(2))
    assert torch.equal(logits, again)
    assert all(torch.equal(a, b) for a, b in zip(state, state_again, strict=True))


def test_output_weights_that_are_the_embeddings_stay_so_after_loading() -> None:
    model = LanguageModel(LanguageConfig(vocabulary=11, embedding=6, hidden=6, tied=True))
    loaded = LanguageModel.from_arrays(model.configuration(), model.arrays())
    assert loaded.output.weight is loaded.embedding.weight
    assert torch.equal(loaded.output.weight, model.output.weight)


@every_stack
@torch.no_grad()
def test_bf16_keeps_states_in_float32_and_is_close(
    cell: str, settings: LayerSettings, layers: int
) -> None:
    network = random_stack(cell, settings, layers=layers, dtype=torch.float32)
    for parameter in network.parameters():
        parameter.mul_(0.5)  # towards 0.2, a usual start
    x = X.float()
    exact, ends = network(x, network.initial_state(BATCH))
    with torch.autocast("cpu", torch.bfloat16):
        y, state = network(x, network.initial_state(BATCH))
    assert {part.dtype for part in state} == {torch.float32}
    assert largest(y - exact) < 0.03 * (1 + largest(exact))
    assert differ(state, ends) < 0.05 * (1 + max(largest(end) for end in ends))


def test_a_memory_goes_up_in_float32_under_bf16() -> None:
    network = random_stack("depth-gated", layers=2, dtype=torch.float32)
    with torch.autocast("cpu", torch.bfloat16), torch.no_grad():
        flow, _ = network.layers[0]((X.float(),), tuple(p[0] for p in network.initial_state(BATCH)))
        weights = {n.removesuffix("_l0"): p for n, p in network.layers[1].named_parameters()}
        handed = network.cell.from_input(weights, flow)[..., -HIDDEN:]
    assert torch.equal(handed, flow[1])
