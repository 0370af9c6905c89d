"""Windows read every piece whole and in order, and go on from any position."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.training.compose.windows import Windows

PIECES = [np.arange(10 * k, 10 * k + n, dtype=np.int32) for k, n in enumerate([9, 4, 8, 2, 7])]
IDENTITY = np.arange(60, dtype=np.int32)[None]


def windows(**settings) -> Windows:
    return Windows(PIECES, IDENTITY, **{"rows": 2, "length": 3, "seed": 5, **settings})


def test_each_epoch_reads_each_piece_once() -> None:
    stream = windows(rows=1)
    rows: list[int] = []
    pieces: list[list[int]] = []
    for _ in range(100):
        window = stream.next()
        if window.fresh[0]:
            if rows:
                pieces.append(rows)
            rows = [int(window.inputs[0, 0])]
        rows.extend(t for t in window.targets[0].tolist() if t >= 0)
    whole = sorted(piece.tolist() for piece in PIECES)
    assert sorted(pieces[:5]) == whole
    assert sorted(pieces[5:10]) == whole
    assert pieces[:5] != pieces[5:10]


def test_targets_are_the_inputs_one_later() -> None:
    stream = windows()
    for _ in range(20):
        window = stream.next()
        there = window.targets >= 0
        assert (window.targets[there] == window.inputs[there] + 1).all()


def test_goes_on_from_a_position() -> None:
    stream = windows()
    for _ in range(7):
        stream.next()
    position = stream.position()
    expected = [stream.next() for _ in range(9)]
    again = windows()
    again.seek(position)
    for window in expected:
        found = again.next()
        np.testing.assert_array_equal(found.inputs, window.inputs)
        np.testing.assert_array_equal(found.targets, window.targets)
        np.testing.assert_array_equal(found.fresh, window.fresh)


def test_variations_that_lack_an_id_are_not_taken() -> None:
    shifted = IDENTITY[0] + 1
    shifted[[0, 45]] = -1
    stream = Windows(PIECES, np.stack([IDENTITY[0], shifted]), rows=1, length=20, seed=0)
    firsts = {int(stream.next().inputs[0, 0]) for _ in range(60)}
    assert 1 not in firsts  # piece 0 holds id 0, which the map lacks
    assert 11 in firsts
    assert 10 in firsts


def test_weights_mix_the_pieces() -> None:
    weights = np.array([1.0, 0, 0, 0, 0])
    stream = windows(weights=weights)
    assert all(stream.next().inputs.max() < 10 for _ in range(10))


def test_processes_share_an_epoch() -> None:
    found: set[int] = set()
    for rank in range(2):
        stream = windows(rows=1, length=20)
        stream.share(rank, 2)
        found |= {int(stream.next().inputs[0, 0]) for _ in range(2)}
    assert len(found) == 4


def test_bad_sizes() -> None:
    with pytest.raises(MusicRNNError, match="no piece"):
        Windows([], IDENTITY, rows=1, length=1, seed=0)
    with pytest.raises(MusicRNNError, match="rows and length"):
        windows(rows=0)
