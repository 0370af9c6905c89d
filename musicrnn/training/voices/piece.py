"""A piece of several voices as a voices model reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.tokens.metrical import MetricalFeatures

Symbols = NDArray[np.int64]  # [T, V]


@dataclass(frozen=True, eq=False)
class VoicePiece:
    """symbols [T, V] and metrical features [T, F]."""

    symbols: Symbols
    metre: MetricalFeatures
