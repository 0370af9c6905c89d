"""What ``import musicrnn`` costs beside Python's own start.

    python tests/benchmarks/import_time.py

Both are started in turn, 21 times; the median difference and the 10th and 90th percentile are
printed, in milliseconds, and which slow libraries were imported.
"""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

ROUNDS = 21
SLOW = ("torch", "numba", "numpy", "scipy", "librosa", "symusic")
ASK = f"import sys, musicrnn; print(*[m for m in {SLOW!r} if m in sys.modules] or ['none'])"


def seconds(code: str) -> float:
    before = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - before


def main() -> None:
    seconds("import musicrnn")  # compiled once
    pairs = [(seconds("pass"), seconds("import musicrnn")) for _ in range(ROUNDS)]
    alone = np.array([pair[0] for pair in pairs])
    more = 1000 * (np.array([pair[1] for pair in pairs]) - alone)
    low, middle, high = np.percentile(more, [10, 50, 90])
    print(f"Python alone {1000 * np.median(alone):.0f} ms; import musicrnn {middle:.1f} ms more")
    print(f"({low:.1f} to {high:.1f}, 10th to 90th percentile of {ROUNDS} pairs)")
    subprocess.run([sys.executable, "-c", ASK], check=True)


if __name__ == "__main__":
    main()
