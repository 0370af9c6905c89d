"""Sound of log-mel frames without a network: what a learnt vocoder must be better than.

Conventions. Frames [T, n_mels] in dB (musicrnn.features.causal_logmel) -> samples float32 [N], N =
(T - n_fft / hop + 1) * hop: from the last ``hop`` samples of the first frame's window on. The
spectrum is the non-negative one whose bands are nearest (least squares), its phases those that
ROUNDS of Griffin and Lim's algorithm find (Signal Estimation from Modified Short-Time Fourier
Transform, 1984; fast, with a momentum of 0.99, Perraudin 2013), from random ones by a fixed seed.
"""

from __future__ import annotations

import numpy as np

from musicrnn.arrays import Float32Array, Samples
from musicrnn.features.causal_logmel import CausalLogMel

ROUNDS = 32


def griffin_lim(frames: Float32Array, recipe: CausalLogMel) -> Samples:
    """See the module's text."""
    import librosa
    from scipy.optimize import nnls

    bands = np.asarray(recipe.bands.T, np.float64)  # [n_mels, bins]
    least = 10.0 ** (recipe.floor / 10)
    powers = np.maximum(10.0 ** (np.asarray(frames, np.float64) / 10) - least, 0)
    spectrum = np.stack([nnls(bands, row)[0] for row in powers], axis=1)  # [bins, T]
    magnitudes = np.sqrt(spectrum) / float(recipe.window.max())  # of Hann windows of height 1
    made = librosa.griffinlim(
        magnitudes.astype(np.float32),
        n_iter=ROUNDS,
        hop_length=recipe.hop,
        n_fft=recipe.n_fft,
        window="hann",
        center=False,
        random_state=0,
    )
    past = recipe.n_fft - recipe.hop
    return np.asarray(made[past : len(made) - past], np.float32)
