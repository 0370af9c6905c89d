"""Models of sound's tokens: stepped they are the same, and they know the past alone."""

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.context.linear_prediction import SAID, foreseen
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sound import SoundModel, ahead_losses, frame_losses
from musicrnn.networks.sound_array import SoundEngine
from musicrnn.networks.sound_config import SoundConfig

SIZES = {"label": 4, "left": 9, "tempo": 0, "sixteenth": 6, "part": 3}


def network(books: int = 3, cell: str = "gru", **more) -> SoundModel:
    torch.manual_seed(0)
    sizes = {"hidden": 16, "embedding": 8, "inner": 8, "codes": 7, **SIZES, **more}
    return SoundModel(SoundConfig(cell=cell, books=books, **sizes)).eval()


def example(books: int = 3, steps: int = 9, rows: int = 2):
    """Before, context and codes."""
    torch.manual_seed(1)
    codes = torch.randint(7, (rows, steps, books))
    before = torch.full_like(codes, 7)
    before[:, 1:] = codes[:, :-1]
    context = torch.stack(
        [torch.randint(max(1, size), (rows, steps)) for size in SIZES.values()], 2
    )
    return before, context, codes


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("books", [1, 3])
def test_stepped_it_is_the_same(cell: str, books: int) -> None:
    model = network(books, cell)
    before, context, codes = example(books)
    with torch.no_grad():
        wanted, *_ = model(before, context, codes, model.initial_state(2))
    engine = SoundEngine(model.config, model.arrays())
    engine.begin(2)
    for step in range(9):
        told = []

        def given(book, logits, step=step, told=told):
            told.append(logits)
            return codes[:, step, book].numpy()

        engine.step(context[:, step].numpy().astype(np.int32), given)
        np.testing.assert_allclose(np.stack(told, 1), wanted[:, step].numpy(), atol=2e-4)


@pytest.mark.parametrize("cell", ["gru", "mingru", "clockwork"])
def test_of_samples_it_is_the_same_with_what_is_foreseen(cell: str) -> None:
    model = network(1, cell, codes=SAID, linear=20)
    _, context, _ = example(1, steps=60, rows=3)
    codes = torch.from_numpy(np.random.default_rng(0).integers(100, 150, (3, 60, 1)))
    before = torch.full_like(codes, SAID)
    before[:, 1:] = codes[:, :-1]
    told = [foreseen(sound[:, 0].numpy(), slice(0, 60), 20) for sound in codes]
    known = tuple(
        torch.from_numpy(np.stack(part))
        for part in zip(*((t.heard, t.logits) for t in told), strict=True)
    )
    with torch.no_grad():
        wanted, *_ = model(before, context, codes, model.initial_state(3), known)
        silent = model(before, context, codes, model.initial_state(3), (0 * known[0], known[1]))[0]
    assert not torch.allclose(wanted, silent)
    engine, rows, found = SoundEngine(model.config, model.arrays()), [0, 1, 2], []
    engine.begin(3)
    for step in range(60):
        if step == 33:
            rows = [2, 0]
            engine.keep(np.array(rows))

        def given(book, logits, step=step, rows=rows):
            np.testing.assert_allclose(logits, wanted[rows, step, book].numpy(), atol=1e-3)
            found.append(step)
            return codes[rows, step, book].numpy()

        engine.step(context[rows, step].numpy().astype(np.int32), given)
    assert len(found) == 60


def test_linear_prediction_is_of_samples() -> None:
    with pytest.raises(MusicRNNError, match="of one book of 256 codes, got 3 of 7"):
        network(3, linear=20)


@pytest.mark.parametrize("books", [1, 3])
def test_in_pieces_it_is_the_whole(books: int) -> None:
    model, parts = network(books), example(books)
    whole, *_ = model(*parts, model.initial_state(2))
    first, state, _ = model(*(part[:, :4] for part in parts), model.initial_state(2))
    second, *_ = model(*(part[:, 4:] for part in parts), state)
    assert torch.allclose(torch.cat([first, second], 1), whole, atol=1e-5)


def test_it_knows_the_past_and_the_books_below_alone() -> None:
    model, (before, context, codes) = network(), example()
    told, *_ = model(before, context, codes, model.initial_state(2))
    other = codes.clone()
    other[:, 5, 1] = (other[:, 5, 1] + 1) % 7
    after = before.clone()
    after[:, 6] = other[:, 5]
    moved, *_ = model(after, context, other, model.initial_state(2))
    assert torch.equal(told[:, :5], moved[:, :5])
    assert torch.equal(told[:, 5, :2], moved[:, 5, :2])
    assert not torch.allclose(told[:, 5, 2], moved[:, 5, 2])
    assert not torch.allclose(told[:, 6], moved[:, 6])


def test_a_row_is_as_if_it_were_alone() -> None:
    model, parts = network(), example(rows=3)
    whole, *_ = model(*parts, model.initial_state(3))
    alone, *_ = model(*(part[1:2] for part in parts), model.initial_state(1))
    assert torch.allclose(whole[1:2], alone, atol=1e-5)


def test_looks_ahead_are_at_the_first_book_of_later_frames() -> None:
    model, (before, context, codes) = network(ahead=2), example(steps=9)
    assert model.config.looks == [4, 8]
    model.train()
    *_, ahead = model(before, context, codes, model.initial_state(2))
    assert ahead.shape == (2, 9, 2, 7)
    there = torch.ones(2, 9, dtype=torch.bool)
    there[1, 8:] = False
    nats = -ahead.log_softmax(-1)
    wanted = sum(nats[r, t, 0, codes[r, t + 4, 0]] for r in range(2) for t in range(5 - r))
    wanted += nats[0, 0, 1, codes[0, 8, 0]]
    assert torch.allclose(ahead_losses(ahead, codes, there, [4, 8]), wanted / 2, atol=1e-4)
    model.eval()
    assert model(before, context, codes, model.initial_state(2))[2] is None
    SoundEngine(model.config, model.arrays())


def test_what_is_unheard_is_hidden_in_training_alone() -> None:
    model, (before, context, codes) = network(unheard=1 - 1e-9, dropout=0.0), example()
    nothing = torch.full_like(before, 7)
    alone, *_ = model(nothing, context, codes, model.initial_state(2))
    model.train()
    hidden, *_ = model(before, context, codes, model.initial_state(2))
    assert torch.equal(hidden, alone)


def test_losses_are_those_of_all_books() -> None:
    codes, logits = torch.zeros(1, 2, 3, dtype=torch.long), torch.zeros(1, 2, 3, 7)
    assert torch.allclose(frame_losses(logits, codes), torch.full((1, 2), 3 * np.log(7)).float())


def test_arrays_that_do_not_fit_are_refused() -> None:
    model = network()
    with pytest.raises(MusicRNNError, match="weight is missing"):
        SoundEngine(model.config, {n: a for n, a in model.arrays().items() if n != "weight"})
