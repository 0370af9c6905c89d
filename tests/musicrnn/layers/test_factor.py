"""A recurrent matrix that was packed, or rounded to bf16, multiplies as it did."""

import pytest
import torch

from musicrnn.layers.factor import MIN_PACKED_ELEMENTS, MIN_PACKED_STEPS, Factor
from musicrnn.layers.private_torch import can_pack
from tests.musicrnn.random_networks import largest, random_stack, random_state, random_tensor

needs_packing = pytest.mark.skipif(
    not can_pack(torch.float32), reason="torch without oneDNN's packed product"
)
ROWS, N, K = 5, 512, 256


def relative(found: torch.Tensor, exact: torch.Tensor) -> float:
    return largest(found - exact) / largest(exact)


def results(factor: Factor) -> list[torch.Tensor]:
    """All that a factor does, float64; what it gets is the same each time."""
    v, g, x = (
        random_tensor(ROWS, n, seed=s, dtype=factor.matrix.dtype)
        for n, s in ((K, 1), (N, 2), (N, 3))
    )
    into = torch.ones(N, K, dtype=factor.matrix.dtype)
    factor.gradient(g, v, into)
    into -= 1
    found = [factor.times(v), factor.add_to(x, v), factor.back(g), into]
    assert found[1].data_ptr() == x.data_ptr()
    assert {part.dtype for part in found} == {factor.matrix.dtype}
    return [part.double() for part in found]


def exact_results(matrix: torch.Tensor) -> list[torch.Tensor]:
    v, g, x = (random_tensor(ROWS, n, seed=s) for n, s in ((K, 1), (N, 2), (N, 3)))
    return [v @ matrix.T, x + v @ matrix.T, g @ matrix, g.T @ v]


@pytest.mark.parametrize(
    ("dtype", "steps", "bf16", "packs", "tolerance"),
    [
        (torch.float64, MIN_PACKED_STEPS, False, False, 1e-12),
        (torch.float32, MIN_PACKED_STEPS - 1, False, False, 1e-5),
        pytest.param(torch.float32, MIN_PACKED_STEPS, False, True, 1e-5, marks=needs_packing),
        (torch.float32, MIN_PACKED_STEPS - 1, True, False, 1e-2),  # bf16 has 8 bits: 1 / 256
        (torch.float32, MIN_PACKED_STEPS, True, can_pack(torch.bfloat16), 1e-2),
    ],
)
def test_products(
    dtype: torch.dtype, steps: int, bf16: bool, packs: bool, tolerance: float
) -> None:
    matrix = random_tensor(N, K, seed=4).to(dtype)
    factor = Factor(matrix, steps=steps, bf16=bf16)
    assert factor.packs == packs
    found, exact = results(factor), exact_results(matrix.double())
    assert max(relative(one, b) for one, b in zip(found, exact, strict=True)) < tolerance
    if bf16:
        assert relative(found[0], exact[0]) > 1e-5  # it was bf16


def test_small_matrices_are_not_packed() -> None:
    rows = MIN_PACKED_ELEMENTS // K - 1
    assert not Factor(torch.zeros(rows, K), steps=MIN_PACKED_STEPS, bf16=False).packs


@needs_packing
@pytest.mark.parametrize("cell", ["np", "gru-cho", "fgr"])  # one, two and two large matrices
def test_a_layer_with_packed_matrices_is_the_layer_in_float64(cell: str, monkeypatch) -> None:
    packed: list[bool] = []
    plain = Factor.__init__

    def watched(self, matrix, **options):
        plain(self, matrix, **options)
        packed.append(self.packs)

    monkeypatch.setattr(Factor, "__init__", watched)
    network = random_stack(cell, inputs=8, hidden=256)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(0.15)  # deviation 0.06: 1 / sqrt(H)
    x = random_tensor(4, MIN_PACKED_STEPS, 8)

    def gradients(dtype: torch.dtype) -> list[torch.Tensor]:
        network.to(dtype)
        state = tuple(part.to(dtype) for part in random_state(network, 4))
        y, end = network(x.to(dtype), state)
        loss = y.square().sum() + end[0].sum()
        return [y.double(), *torch.autograd.grad(loss, list(network.parameters()))]

    exact = gradients(torch.float64)
    assert not any(packed)
    packed.clear()
    found = gradients(torch.float32)
    assert all(packed)
    assert packed
    for one, other in zip(found, exact, strict=True):
        assert relative(one.double(), other) < 1e-4


@pytest.mark.parametrize("cell", ["lstm-peephole", "gru-cho", "depth-gated"])
def test_gradients_under_bf16_are_float32_and_close(cell: str) -> None:
    network = random_stack(cell, layers=2, hidden=16, dtype=torch.float32)
    x = random_tensor(4, 6, 4, dtype=torch.float32)

    def gradients() -> list[torch.Tensor]:
        y, _ = network(x, network.initial_state(4))
        return list(torch.autograd.grad(y.float().square().sum(), list(network.parameters())))

    exact = gradients()
    with torch.autocast("cpu", torch.bfloat16):
        found = gradients()
    assert {part.dtype for part in found} == {torch.float32}
    for one, other in zip(found, exact, strict=True):
        assert 0 < relative(one, other) < 0.1
