"""The filters in torch keep the same ids as those in NumPy, and the draws are the same."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from musicrnn.sampling import filters, torch_filters
from musicrnn.sampling.filters import PENALTY_WINDOW, Settings

ROWS, SIZE = 6, 23


def recent_of(history: list[list[int]]) -> torch.Tensor:
    """[B, 64], the newest last, SIZE where there was none."""
    kept = [ids[-PENALTY_WINDOW:] for ids in history]
    return torch.tensor([[SIZE] * (PENALTY_WINDOW - len(ids)) + ids for ids in kept])


@given(
    st.builds(
        Settings,
        temperature=st.sampled_from([1.0, 0.7, 1.9]),
        top_k=st.sampled_from([0, 1, 5, 40]),
        top_p=st.sampled_from([1.0, 0.91, 0.3, 0.01]),
        min_p=st.sampled_from([0.0, 0.013, 0.2]),
        repetition_penalty=st.sampled_from([1.0, 1.3]),
    ),
    st.integers(0, 2**32 - 1),
)
def test_the_same_ids_are_kept_and_drawn(settings: Settings, seed: int) -> None:
    random = np.random.default_rng(seed)
    logits = random.normal(0, 2, (ROWS, SIZE)).astype(np.float32).astype(np.float64)
    if seed % 3 == 0:
        logits = logits.round()  # equals among them
    logits[random.random(logits.shape) < 0.3] = -np.inf
    logits[:, random.integers(SIZE)] = 0.5  # something is allowed
    lengths = random.integers(0, 100, ROWS)
    history = [random.integers(0, SIZE, length).tolist() for length in lengths]
    expected = filters.filtered(logits, settings, history)
    found = torch_filters.filtered(torch.from_numpy(logits), settings, recent_of(history))
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-12)
    uniforms = random.random(ROWS)
    drawn = torch_filters.draw(found, torch.from_numpy(uniforms))
    np.testing.assert_array_equal(drawn.numpy(), filters.draw(expected, uniforms))


@pytest.mark.parametrize("uniform", [0.0, 1 - 2**-53])
def test_what_is_forbidden_is_never_drawn(uniform: float) -> None:
    logits = torch.full((1, 9), -torch.inf, dtype=torch.float64)
    logits[0, 3] = logits[0, 5] = -1000.0
    drawn = torch_filters.draw(logits, torch.tensor([uniform], dtype=torch.float64))
    assert drawn.item() == (3 if uniform == 0 else 5)


def test_broken_logits_give_an_id_all_the_same() -> None:
    logits = torch.tensor([[0.0, torch.nan, 1.0]], dtype=torch.float64)
    assert 0 <= torch_filters.draw(logits, torch.tensor([0.5])).item() < 3
