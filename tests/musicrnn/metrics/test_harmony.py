"""Chords, steps and ends of four voices, by hand and beside Bach's."""

from pathlib import Path

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.harmony import four_voices, is_triad_on_bass, last_bass
from musicrnn.sources.find import folder_of
from musicrnn.tokens.parts import grid_of
from musicrnn.tokens.voices import sounding
from musicrnn_datasets.corpora import CORPORA

C, F, G7, CLUSTER = (72, 67, 64, 48), (72, 69, 65, 53), (71, 67, 65, 55), (61, 60, 59, 48)


def test_by_hand() -> None:
    piece = np.array([C, C, F, G7, CLUSTER, (-1, -1, -1, -1), C])
    found = four_voices([piece])
    assert found.chords == 5 / 6
    assert found.bass_steps == pytest.approx(1 / 3)  # C3 F3 G3 C3 C3: 5, 2, 7, 0
    assert found.ends_on_triad == 1
    assert last_bass(piece) == 0
    assert last_bass(np.full((3, 4), -1)) == -1
    assert not is_triad_on_bass(np.array((72, 67, 64, 52)))
    assert not is_triad_on_bass(np.array((72, 67, 60, 48)))
    with pytest.raises(MusicRNNError, match="all voices sound"):
        four_voices([np.full((3, 4), -1)])


def test_bach(corpora: Path) -> None:
    corpus = CORPORA["jsb-chorales"]
    pieces = [
        piece.read() for piece in corpus.pieces(folder_of(corpus, corpora)) if piece.split == "test"
    ]
    found = four_voices([sounding(grid_of(score, score.tracks)) for score in pieces])
    assert found.chords == pytest.approx(0.888, abs=0.002)
    assert found.bass_steps == pytest.approx(0.66, abs=0.01)
    assert found.soprano_steps == pytest.approx(0.84, abs=0.01)
    assert found.ends_on_triad > 0.97
