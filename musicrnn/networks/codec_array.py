"""A codec stepped in NumPy and compiled loops, frame by frame. Needs no torch.

Conventions. The weights are those of musicrnn.networks.codec, and so are the numbers (to 1e-4 of
the largest: the order of sums is another). Of a sound one frame is stepped at a time, so that a
sound in pieces is the whole, bit for bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array
from musicrnn.cells.product import pack_parameter, product
from musicrnn.layers.array_stack import ArrayStack, check_shapes, part_of, stack_shapes
from musicrnn.networks.codec_config import CodecConfig

MAX_LOG = 20.0  # of a magnitude in a damaged file


class CodecWeights:
    """The parts of a codec that encoding and decoding share, packed once.

    Raises:
        MusicRNNError: arrays that do not fit the configuration.
    """

    def __init__(self, config: CodecConfig, arrays: Mapping[str, NDArray[Any]]) -> None:
        check_shapes(arrays, _shapes(config))
        self.config, self.arrays = config, arrays
        self.mean, self.scale = arrays["standard.mean"], arrays["standard.scale"]
        self.books: Float32Array = arrays["quantizer.books"]  # [Q, K, D]
        self.factors = [pack_parameter(-2 * book) for book in self.books]
        self.lengths = np.square(self.books).sum(2)  # [Q, K]
        self.inwards = self._linear("inwards")
        self.spectrum, self.frames = self._linear("spectrum"), self._linear("frames")
        at = np.arange(config.n_fft) / config.n_fft
        gain = config.n_fft / config.hop * 3 / 8  # what the squares of all windows add up to
        self.window = ((0.5 - 0.5 * np.cos(2 * np.pi * at)) / gain).astype(np.float32)

    def _linear(self, name: str) -> tuple[Any, Float32Array]:
        return pack_parameter(self.arrays[f"{name}.weight"]), self.arrays[f"{name}.bias"]

    def stack(self, name: str, hidden: int, layers: int) -> ArrayStack:
        """Recurrent layers of a cell, before their first step."""
        config, own = self.config, part_of(self.arrays, f"{name}.")
        return ArrayStack(config.cell, hidden, own, layers=layers, settings=config.layer)


class CodecEncoder:
    """Frames [F] of one sound, one after the other, to codes [Q]."""

    def __init__(self, weights: CodecWeights) -> None:
        self.weights = weights
        self.stack = weights.stack("encoder", weights.config.heard, 1)

    @np.errstate(over="ignore", invalid="ignore")
    def step(self, frame: Float32Array) -> list[int]:
        """The codes of the next frame."""
        weights = self.weights
        x = ((frame - weights.mean) / weights.scale)[None]
        heard = self.stack.step(self.stack.from_input(x))
        z, codes = product(*weights.inwards, heard), list[int]()
        for factor, length, book in zip(
            weights.factors, weights.lengths, weights.books, strict=True
        ):
            code = int(product(factor, length, z)[0].argmin())
            codes.append(code)
            z = z - book[code]
        return codes


class CodecDecoder:
    """Codes of one sound, frame after frame, to windows [n_fft], to be added up ``hop`` apart."""

    def __init__(self, weights: CodecWeights) -> None:
        self.weights = weights
        self.stack = weights.stack("decoder", weights.config.hidden, weights.config.layers)

    @np.errstate(over="ignore", invalid="ignore")
    def step(self, codes: Sequence[int]) -> Float32Array:
        """The window of the next frame, of the first books' codes alone where not all are there."""
        weights = self.weights
        logs, phases = np.split(product(*weights.spectrum, self._heard(codes))[0], 2)
        loudest = min(MAX_LOG, float(np.log(weights.config.n_fft / 2)))
        magnitudes = np.exp(np.minimum(logs, np.float32(loudest)))
        spectrum = np.empty(len(logs), np.complex64)
        spectrum.real, spectrum.imag = magnitudes * np.cos(phases), magnitudes * np.sin(phases)
        made = np.fft.irfft(spectrum, weights.config.n_fft)
        return np.nan_to_num(made.astype(np.float32) * weights.window, posinf=0.0, neginf=0.0)

    def frame(self, codes: Sequence[int]) -> Float32Array:
        """The next frame [F] in dB as the codes say it, in place of its window."""
        heard = product(*self.weights.frames, self._heard(codes))[0]
        return heard * self.weights.scale + self.weights.mean

    def _heard(self, codes: Sequence[int]) -> Float32Array:
        said = np.zeros((1, self.weights.config.latent), np.float32)
        for book, code in zip(self.weights.books, codes, strict=False):
            said += book[code]
        return self.stack.step(self.stack.from_input(said))


def _shapes(config: CodecConfig) -> dict[str, tuple[int, ...]]:
    bands, latent = (config.bands,), config.latent
    wanted: dict[str, tuple[int, ...]] = {"standard.mean": bands, "standard.scale": bands}
    stacks = (
        ("encoder", config.bands, config.heard, 1),
        ("decoder", latent, config.hidden, config.layers),
    )
    for name, inputs, hidden, layers in stacks:
        shapes = stack_shapes(config.cell, inputs, hidden, layers=layers, settings=config.layer)
        wanted |= {f"{name}.{part}": shape for part, shape in shapes.items()}
    wanted["quantizer.books"] = (config.books, config.codes, latent)
    for name, inputs, outputs in (
        ("inwards", config.heard, latent),
        ("spectrum", config.hidden, 2 * config.bins),
        ("frames", config.hidden, config.bands),
    ):
        wanted |= {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}
    return wanted
