"""Every head is a probability of whole frames: it sums to 1, and what is drawn follows it."""

import itertools

import numpy as np
import pytest
import torch
from scipy.stats import chi2

from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frame_context import frame_context
from musicrnn.networks.frame_encoders import context_frames
from musicrnn.networks.frames import FrameModel
from musicrnn.training.frames.objective import window

PITCHES = 6
KINDS = [
    ("whole", "bernoulli", 1),
    ("whole", "nade", 1),
    ("whole", "nade", 5),
    ("whole", "recurrent", 2),
    ("tied", "bernoulli", 1),
    ("tied", "nade", 2),
    ("tied", "recurrent", 1),
]
each_kind = pytest.mark.parametrize(("body", "head", "orders"), KINDS)
each_past = pytest.mark.parametrize("with_context", [False, True])
ALL = np.array(list(itertools.product((0, 1), repeat=PITCHES)), np.uint8)  # [64, P]


def model(body: str, head: str, orders: int, with_context: bool = False, **sizes) -> FrameModel:
    torch.manual_seed(0)
    sizes = {"hidden": 7, "head_hidden": 5, "inner": 6, **sizes}
    config = FrameConfig(
        pitches=PITCHES,
        body=body,
        head=head,
        orders=orders,
        clock=with_context,
        copy=with_context,
        **sizes,
    )
    network = FrameModel(config).double().eval()
    with torch.no_grad():  # far from the start, where every pitch is nearly as likely as not
        for parameter in network.parameters():
            parameter.add_(0.5 * torch.randn_like(parameter))
    return network


def piece(length: int, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random((length, PITCHES)) < 0.4).astype(np.uint8)


def losses(network: FrameModel, frames: np.ndarray) -> torch.Tensor:
    """Of a piece read whole, [T]."""
    features, wanted, _ = window(
        [frame_context(frames, network.config)], 0, len(frames), network.config
    )
    with torch.no_grad():
        found, _ = network(features.double(), wanted.double(), network.initial_state(1))
    return found[0]


def chances(network: FrameModel, past: np.ndarray) -> np.ndarray:
    """The probability of each of ALL after ``past``, [64]."""
    return np.exp([-float(losses(network, np.vstack([past, frame]))[-1]) for frame in ALL])


@each_kind
@each_past
@pytest.mark.parametrize("context", [0, 3])
def test_the_probabilities_of_all_frames_sum_to_one(
    body, head, orders, with_context, context
) -> None:
    network = model(body, head, orders, with_context, context=context)
    for length in (0, 1, 7):
        found = chances(network, piece(length))
        assert abs(found.sum() - 1) < 1e-10
        assert found.max() > 2 * found.min()


@each_kind
def test_what_is_drawn_follows_the_probabilities(body, head, orders) -> None:
    network, count = model(body, head, orders, with_context=True), 20_000
    past = piece(7)
    context = frame_context(np.vstack([past, past[:1]]), network.config)
    features = torch.from_numpy(context.features(0, 8, network.config)).double()[None]
    with torch.no_grad():
        _, state = network.body(features[:, :7], network.initial_state(1))
        many = tuple(part.repeat(1, count, 1) for part in state)
        uniforms = torch.from_numpy(np.random.default_rng(0).random((count, PITCHES + 1)))
        frames, _ = network.draw(features[:, 7:].repeat(count, 1, 1), many, uniforms)
    numbers = (frames.numpy() @ 2 ** np.arange(PITCHES - 1, -1, -1)).astype(int)
    seen = np.bincount(numbers, minlength=64)
    wanted = count * chances(network, past)
    often = wanted >= 5
    seen = np.append(seen[often], seen[~often].sum())
    wanted = np.append(wanted[often], wanted[~often].sum())
    statistic = float(((seen - wanted) ** 2 / np.maximum(wanted, 1e-9))[wanted > 0].sum())
    assert chi2.sf(statistic, len(wanted) - 1) > 1e-3


@each_kind
@each_past
def test_a_frame_changes_nothing_before_it(body, head, orders, with_context) -> None:
    network, frames = model(body, head, orders, with_context), piece(12)
    changed = frames.copy()
    changed[8] = 1 - changed[8]
    before, after = losses(network, frames), losses(network, changed)
    assert torch.equal(before[:8], after[:8])
    assert not torch.allclose(before[9:], after[9:])


@each_kind
@each_past
def test_a_piece_in_two_parts_is_the_piece(body, head, orders, with_context) -> None:
    network, frames = model(body, head, orders, with_context, context=3), piece(12)
    whole = frame_context(frames, network.config)
    state, parts = network.initial_state(1), []
    for first, length in ((0, 5), (5, 7)):
        features, wanted, _ = window([whole], first, length, network.config)
        with torch.no_grad():
            found, state = network(features.double(), wanted.double(), state)
        parts.append(found[0])
    torch.testing.assert_close(torch.cat(parts), losses(network, frames))


@each_kind
@each_past
def test_saved_and_loaded_it_says_the_same(body, head, orders, with_context) -> None:
    network = model(body, head, orders, with_context, context=3)
    again = FrameModel.from_arrays(network.configuration(), network.arrays()).double().eval()
    for parameter, other in zip(network.parameters(), again.parameters(), strict=True):
        with torch.no_grad():  # a file is loaded as float32
            parameter.copy_(other)
    assert torch.equal(losses(network, piece(9)), losses(again, piece(9)))


@pytest.mark.parametrize("body", ["whole", "tied"])
def test_composing_reads_what_it_wrote(body) -> None:
    network = model(body, "nade", 2, with_context=True).float()
    made = network.compose(20, 3, np.random.default_rng(5))
    again = network.compose(20, 3, np.random.default_rng(5))
    assert made.shape == (3, 20, PITCHES)
    assert np.array_equal(made, again)
    assert not np.array_equal(made[0], made[1])


def test_orders_are_averaged_as_probabilities() -> None:
    network, past = model("whole", "nade", 3), piece(4)
    mean, alone = chances(network, past), []
    heads, orders = network.head.heads, network.head.orders
    for index in (0, 1, 2):  # a network of one order may be told another by its first
        network.head.heads, network.head.orders = (
            [heads[0], heads[index]],
            [orders[0], orders[index]],
        )
        pair = 2 * chances(network, past)
        alone.append(pair - alone[0] if index else pair / 2)
    np.testing.assert_allclose(mean, np.mean(alone, axis=0), rtol=1e-9)
    assert all(abs(one.sum() - 1) < 1e-10 and one.min() > 0 for one in alone)
    assert np.abs(alone[0] - alone[1]).max() > 1e-3


def test_a_tied_network_knows_intervals_alone() -> None:
    """Without weights of a pitch's own, the same music elsewhere on the keys has the same odds."""
    config = FrameConfig(
        pitches=40, body="tied", head="nade", hidden=7, inner=6, clock=True, copy=True
    )
    torch.manual_seed(0)
    network = FrameModel(config).double().eval()
    low = np.zeros((9, 40), np.uint8)
    low[:, 10:16] = piece(9)

    def odds(frames: np.ndarray) -> torch.Tensor:
        features, wanted, _ = window([frame_context(frames, config)], 0, 9, config)
        features, wanted = features.double(), wanted.double()
        with torch.no_grad():
            y, _ = network.body(features, network.initial_state(1))
            return network.head.heads[0].logits(y[0], context_frames(features, config), wanted[0])

    high = np.roll(low, 9, axis=1)
    torch.testing.assert_close(odds(low)[:, :31], odds(high)[:, 9:])
    with torch.no_grad():
        network.body.pitch.normal_()
    assert not torch.allclose(odds(low)[:, :31], odds(high)[:, 9:])
