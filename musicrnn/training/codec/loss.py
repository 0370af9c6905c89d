"""How far one sound is from another to the ear: in short and long windows at once.

Conventions. Sounds [B, N], full scale +-1. A distance is a mean over rows. Spectra are scaled so
that a full-scale sine has a power near 1; nothing below FLOOR counts.

Sources: multi-resolution STFT loss (Yamamoto et al., Parallel WaveGAN, 2020): spectral convergence
and logarithms of magnitudes; of log-mel frames (Kong et al., HiFi-GAN, 2020).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

WINDOWS = (256, 512, 1024, 2048)
FLOOR = 1e-8  # of power: -80 dB


def stft_distance(made: Tensor, given: Tensor) -> Tensor:
    """The mean over WINDOWS of both terms; logarithms are natural ones of magnitudes."""
    total = made.new_zeros(())
    for window in WINDOWS:
        ours, theirs = power(made, window), power(given, window)
        logs = (ours + FLOOR).log() - (theirs + FLOOR).log()
        ours, theirs = (ours + FLOOR).sqrt(), (theirs + FLOOR).sqrt()
        missed = (ours - theirs).square().sum((1, 2)).sqrt() / theirs.square().sum((1, 2)).sqrt()
        total = total + logs.abs().mean() / 2 + missed.mean()
    return total / len(WINDOWS)


def power(sound: Tensor, window: int, hop: int | None = None) -> Tensor:
    """[B, window / 2 + 1, T], a quarter of a window between two frames when nothing is said."""
    hann = torch.hann_window(window, dtype=sound.dtype, device=sound.device)
    spectrum = torch.stft(
        sound, window, hop or window // 4, window=hann * 2 / hann.sum(), center=False,
        return_complex=True,
    )  # fmt: skip
    return spectrum.real.square() + spectrum.imag.square()


def decibels(powers: Tensor, bands: Tensor) -> Tensor:
    """Powers [B, F, T] in the ``bands`` [F, M] of a mel scale, [B, T, M] in dB."""
    return (powers.transpose(1, 2) @ bands + FLOOR).log() * (10 / math.log(10))
