"""Models of sound's tokens: stepped they are the same, and they know the past alone."""

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sound import SoundModel, frame_losses
from musicrnn.networks.sound_array import SoundEngine
from musicrnn.networks.sound_config import SoundConfig

FIELDS = {"label": 4, "left": 9, "tempo": 0, "place": 6}


def network(books: int = 3, cell: str = "gru", **more) -> SoundModel:
    torch.manual_seed(0)
    sizes = {"hidden": 16, "embedding": 8, "inner": 8, "codes": 7, **FIELDS, **more}
    return SoundModel(SoundConfig(cell=cell, books=books, **sizes)).eval()


def example(books: int = 3, steps: int = 9, rows: int = 2):
    """Before, context and codes."""
    torch.manual_seed(1)
    codes = torch.randint(7, (rows, steps, books))
    before = torch.full_like(codes, 7)
    before[:, 1:] = codes[:, :-1]
    context = torch.stack([torch.randint(4, (rows, steps)), torch.randint(9, (rows, steps)),
                           torch.zeros(rows, steps, dtype=torch.long),
                           torch.randint(6, (rows, steps))], 2)  # fmt: skip
    return before, context, codes


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("books", [1, 3])
def test_stepped_it_is_the_same(cell: str, books: int) -> None:
    model = network(books, cell)
    before, context, codes = example(books)
    with torch.no_grad():
        wanted, _ = model(before, context, codes, model.initial_state(2))
    engine = SoundEngine(model.config, model.arrays())
    engine.begin(2)
    for step in range(9):
        told = []

        def given(book, logits, step=step, told=told):
            told.append(logits)
            return codes[:, step, book].numpy()

        engine.step(context[:, step].numpy().astype(np.int32), given)
        np.testing.assert_allclose(np.stack(told, 1), wanted[:, step].numpy(), atol=2e-4)


@pytest.mark.parametrize("books", [1, 3])
def test_in_pieces_it_is_the_whole(books: int) -> None:
    model, parts = network(books), example(books)
    whole, _ = model(*parts, model.initial_state(2))
    first, state = model(*(part[:, :4] for part in parts), model.initial_state(2))
    second, _ = model(*(part[:, 4:] for part in parts), state)
    assert torch.allclose(torch.cat([first, second], 1), whole, atol=1e-5)


def test_it_knows_the_past_and_the_books_below_alone() -> None:
    model, (before, context, codes) = network(), example()
    told, _ = model(before, context, codes, model.initial_state(2))
    other = codes.clone()
    other[:, 5, 1] = (other[:, 5, 1] + 1) % 7
    after = before.clone()
    after[:, 6] = other[:, 5]
    moved, _ = model(after, context, other, model.initial_state(2))
    assert torch.equal(told[:, :5], moved[:, :5])
    assert torch.equal(told[:, 5, :2], moved[:, 5, :2])
    assert not torch.allclose(told[:, 5, 2], moved[:, 5, 2])
    assert not torch.allclose(told[:, 6], moved[:, 6])


def test_a_row_is_as_if_it_were_alone() -> None:
    model, parts = network(), example(rows=3)
    whole, _ = model(*parts, model.initial_state(3))
    alone, _ = model(*(part[1:2] for part in parts), model.initial_state(1))
    assert torch.allclose(whole[1:2], alone, atol=1e-5)


def test_losses_are_those_of_all_books() -> None:
    codes, logits = torch.zeros(1, 2, 3, dtype=torch.long), torch.zeros(1, 2, 3, 7)
    assert torch.allclose(frame_losses(logits, codes), torch.full((1, 2), 3 * np.log(7)).float())


def test_arrays_that_do_not_fit_are_refused() -> None:
    model = network()
    with pytest.raises(MusicRNNError, match="weight is missing"):
        SoundEngine(model.config, {n: a for n, a in model.arrays().items() if n != "weight"})
