"""What a step of a word loses: before the word, within it, at its end, and without a word."""

import math

import pytest
import torch

from musicrnn.training.words.loss import SETTLING, Asked, Weights, losses

LABELS = 5  # two words, one more, unknown, silence
STEPS = 40


def asked(word: int | None, *, fresh: bool = True) -> Asked:
    """One row, with its word from step 20 to 30."""
    targets = torch.zeros(1, LABELS)
    targets[0, 3 if word is None else word] = 1
    return Asked(
        targets,
        torch.tensor([20]),
        torch.tensor([30]),
        torch.tensor([word is not None]),
        torch.tensor([fresh]),
        torch.tensor([False, False, False, True, True]),
    )


def told(*stretches: tuple[int, int, int]) -> torch.Tensor:
    """Logits that say a label in each stretch (label, first step, last), "unknown" elsewhere."""
    logits = torch.zeros(1, STEPS, LABELS)
    logits[0, :, 3] = 12
    for label, start, end in stretches:
        logits[0, start:end] = 0
        logits[0, start:end, label] = 12
    return logits


ONLY = Weights(0.0, 1.0, 0.0)


def test_a_word_that_is_told_within_it_and_held_costs_nothing() -> None:
    assert losses(told((0, 24, 40)), asked(0), ONLY).item() < 1e-3
    assert losses(told((0, 30, 40)), asked(0), ONLY).item() < 1e-3


@pytest.mark.parametrize(
    "wrong",
    [
        ((0, 24, 38),),  # forgotten
        ((1, 24, 30), (0, 30, 40)),  # another word at first
        ((0, 5, 40),),  # before it has begun
        ((1, 24, 40),),  # another
    ],
)
def test_all_else_costs(wrong: tuple[tuple[int, int, int], ...]) -> None:
    assert losses(told(*wrong), asked(0), ONLY).item() > 0.5


def test_a_row_that_goes_on_may_finish_the_clip_before() -> None:
    tail = (2, 0, SETTLING)
    assert losses(told(tail), asked(None), ONLY).item() > 2
    assert losses(told(tail), asked(None, fresh=False), ONLY).item() < 1e-3
    late = (2, 0, SETTLING + 1)
    assert losses(told(late), asked(None, fresh=False), ONLY).item() > 1


def test_the_worst_steps_without_a_word_count_as_much_as_all() -> None:
    loss = losses(told((1, 15, 20)), asked(None), ONLY).item()
    each = 12 - math.log(2)
    assert loss == pytest.approx((5 / 40 * each + each) / 2, abs=0.02)


def test_a_word_is_none_of_the_others() -> None:
    """Unknown comes second, or it costs."""
    logits = told((0, 20, 40))
    logits[0, 20:, 1] = 8
    second = logits.clone()
    second[0, 20:, 3] = 11
    weights = Weights(0.0, 0.0, 1.0)
    first = losses(logits, asked(0), weights).item()
    assert first > losses(second, asked(0), weights).item() + 1
    assert losses(logits, asked(0), Weights(0.0, 0.0, 0.0)).item() < 0.05


def test_gradients_are_finite() -> None:
    for word in (0, None):
        logits = torch.randn(1, STEPS, LABELS, requires_grad=True)
        losses(logits, asked(word, fresh=False), Weights(0.05, 0.5, 0.3)).sum().backward()
        assert torch.isfinite(logits.grad).all()
    whole = torch.randn(1, 1, 3, requires_grad=True)  # a network that reads both ways, words alone
    none = torch.tensor([False] * 3)
    one, yes = torch.tensor([0]), torch.tensor([True])
    losses(whole, Asked(torch.eye(3)[:1], one, one, yes, yes, none), ONLY).sum().backward()
    assert torch.isfinite(whole.grad).all()
