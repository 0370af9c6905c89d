"""GTZAN: ten genres, clips of 30 s (Tzanetakis and Cook 2002), as log-mel frames.

Conventions. ``logmel/<genre>.npy`` holds uint8 [clip, 387, 128], the names in ``<genre>.txt``; the
recipe is that of musicrnn.features.logmel. The split is the fault-filtered one, without
repetitions, distortions and artists on both sides (Sturm 2013 has found these faults): it lists
443, 197 and 290 clips. Of these jazz.00054 (train) is not readable in any known copy, which leaves
442.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel
from musicrnn.sources.corpus import Example, Windows
from musicrnn.training.data import SPLITS, Card

GENRES = (
    "blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock",
)  # fmt: skip
MISSING = frozenset({"jazz.00054"})
SHAPE = (387, 128)


class Gtzan:
    """A corpus with labels; its folder is e.g. $MUSICRNN_DATA/gtzan, ``recipe`` made the frames."""

    card = Card(
        name="gtzan",
        title="GTZAN genre collection, fault-filtered split, as log-mel frames",
        holds="sounds",
        source="G. Tzanetakis, Marsyas; split: C. Kereliuk, B. Sturm, J. Larsen 2015",
        licence="none stated, research use",
        get="make the frames logmel/GENRE.npy of the recordings "
        "(musicrnn_datasets/gtzan.py says how)",
        split="fault-filtered 443/197/290 (jazz.00054 is missing: 442)",
    )
    recipe = LogMel()

    def examples(self, folder: Path) -> Iterator[Example]:
        """The clips of the three splits.

        Raises:
            MusicRNNError: a list or a file of frames is missing or damaged, or lacks a clip.
        """
        frames = {genre: _frames(folder, genre) for genre in GENRES}
        for split in SPLITS:
            for line in _lines(folder / f"{split}_filtered.txt"):
                genre, _, file = line.partition("/")
                name = file.removesuffix(".wav")
                if name in MISSING:
                    continue
                clip = frames.get(genre, {}).get(name)
                if clip is None:
                    raise MusicRNNError(f"{folder}: the {split} split lists {line}, without frames")
                yield Example(name, genre, split, partial(_windows, clip))


def _windows(clip: NDArray[np.uint8]) -> Windows:
    return (np.array(clip),)


def _frames(folder: Path, genre: str) -> dict[str, NDArray[np.uint8]]:
    path = folder / "logmel" / f"{genre}.npy"
    names = _lines(folder / "logmel" / f"{genre}.txt")
    try:
        stored = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise MusicRNNError(f"cannot read {path}: {error}") from error
    if stored.dtype != np.uint8 or stored.shape != (len(names), *SHAPE):
        raise MusicRNNError(
            f"{path} must be uint8 {[len(names), *SHAPE]}, got {stored.dtype} {list(stored.shape)}"
        )
    return dict(zip(names, stored, strict=True))


def _lines(path: Path) -> list[str]:
    try:
        return [line.strip() for line in path.read_text().splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise MusicRNNError(f"cannot read {path}: {error}") from error


GTZAN = Gtzan()
