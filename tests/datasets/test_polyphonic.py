"""The four polyphonic sets: official splits, frames of 0 and 1, and files that are none."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from musicrnn.errors import MusicRNNError
from musicrnn.sources.catalogue import catalogue
from musicrnn_datasets.polyphonic import KEYS, POLYPHONIC

every = pytest.mark.parametrize("name", POLYPHONIC)
JSB = POLYPHONIC["polyphonic-jsb"]


@every
def test_the_card_is_filled_in(name: str) -> None:
    card = POLYPHONIC[name].card
    assert card.name == name
    words = [f.name for f in fields(card) if f.type == "str" and f.name != "language"]
    assert len(words) >= 5
    assert all(getattr(card, word) for word in words)
    entry = next(entry for entry in catalogue() if entry["name"] == name)
    assert entry["holds"] == "frames"


@every
def test_the_real_files(name: str, corpora: Path) -> None:
    corpus = POLYPHONIC[name]
    frames = corpus.frames(corpora / "polyphonic")
    assert tuple(len(pieces) for pieces in frames.values()) == corpus.pieces
    pieces = [piece for split in frames.values() for piece in split]
    assert all(piece.dtype == np.uint8 and piece.shape[1] == 88 for piece in pieces)
    assert {int(value) for piece in pieces for value in (piece.min(), piece.max())} <= {0, 1}
    at_once = np.concatenate(pieces).sum(axis=1).mean()
    assert 2 < at_once < 8  # notes at a time
    entry = next(entry for entry in catalogue(corpora) if entry["name"] == name)
    assert entry["folder"] == str(corpora / "polyphonic")


def cells(*pieces: object) -> np.ndarray:
    array = np.empty((1, len(pieces)), dtype=object)
    array[0, :] = pieces
    return array


def piece(value: float = 1.0, pitches: int = 88) -> np.ndarray:
    return np.full((3, pitches), value)


WHOLE = {KEYS[split]: cells(*[piece()] * n) for split, n in zip(KEYS, JSB.pieces, strict=True)}
BROKEN = {
    "has no cell array testdata": {**WHOLE, "testdata": np.zeros((2, 2))},
    "has no cell array validdata": {n: a for n, a in WHOLE.items() if n != "validdata"},
    r"must be \[T, 88\], got \[3, 87\]": {**WHOLE, "testdata": cells(piece(pitches=87))},
    "must be of 0 and 1": {**WHOLE, "traindata": cells(piece(), piece(2.0))},
    "with a frame at least": {**WHOLE, "testdata": cells(np.zeros((0, 88)))},
    "it is another file": {**WHOLE, "testdata": cells(piece(), piece())},
}


@pytest.mark.parametrize("message", BROKEN)
def test_another_file_is_refused(tmp_path: Path, message: str) -> None:
    savemat(tmp_path / JSB.file, WHOLE)
    assert len(JSB.frames(tmp_path)["train"]) == 229  # what is refused below is the difference
    savemat(tmp_path / JSB.file, BROKEN[message])
    with pytest.raises(MusicRNNError, match=message):
        JSB.frames(tmp_path)


def test_damaged_files_get_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match="cannot read"):
        JSB.frames(tmp_path)
    path = tmp_path / JSB.file
    savemat(path, WHOLE, do_compression=True)
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(150):
        damaged = bytearray(whole[: int(random.integers(0, len(whole)))])
        for at in random.integers(0, len(damaged), 3) if len(damaged) else ():
            damaged[at] ^= int(random.integers(1, 256))
        path.write_bytes(bytes(damaged))
        with pytest.raises(MusicRNNError):
            JSB.frames(tmp_path)
        refused += 1
    assert refused == 150
