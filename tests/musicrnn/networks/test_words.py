"""Networks for words: streaming equals the clip, in torch and in NumPy, and hostile files."""

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.networks.words import WordsModel, clip_logits
from musicrnn.networks.words_array import WordsEngine
from musicrnn.networks.words_config import FRAMES_A_STEP, WordsConfig

SMALL = {"labels": 5, "bands": 16, "channels": 4, "last": 6, "hidden": 12, "dropout": 0.3}


def model_of(seed: int = 0, **changes) -> WordsModel:
    torch.manual_seed(seed)
    model = WordsModel(WordsConfig(**(SMALL | changes)))
    frames = torch.randn(4, 30, model.config.bands) * 12 - 40
    model.observe([frames])
    model.train()
    for _ in range(3):  # running figures of the batch normalisation that are not the initial ones
        model(frames, model.initial_state(4))
    return model.eval()


def frames_of(rows: int, count: int, bands: int = 16) -> np.ndarray:
    random = np.random.default_rng(rows * 100 + count)
    return (random.standard_normal((rows, count, bands)) * 12 - 40).astype(np.float32)


@pytest.mark.parametrize(
    "changes",
    [{}, {"depth": 1, "layers": 2}, {"bands": 21}, {"layer": LayerSettings(norm=True)}],
    ids=["plain", "deep", "odd", "norm"],
)
@pytest.mark.parametrize("pieces", [(2,) * 12, (4, 2, 18), (24,)])
def test_stepped_with_its_state_it_answers_as_to_the_clip(changes, pieces):
    model = model_of(**changes)
    frames = frames_of(3, 24, model.config.bands)
    whole, _ = model(torch.from_numpy(frames), model.initial_state(3))
    engine = WordsEngine(model.config, model.arrays())
    engine.begin(3)
    state, start, stepped, told = model.initial_state(3), 0, [], []
    for length in pieces:
        part = frames[:, start : start + length]
        logits, state = model(torch.from_numpy(part), state)
        stepped.append(logits)
        told.append(engine.push(part))
        start += length
    assert whole.shape == (3, 24 // FRAMES_A_STEP, 5)
    np.testing.assert_allclose(torch.cat(stepped, 1).detach(), whole.detach(), atol=1e-5)
    np.testing.assert_allclose(np.concatenate(told, 1), whole.softmax(2).detach(), atol=1e-5)
    np.testing.assert_allclose(clip_logits(model, frames), whole[:, -1].detach(), atol=1e-5)


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_every_cell_can_be_streamed(cell):
    model = model_of(cell=cell, hidden=20)
    frames = frames_of(2, 12)
    whole = model(torch.from_numpy(frames), model.initial_state(2))[0].softmax(2).detach()
    engine = WordsEngine(model.config, model.arrays())
    engine.begin(2)
    told = [engine.push(frames[:, at : at + 2]) for at in range(0, 12, 2)]
    np.testing.assert_allclose(np.concatenate(told, 1), whole, atol=1e-5)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_rows_do_not_hear_each_other(bidirectional):
    model = model_of(bidirectional=bidirectional)
    frames = frames_of(3, 20)
    together = clip_logits(model, frames)
    for row in range(3):
        np.testing.assert_allclose(
            clip_logits(model, frames[row : row + 1])[0], together[row], atol=1e-5
        )


def test_the_present_does_not_depend_on_the_future():
    model = model_of()
    frames = frames_of(1, 20)
    before = model(torch.from_numpy(frames), model.initial_state(1))[0]
    frames[:, 12:] += 5
    after = model(torch.from_numpy(frames), model.initial_state(1))[0]
    np.testing.assert_array_equal(before[:, :6].detach(), after[:, :6].detach())
    assert not torch.equal(before[:, 6], after[:, 6])


def test_both_ways_hears_the_end_at_the_start():
    model = model_of(bidirectional=True, heads=3)
    frames = torch.from_numpy(frames_of(1, 20)).requires_grad_()
    model.clip(frames)[0, 0].backward()
    assert frames.grad is not None
    assert (frames.grad[0].abs().sum(1) > 0).all()
    assert model.initial_state(7) == ()
    with pytest.raises(MusicRNNError, match="cannot hear a stream"):
        WordsEngine(model.config, model.arrays())


def test_silence_is_forgotten_by_and_by():
    """After the sound has ended, the attention's context fades to nothing."""
    model = model_of()
    quiet = torch.full((1, 400, 16), -80.0)
    loud = torch.from_numpy(frames_of(1, 20))
    _, state = model(loud, model.initial_state(1))
    after, _ = model(quiet, state)
    fresh, _ = model(quiet, model.initial_state(1))
    assert (after[0, 0] - fresh[0, 0]).abs().max() > 1e-3
    assert (after[0, -1] - fresh[0, -1]).abs().max() < 1e-5


def test_files_that_do_not_fit():
    model = model_of()
    arrays, configuration = model.arrays(), model.configuration()
    again = WordsModel.from_arrays(configuration, arrays)
    frames = frames_of(2, 10)
    np.testing.assert_array_equal(clip_logits(again, frames), clip_logits(model, frames))
    with pytest.raises(MusicRNNError, match="hidden"):
        WordsModel.from_arrays(configuration | {"hidden": 10**9}, arrays)
    with pytest.raises(MusicRNNError, match="hidden = '12' does not fit"):
        WordsModel.from_arrays(configuration | {"hidden": "12"}, arrays)
    with pytest.raises(MusicRNNError, match="shape"):
        WordsModel.from_arrays(configuration | {"labels": 6}, arrays)
    del arrays["output.bias"]
    with pytest.raises(MusicRNNError, match=r"output.bias is missing"):
        WordsEngine(WordsConfig.from_json(configuration), arrays)
    with pytest.raises(MusicRNNError, match="multiples of 2, at least 2, got 3"):
        model(torch.zeros(1, 3, 16), model.initial_state(1))
