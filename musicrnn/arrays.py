"""Array types that several parts share, each with one name.

Conventions. The name says the kind of number; a function says its shape in brackets.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Samples = NDArray[np.float32]  # sound, full scale +-1
Frames = NDArray[np.uint8]  # piano roll [T, P], 0 or 1
Ids = NDArray[np.int32]  # tokens [N]
NamedArrays = dict[str, NDArray[Any]]
Random = np.random.Generator


def checked_ids(ids: Any, vocabulary: int) -> NDArray[np.integer]:
    """Ids [T], T at least 1, each in 0..vocabulary - 1, from a list or an array.

    Raises:
        MusicRNNError: they are none, or one is out of the vocabulary.
    """
    read = np.asarray(ids)
    if read.ndim != 1 or not len(read) or read.dtype.kind not in "iu":
        raise MusicRNNError(f"ids are whole numbers [T], T at least 1, got {list(read.shape)}")
    if read.min() < 0 or read.max() >= vocabulary:
        wrong = next(int(i) for i in read if not 0 <= i < vocabulary)
        raise MusicRNNError(f"an id must be in 0..{vocabulary - 1}, the vocabulary, got {wrong}")
    return read
