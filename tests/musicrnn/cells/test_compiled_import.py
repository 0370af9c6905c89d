"""What compiled code costs to import."""

import subprocess
import sys

CODE = """
import sys
import numpy as np
from musicrnn.cells.compiled import compiled
from musicrnn.cells.product import packed, product
product(packed(np.ones((4, 3), np.float32)), None, np.ones((1, 3), np.float32))
assert "scipy.linalg" not in sys.modules
from numba import njit
dot = njit(lambda a, b: np.dot(a, b))
assert dot(np.ones((2, 2)), np.ones((2, 2)))[0, 0] == 2
assert "scipy.linalg" in sys.modules
"""


def test_scipy_is_imported_by_who_needs_it() -> None:
    """Not by steps and products; by others' products of matrices, which still compile."""
    result = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, timeout=120, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
