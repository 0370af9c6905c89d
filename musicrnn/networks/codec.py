"""A codec: a recurrent network hears frames of sound, books say them, another one makes sound.

Conventions. Frames [B, T, F] in dB (musicrnn.features.causal_logmel) -> latent vectors [B, T, D] ->
codes [B, T, Q] (musicrnn.layers.residual_quantizer) -> spectra [B, T, n_fft / 2 + 1], magnitude and
phase -> samples [B, (T - n_fft / hop + 1) * hop]: those that all their windows have reached, of
which the first is the one that follows the first frame's window but for its last ``hop``. So a
frame is made where it was heard, and nothing needs the future. The state before the first frame is
zeros.

Sources: a codec of residual vectors (SoundStream, Zeghidour et al. 2021); magnitudes and phases of
an inverse STFT in place of samples (Vocos, Siuzdak 2023), here by recurrent layers alone.
"""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch import Tensor, nn

from musicrnn.layers.residual_quantizer import ResidualQuantizer
from musicrnn.layers.stack import Stack, State
from musicrnn.layers.standard import Standard
from musicrnn.networks.codec_config import CodecConfig
from musicrnn.networks.network import Network


class Codec(Network):
    """frames [B, T, F] -> (samples, frames as the codes say them [B, T, F]), see the module's text;
    trained by musicrnn.training.codec."""

    Config: ClassVar[type[CodecConfig]] = CodecConfig
    config: CodecConfig

    def __init__(self, config: CodecConfig) -> None:
        super().__init__(config)
        self.standard = Standard(config.bands)
        self.encoder = Stack(
            config.cell, config.bands, config.heard, layers=1, settings=config.layer
        )
        self.inwards = nn.Linear(config.heard, config.latent)
        self.quantizer = ResidualQuantizer(config.latent, config.books, config.codes)
        self.decoder = Stack(
            config.cell,
            config.latent,
            config.hidden,
            layers=config.layers,
            settings=config.layer,
        )
        self.spectrum = nn.Linear(config.hidden, 2 * config.bins)
        self.frames = nn.Linear(config.hidden, config.bands)

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(samples, frames [B, T, F], z [B * T, D], codes [B * T, Q]): gradients pass the books as
        if they were not there."""
        z = self.latent(frames)
        flat = z.flatten(0, 1)
        codes = self.quantizer.codes(flat.detach())
        said = self.quantizer.vectors(codes).view_as(z)
        heard, _ = self.decoder(z + (said - z).detach(), self.decoder.initial_state(len(z)))
        return self.samples(heard), self.standard.undone(self.frames(heard)), flat, codes

    def latent(self, frames: Tensor) -> Tensor:
        """[B, T, F] -> [B, T, D]."""
        state: State = self.encoder.initial_state(len(frames))
        return self.inwards(self.encoder(self.standard(frames), state)[0])

    def samples(self, heard: Tensor) -> Tensor:
        """The sound of the decoder's outputs [B, T, H]."""
        logs, phases = self.spectrum(heard).chunk(2, 2)
        loudest = math.log(self.config.n_fft / 2)
        magnitudes = logs.clamp(max=loudest).exp()
        made = torch.fft.irfft(torch.polar(magnitudes, phases), self.config.n_fft)
        return overlapped(made * torch.hann_window(self.config.n_fft).to(made), self.config.hop)


def overlapped(windows: Tensor, hop: int) -> Tensor:
    """Windows [B, T, n_fft] of Hann, ``hop`` apart, twice windowed, added up: the samples of which
    all are there."""
    batch, steps, size = windows.shape
    many = size // hop
    parts = windows.view(batch, steps, many, hop)
    count = steps - many + 1
    added = sum(parts[:, many - 1 - at : many - 1 - at + count, at] for at in range(many))
    assert isinstance(added, Tensor)
    return added.reshape(batch, -1) / (many * 3 / 8)  # what the squares of all add up to
