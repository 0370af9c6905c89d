"""Weights in one, two and four bytes a number: what comes back, and what is refused."""

import json
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from musicrnn.checkpoint import Checkpoint, read_holdings
from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import load_model, model_path
from musicrnn.weights import FLOAT16_MAX, MIN_NUMBERS, WEIGHTS, restored, stored

NAMES = ["genre", "folk", "jsb"]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 40),
    tail=st.sampled_from([(300,), (16, 3, 5), (64, 4), (7,)]),
    size=st.sampled_from([1e-30, 1e-6, 1e-3, 0.1, 1.0, 1e4, 1e6]),
    seed=st.integers(0, 2**32 - 1),
)
def test_one_byte_is_within_half_a_scale(
    rows: int, tail: tuple[int, ...], size: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    array = (size * random.standard_t(3, (rows, *tail))).astype(np.float32)
    array[0] = 0
    kept = stored({"w": array}, "int8")
    back = restored(kept)["w"]
    assert back.dtype == np.float32
    assert back.shape == array.shape
    if kept["w"].dtype != np.int8:
        assert array.size < MIN_NUMBERS or np.abs(array).max() > FLOAT16_MAX
        return
    scale = kept["w.scale"].astype(np.float64).reshape(-1, *(1,) * len(tail))
    assert (np.abs(back - array) <= scale * (0.5 + 1e-4)).all()
    assert (scale.ravel() <= 1.002 * np.abs(array).reshape(rows, -1).max(1) / 127 + 2**-24).all()
    assert not back[0].any()


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("name", NAMES)
def test_a_file_made_of_a_file_is_the_same(name: str, weights: Any, tmp_path: Path) -> None:
    first, second = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    model = load_model(name)
    model.save(first, weights=weights)
    Checkpoint.load(first).save(second, weights=weights)
    assert first.read_bytes() == second.read_bytes()
    again = Checkpoint.load(first)
    assert again.arrays.keys() == model.arrays.keys()
    for key, array in model.arrays.items():
        assert again.arrays[key].shape == array.shape
        assert again.arrays[key].dtype == array.dtype
        error = np.abs(again.arrays[key] - array).max(initial=0)
        bound = {"float32": 0, "float16": 2**-11, "int8": 0.5 / 126}[weights]
        assert error <= bound * np.abs(array).max(initial=0)


def test_sizes_are_as_the_header_says(tmp_path: Path) -> None:
    model, path = load_model("folk"), tmp_path / "a.safetensors"
    count = sum(array.size for array in model.arrays.values())
    sizes: list[int] = []
    for weights in WEIGHTS:
        model.save(path, weights=weights)
        holdings = read_holdings(path)
        assert (holdings.weights, holdings.numbers) == (weights, count)
        assert holdings.bytes == path.stat().st_size
        sizes.append(holdings.bytes)
    assert sizes[0] > 3.8 * sizes[2]
    assert sizes[1] < 0.52 * sizes[0]
    assert read_holdings(model_path("folk")).weights == "float16"


def test_what_two_bytes_cannot_hold_stays_as_it_is() -> None:
    arrays = {
        "large": np.array([1e5, 1.0], np.float32),
        "none": np.zeros((0, 400), np.float32),
        "whole": np.arange(300),
    }
    for weights in WEIGHTS:
        back = restored(stored(arrays, weights))
        for name, array in arrays.items():
            assert back[name].dtype == array.dtype
            assert np.array_equal(back[name], array)


def test_no_such_weights(tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match="float32, float16, int8, got 'int4'"):
        load_model("jsb").save(tmp_path / "a.safetensors", weights=cast(Any, "int4"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("scale", "said"),
    [
        (None, "without a scale"),
        (np.ones(19, np.float16), "needs 20 scales"),
        (np.ones((20, 1), np.float16), "needs 20 scales"),
        (np.ones(20, np.float32), "float32"),
        (np.ones(20, np.int8), "int8"),
        (np.full(20, -1, np.float16), "damaged"),
        (np.full(20, np.inf, np.float16), "not finite"),
        (np.full(20, np.nan, np.float16), "not finite"),
    ],
)
def test_files_that_lie_about_scales_are_refused(
    scale: np.ndarray[Any, Any] | None, said: str, tmp_path: Path
) -> None:
    arrays: dict[str, np.ndarray[Any, Any]] = {"w": np.ones((20, 30), np.int8)}
    if scale is not None:
        arrays["w.scale"] = scale
    path = tmp_path / "m.safetensors"
    save_file(arrays, path, metadata={"musicrnn": json.dumps({"format": 1})})
    with pytest.raises(MusicRNNError, match=said) as raised:
        Checkpoint.load(path)
    assert str(path) in str(raised.value)


def test_one_dimension_and_the_byte_below_are_refused() -> None:
    one = np.ones(1, np.float16)
    with pytest.raises(MusicRNNError, match="without a scale"):
        restored({"w": np.ones(1, np.int8), "w.scale": one})
    with pytest.raises(MusicRNNError, match="-127"):
        restored({"w": np.full((1, 300), -128, np.int8), "w.scale": one})


def test_an_array_called_scale_is_no_scale() -> None:
    arrays = {"standard.scale": np.ones(40, np.float32), "standard": np.ones(40, np.float32)}
    assert restored(stored(arrays, "int8")).keys() == arrays.keys()


def test_a_header_with_odd_shapes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    inner = json.dumps({"format": 1})
    for entry in ({"shape": [2]}, {"dtype": "F32", "shape": "ab"}, 3):
        header = json.dumps({"__metadata__": {"musicrnn": inner}, "w": entry}).encode()
        path.write_bytes(len(header).to_bytes(8, "little") + header)
        with pytest.raises(MusicRNNError, match="damaged"):
            read_holdings(path)


def test_the_file_holds_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    load_model("genre").save(path, weights="int8")
    kinds = {name: array.dtype for name, array in load_file(path).items()}
    assert sum(kind == np.int8 for kind in kinds.values()) > 5
    assert set(kinds.values()) <= {np.dtype(np.int8), np.dtype(np.float16)}
