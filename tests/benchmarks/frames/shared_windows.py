"""How much of the test split of each polyphonic set stands in its train split, in whatever key.

A window is 16 frames with 8 notes at least, moved down until its lowest note is the first pitch. A
network that remembers its training pieces gains from the windows that both splits have.

    MUSICRNN_DATA=... python tests/benchmarks/frames/shared_windows.py
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from musicrnn.sources.find import corpus_folder
from musicrnn_datasets.polyphonic import POLYPHONIC

FRAMES, NOTES = 16, 8


def windows(piece: NDArray[np.uint8]) -> Iterator[int]:
    """A number for each window of a piece [T, P]."""
    for first in range(len(piece) - FRAMES + 1):
        window = piece[first : first + FRAMES]
        if window.sum() >= NOTES:
            lowest = int(window.any(axis=0).argmax())
            yield hash(np.roll(window, -lowest, axis=1).tobytes())


def main() -> None:
    for name, corpus in POLYPHONIC.items():
        frames = corpus.frames(corpus_folder(corpus.folders, None))
        known = {window for piece in frames["train"] for window in windows(piece)}
        shared = [[window in known for window in windows(piece)] for piece in frames["test"]]
        every = sum(map(len, shared))
        print(
            f"{name}: {sum(map(sum, shared))} of {every} test windows are in train, in "
            f"{sum(map(any, shared))} of {len(shared)} pieces; more than half of the windows of "
            f"{sum(2 * sum(piece) > len(piece) for piece in shared)} pieces"
        )


if __name__ == "__main__":
    main()
