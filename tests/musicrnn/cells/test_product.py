"""Packed matrices: right, the same bits for any number of rows, and near in fewer bits."""

import numpy as np
import pytest

from musicrnn.cells.compiled import compiled, exp, one_minus_exp, sigmoid, tanh
from musicrnn.cells.product import (
    MAX_INPUTS,
    WEIGHT_FORMATS,
    PackedWeights,
    pack_matrix,
    pack_parameter,
    product,
)
from musicrnn.errors import MusicRNNError

SHAPES = [(1, 1), (3, 5), (64, 16), (65, 7), (200, 129), (512, 384)]


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@pytest.mark.parametrize("kind", WEIGHT_FORMATS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_product_is_the_product(shape: tuple[int, int], kind: str) -> None:
    matrix, bias = drawn(*shape), drawn(shape[0], seed=1)
    x = drawn(11, shape[1], seed=2)
    exact = x.astype(np.float64) @ matrix.astype(np.float64).T
    largest = np.abs(x) @ np.abs(matrix).T
    steps = np.abs(x).sum(1, keepdims=True) * np.abs(matrix).max(1)
    steps += np.abs(x).max(1, keepdims=True) * np.abs(matrix).sum(1) / 16
    bound = {
        "float32": largest * 2e-6,
        "bfloat16": largest * 2.0**-8,
        "int8": steps / 127 * 0.51 + 1e-5,
    }[kind]
    for b in (None, bias):
        found = product(pack_matrix(matrix, kind), b, x)
        assert found.dtype == np.float32
        assert (np.abs(found - exact - (0 if b is None else b)) <= bound + 1e-6).all()


@pytest.mark.parametrize("kind", WEIGHT_FORMATS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_row_is_the_same_bits_among_any_number_of_rows(shape: tuple, kind: str) -> None:
    weight, bias, x = pack_matrix(drawn(*shape), kind), drawn(shape[0]), drawn(70, shape[1], seed=2)
    alone = np.concatenate([product(weight, bias, x[row : row + 1]) for row in range(70)])
    for rows in (2, 7, 8, 9, 64, 70):
        np.testing.assert_array_equal(product(weight, bias, x[:rows]), alone[:rows])


def test_long_rows_of_int8_do_not_overflow() -> None:
    matrix, x = np.ones((64, MAX_INPUTS), np.float32), np.ones((9, MAX_INPUTS), np.float32)
    np.testing.assert_allclose(product(pack_matrix(matrix, "int8"), None, x), MAX_INPUTS, rtol=1e-3)
    wider = pack_matrix(np.ones((64, MAX_INPUTS + 1), np.float32), "int8")
    assert wider.panels.dtype == np.float32


@pytest.mark.parametrize("kind", WEIGHT_FORMATS)
def test_what_is_not_finite_does_not_become_finite(kind: str) -> None:
    weight, x = pack_matrix(drawn(64, 16), kind), drawn(4, 16)
    x[1, 5] = np.inf
    x[2] = 0
    x[3, 5] = np.nan
    found = product(weight, None, x)
    assert np.isfinite(found[0]).all()
    assert not np.isfinite(found[[1, 3]]).any()
    assert not found[2].any()


@pytest.mark.parametrize("kind", WEIGHT_FORMATS)
def test_next_to_nothing_is_next_to_nothing(kind: str) -> None:
    found = product(pack_matrix(drawn(64, 16), kind), None, np.full((3, 16), 1e-42, np.float32))
    assert (np.abs(found) < 1e-40).all()


def test_columns_that_do_not_lie_together_are_read_right() -> None:
    weight, x = pack_matrix(drawn(9, 6)), drawn(5, 12)
    np.testing.assert_array_equal(
        product(weight, None, x[:, 3:9]), product(weight, None, x[:, 3:9].copy())
    )


def test_only_single_precision_matrices_are_packed() -> None:
    assert isinstance(pack_parameter(drawn(4, 3)), PackedWeights)
    assert pack_parameter(drawn(4, 3).astype(np.float64)).dtype == np.float64
    assert pack_parameter(drawn(4)).shape == (4,)
    with pytest.raises(MusicRNNError, match="weights must be one of float32, bfloat16, int8"):
        pack_matrix(drawn(4, 3), "int4")
    with pytest.raises(ValueError, match="do not fit a matrix"):
        product(pack_matrix(drawn(4, 3)), None, drawn(2, 4))


def test_the_logistic_functions_are_near_to_the_exact_ones() -> None:
    @compiled
    def of_all(x, found):
        for place in range(x.size):
            found[0, place], found[1, place] = exp(x[place]), sigmoid(x[place])
            found[2, place], found[3, place] = tanh(x[place]), one_minus_exp(-abs(x[place]) / 50)

    x = np.linspace(-87, 88, 400_001)
    found = np.empty((4, x.size), np.float32)
    of_all(x.astype(np.float32), found)
    x = x.astype(np.float32).astype(np.float64)
    np.testing.assert_allclose(found[0], np.exp(x), rtol=1.2e-7)
    np.testing.assert_allclose(found[1], 1 / (1 + np.exp(-x)), rtol=3e-7, atol=1e-37)
    np.testing.assert_allclose(found[2], np.tanh(x), atol=2e-7)
    down = (-np.abs(x.astype(np.float32)) / 50).astype(np.float64)
    np.testing.assert_allclose(found[3], -np.expm1(down), rtol=5e-7)
    wide, x = np.empty((4, 400_001)), np.linspace(-707, 708, 400_001)
    of_all(x, wide)
    np.testing.assert_allclose(wide[0], np.exp(x), rtol=1e-15)
    ends = np.array([-np.inf, -1e30, -200, 200, 1e30, np.inf], np.float32)
    found = np.empty((4, 6), np.float32)
    of_all(ends, found)
    np.testing.assert_allclose(found[1], [0, 0, 0, 1, 1, 1], atol=1e-37)
    np.testing.assert_array_equal(found[2], [-1, -1, -1, 1, 1, 1])
    of_all(np.full(6, np.nan, np.float32), found)
    assert np.isnan(found[:3]).all()
