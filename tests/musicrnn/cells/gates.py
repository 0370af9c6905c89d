"""The parts that transcriptions are made of: logistic functions and the rows of each gate."""

import numpy as np


def s(a):
    return 1 / (1 + np.exp(-a))


def g(a):
    """Of minGRU and minLSTM: a + 1/2 where a >= 0, the logistic function elsewhere."""
    return np.array([v + 0.5 if v >= 0 else s(v) for v in a])


def blocks(matrix, names):
    """Rows cut into equal blocks, by name."""
    return dict(zip(names, np.split(matrix, len(names)), strict=True))
