import numpy as np
import scipy.fft
import torch

from musicrnn.layers.texture import LAG_FRAMES, cosine_transform, texture, texture_size


def reference(frames):
    """The statistics of one clip [T, F], in numpy, float64."""

    def skewness(x):
        deviation = x.std(0)
        return ((x - x.mean(0)) ** 3).mean(0) / (deviation**3 + 1)

    parts = []
    for view in (frames, scipy.fft.dct(frames, axis=1, norm="ortho")):
        step = np.diff(view, axis=0)
        parts += [view.mean(0), view.std(0), skewness(view)]
        parts += [np.abs(step).mean(0), skewness(step), step.std(0)]
        parts += [(view[lag:] - view[:-lag]).std(0) for lag in LAG_FRAMES]
    across = np.diff(frames, axis=1)
    return np.concatenate([*parts, np.abs(across).mean(0), across.std(0)])


def test_equals_numpy():
    clip = np.random.default_rng(0).normal(-40, 9, (50, 16))
    ours = texture(torch.tensor(clip[None], dtype=torch.float32), torch.tensor([50]))[0]
    assert len(ours) == texture_size(16)
    assert np.abs(ours.numpy() - reference(clip)).max() < 5e-3


def test_short_clips_are_finite():
    for length in range(1, 11):
        clip = torch.randn(1, length, 16) * 9 - 40
        assert torch.isfinite(texture(clip, torch.tensor([length]))).all()


def test_the_cosine_transform_is_orthonormal():
    matrix = cosine_transform(40)
    assert torch.allclose(matrix.T @ matrix, torch.eye(40), atol=1e-5)
