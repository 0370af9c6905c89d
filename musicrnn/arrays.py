"""Array types that several parts share, each with one name.

Conventions. The name says the kind of number; a function says its shape in brackets.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
Samples = NDArray[np.float32]  # sound, full scale +-1
Frames = NDArray[np.uint8]  # piano roll [T, P], 0 or 1
Ids = NDArray[np.int32]  # tokens [N]
NamedArrays = dict[str, NDArray[Any]]
Random = np.random.Generator
