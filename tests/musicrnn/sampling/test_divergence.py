"""Lighter weights against exact ones: nothing from itself, and as torch computes it from others."""

import numpy as np
import pytest
import torch

from musicrnn.cells.product import WEIGHT_FORMATS
from musicrnn.cells.tile import PANEL, PANEL_OF_PAIRS
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.layers.settings import LayerSettings
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.networks.scoring import piece_losses
from musicrnn.sampling.divergence import (
    BATCH_PIECES,
    format_figures,
    matrix_bytes,
    read_beside,
    truncated,
)
from musicrnn.sampling.engine import CPUEngine
from tests.benchmarks.recurrent.torch_engine import TorchEngine

VOCABULARY, HIDDEN, EMBEDDING = 30, 64, 24


def model_of(cell: str = "lstm", seed: int = 3, **settings) -> tuple[LanguageModel, Checkpoint]:
    """Every weight drawn wide enough that it matters."""
    config = LanguageConfig(
        vocabulary=VOCABULARY,
        cell=cell,
        **{"embedding": EMBEDDING, "hidden": HIDDEN, **settings},
    )
    model = LanguageModel(config).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.15 * torch.randn(parameter.shape, generator=generator))
    metadata = {"task": "compose", "model": model.configuration()}
    return model, Checkpoint(model.arrays(), metadata)


def random_pieces(count: int, longest: int = 20) -> list[np.ndarray]:
    """Of 1 to ``longest`` ids, in no order of length."""
    random = np.random.default_rng(1)
    lengths = random.permutation(np.arange(count) % longest + 1)
    return [random.integers(0, VOCABULARY, length).astype(np.int32) for length in lengths]


@pytest.mark.parametrize("cell", ["lstm", "gru", "elman"])
def test_float32_is_nowhere_away_from_itself(cell: str) -> None:
    _, checkpoint = model_of(cell)
    found = read_beside([CPUEngine(checkpoint), CPUEngine(checkpoint)], random_pieces(40))
    assert (found.divergence == 0).all()
    assert (found.nats[0] == found.nats[1]).all()
    assert (found.nats > 0).all()


def test_the_likelihood_is_that_of_the_torch_model() -> None:
    model, checkpoint = model_of()
    pieces = random_pieces(BATCH_PIECES + 30)
    found = read_beside([CPUEngine(checkpoint), TorchEngine(model)], pieces)
    expected = np.concatenate(piece_losses(model, pieces))
    assert found.nats.shape == (2, len(expected)) == (2, sum(len(ids) - 1 for ids in pieces))
    for nats in found.nats:
        np.testing.assert_allclose(np.sort(nats), np.sort(expected), atol=2e-6)
    assert found.divergence[1].max() < 1e-10


def test_the_divergence_is_that_of_torch() -> None:
    one, first = model_of(seed=1)
    other, second = model_of(seed=2)
    (piece,) = pieces = [np.random.default_rng(2).integers(0, VOCABULARY, 12).astype(np.int32)]
    found = read_beside([CPUEngine(first), CPUEngine(second)], pieces)
    ids = torch.from_numpy(piece.astype(np.int64))[None, :-1]
    with torch.no_grad():
        p, q = (
            model(ids, model.initial_state(1))[0][0].double().log_softmax(-1)
            for model in (one, other)
        )
    expected = torch.nn.functional.kl_div(q, p, reduction="none", log_target=True).sum(-1)
    assert expected.min() > 0.01
    np.testing.assert_allclose(found.divergence[1], expected.numpy(), rtol=1e-4)


@pytest.mark.parametrize("cell", ["lstm", "gru", "mingru"])
def test_the_fewer_bits_the_farther(cell: str) -> None:
    _, checkpoint = model_of(cell)
    exact, half, byte = format_figures(checkpoint, random_pieces(60))
    assert [one.weights for one in (exact, half, byte)] == list(WEIGHT_FORMATS)
    assert (exact.divergence, exact.divergence_largest, exact.change) == (0, 0, 0)
    assert 0 < half.divergence < byte.divergence / 2
    for one in (half, byte):
        assert one.divergence < one.divergence_99 < one.divergence_largest
        assert one.change == pytest.approx(one.nats_per_token / exact.nats_per_token - 1)
        assert one.change != 0


@pytest.mark.parametrize("tied", [False, True])
def test_bytes_are_those_of_the_matrices(tied: bool) -> None:
    _, checkpoint = model_of("gru", embedding=HIDDEN, layers=2, tied=tied)
    rows = [3 * HIDDEN] * 4 + [VOCABULARY]  # of the matrices, HIDDEN columns each
    for kind, each, panel in (
        ("float32", 4, PANEL),
        ("bfloat16", 2, PANEL),
        ("int8", 1, PANEL_OF_PAIRS),
    ):
        weights = sum(-(-count // panel) * panel for count in rows) * HIDDEN
        assert matrix_bytes(CPUEngine(checkpoint, kind)) == each * weights + 4 * sum(rows)


def test_layers_that_share_their_weights_count_once() -> None:
    def size(tied: bool, layers: int) -> int:
        settings = LayerSettings(tied=tied)
        return matrix_bytes(CPUEngine(model_of("grid", layers=layers, layer=settings)[1]))

    assert size(True, 2) == size(True, 3)
    assert size(False, 2) < size(False, 3)


def test_attention_is_held_too() -> None:
    _, plain = model_of()
    _, attending = model_of(layer=LayerSettings(attention=5))
    assert matrix_bytes(CPUEngine(attending)) > matrix_bytes(CPUEngine(plain))
    exact, half, byte = format_figures(attending, random_pieces(20))
    assert exact.divergence == 0 < half.divergence < byte.divergence


@pytest.mark.parametrize(("limit", "length"), [(1000, None), (26, None), (25, 11), (10, 3), (2, 1)])
def test_long_sets_are_cut_to_openings(limit: int, length: int | None) -> None:
    pieces = [np.arange(n, dtype=np.int32) for n in (11, 5, 13, 1)]
    cut, found = truncated(pieces, limit)
    assert found == length
    for piece, whole in zip(cut, pieces, strict=True):
        assert len(piece) == min(len(whole), len(whole) if length is None else length + 1)
        np.testing.assert_array_equal(piece, whole[: len(piece)])


def test_what_cannot_be_measured() -> None:
    _, checkpoint = model_of()
    for pieces in ([], [np.array([1], np.int32)]):
        with pytest.raises(
            MusicRNNError, match=f"{counted(len(pieces), 'piece')}, none of two ids"
        ):
            format_figures(checkpoint, pieces)
    for ids in ([-1, 3], [3, VOCABULARY]):
        with pytest.raises(MusicRNNError, match=r"ids must be in 0\.\.29"):
            format_figures(checkpoint, [np.array(ids, np.int32)])
    checkpoint.arrays["output.bias"][4] = np.inf
    with pytest.raises(MusicRNNError, match="not finite"):
        format_figures(checkpoint, random_pieces(5))
