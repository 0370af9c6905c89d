"""The codec's network: stepped it is the same, frames are made where they were heard."""

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.layers.residual_quantizer import BookAverages, ResidualQuantizer
from musicrnn.networks.codec import Codec, overlapped
from musicrnn.networks.codec_array import CodecDecoder, CodecEncoder, CodecWeights
from musicrnn.networks.codec_config import CodecConfig

SIZES = {"heard": 8, "latent": 5, "books": 3, "codes": 7, "hidden": 8, "bands": 10}


def network(cell: str = "gru", **more) -> Codec:
    torch.manual_seed(0)
    made = Codec(CodecConfig(cell=cell, n_fft=64, hop=16, **{**SIZES, **more})).eval()
    made.quantizer.books.normal_()
    made.standard.observe(torch.randn(50, made.config.bands) * 3 - 20)
    return made


@pytest.mark.parametrize("cell", CELLS)
def test_stepped_it_is_the_same(cell: str) -> None:
    model = network(cell, hidden=16, heard=16)
    frames = torch.randn(1, 12, 10) * 3 - 20
    with torch.no_grad():
        samples, said, _, codes = model(frames)
    weights = CodecWeights(model.config, model.arrays())
    encoder, decoder, again = (
        CodecEncoder(weights), CodecDecoder(weights), CodecDecoder(weights)
    )  # fmt: skip
    stepped = [encoder.step(frame) for frame in frames[0].numpy()]
    assert stepped == codes.tolist()
    added = np.zeros(64 + 11 * 16, np.float32)
    for index, each in enumerate(stepped):
        added[16 * index :][:64] += decoder.step(each)
    made = samples[0].numpy()
    assert len(made) == (12 - 3) * 16
    np.testing.assert_allclose(added[48 : 48 + len(made)], made, atol=1e-4 * np.abs(made).max())
    frame = np.stack([again.frame(each) for each in stepped])
    np.testing.assert_allclose(frame, said[0].numpy(), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(("size", "hop"), [(64, 16), (48, 16), (96, 12)])
def test_windows_of_a_sound_added_up_are_the_sound(size: int, hop: int) -> None:
    sound = torch.randn(1, 400)
    hann = torch.hann_window(size)
    windows = sound.unfold(1, size, hop) * hann * hann
    made = overlapped(windows, hop)
    assert made.shape[1] == (windows.shape[1] - size // hop + 1) * hop
    assert torch.allclose(made, sound[:, size - hop : size - hop + made.shape[1]], atol=1e-5)


def test_a_window_must_be_a_multiple_of_three_steps_or_more() -> None:
    for n_fft, hop in ((64, 32), (64, 24)):
        with pytest.raises(MusicRNNError, match=f"got n_fft {n_fft} and hop {hop}"):
            CodecConfig(n_fft=n_fft, hop=hop, **SIZES)


def test_arrays_that_do_not_fit_are_refused() -> None:
    arrays = network().arrays()
    arrays["quantizer.books"] = arrays["quantizer.books"][:, :-1]
    with pytest.raises(MusicRNNError, match=r"quantizer\.books is float32"):
        CodecWeights(network().config, arrays)


def test_books_say_the_nearest_vector_one_after_the_other() -> None:
    quantizer, z = ResidualQuantizer(4, 2, 5), torch.randn(30, 4)
    quantizer.books.normal_()
    codes = quantizer.codes(z)
    for row, (first, second) in zip(z, codes.tolist(), strict=True):
        apart = (row - quantizer.books[0]).square().sum(1)
        assert apart[first] == apart.min()
        left = row - quantizer.books[0][first]
        apart = (left - quantizer.books[1]).square().sum(1)
        assert torch.isclose(apart[second], apart.min())
    said = quantizer.books[0][codes[:, 0]] + quantizer.books[1][codes[:, 1]]
    assert torch.allclose(quantizer.vectors(codes), said)


def test_averages_bring_books_to_the_vectors() -> None:
    torch.manual_seed(0)
    centres = torch.randn(6, 3) * 4
    quantizer = ResidualQuantizer(3, 1, 24)
    averages = BookAverages(quantizer)
    for _ in range(300):
        z = centres[torch.randint(6, (60,))] + 0.01 * torch.randn(60, 3)
        averages.update(z, quantizer.codes(z))
    lost = (centres - quantizer.vectors(quantizer.codes(centres))).norm(dim=1)
    assert lost.max() < 0.1  # all codes are in use: one that nobody chose began anew
