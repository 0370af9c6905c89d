"""Pieces of four voices made ready for a voices model: split, put on the grid, described.

Conventions. A piece has a voice a track (see :mod:`musicrnn.tokens.parts`). Ranges are those of the
training pieces; a piece of another split that leaves them is refused. Every piece that is left out
is listed with its reason.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.score import Score
from musicrnn.tokens.grid import is_played
from musicrnn.tokens.metrical import MetricalFeatures, metre_of
from musicrnn.tokens.parts import grid_of, voice_tracks
from musicrnn.tokens.voices import GridPositions, VoiceGrid, sounding
from musicrnn.training.data import (
    SPLITS,
    Loaded,
    Piece,
    SkippedFile,
    Sources,
    Split,
    TrainingData,
    described,
    few,
    read_all,
    reasons,
    skipping,
)
from musicrnn.training.sparing import spared
from musicrnn.training.voices.piece import VoicePiece

NAMES = ("soprano", "alto", "tenor", "bass")


def voices_data(
    sources: Sources, like: Checkpoint | None = None, *, listed: bool = False
) -> TrainingData:
    """Examples are VoicePieces, ``encoding`` a VoiceGrid: the model's, where there is one.

    Where chance leaves a split without a piece, see musicrnn.training.sparing; ``listed``: a file
    says which piece is for what.

    Raises:
        MusicRNNError: no piece has four voices.
    """
    read: list[Loaded[tuple[GridPositions, MetricalFeatures]]] = []
    refused: list[SkippedFile] = []
    told: list[str] = []

    def read_voices(piece: Piece) -> tuple[GridPositions, MetricalFeatures]:
        score = piece.read()
        found = voices_on_grid(score)
        told.extend(f"{piece.name}: {sentence}" for sentence in score.said)
        return found

    for _, pieces in sources:
        kept, left_out = read_all(pieces, read_voices)
        read += kept
        refused += left_out
    if not read:
        raise MusicRNNError(f"no piece has four voices ({reasons(refused)})")
    sides, said = spared([item.piece for item in read], listed_by_file=listed)
    if like is None:
        train = [item for side, item in zip(sides, read, strict=True) if side == "train"]
        grid = _grid([item.content[0] for item in train or read[:1]])
    else:
        grid = VoiceGrid.from_configuration(like.entry("tokenizer"))
    found: dict[Split, list[VoicePiece]] = {split: [] for split in SPLITS}
    names: dict[Split, list[str]] = {split: [] for split in SPLITS}
    for split, item in zip(sides, read, strict=True):
        cells, places = item.content
        with skipping(item.piece.name, refused):
            found[split].append(VoicePiece(grid.symbols(cells), places))
            names[split].append(item.piece.name)
    counts = {
        "pieces": {split: len(pieces) for split, pieces in found.items()},
        "steps": {split: sum(len(p.symbols) for p in pieces) for split, pieces in found.items()},
    }
    arrays = (piece.symbols for split in SPLITS for piece in found[split])
    description = described((card for card, _ in sources), arrays, counts, len(refused))
    said = [*said, *few(told)]
    return TrainingData(
        found, grid, description, refused=refused, title="four voices", names=names, said=said
    )


def voices_on_grid(score: Score) -> tuple[GridPositions, MetricalFeatures]:
    """The four voices of a score from the first sound to the last, and their places in the bar.

    Raises:
        MusicRNNError: it has not four voices with a track each, or is played off any grid.
    """
    tracks = voice_tracks(score, NAMES, NAMES)
    if is_played(score):
        raise MusicRNNError("it is played freely: its ticks are on no grid of sixteenths")
    cells = grid_of(score, list(tracks.values()))
    heard = np.flatnonzero((sounding(cells) >= 0).any(axis=1))
    begin, end = int(heard[0]), int(heard[-1]) + 1
    return cells[begin:end], metre_of(score, begin, end)


def _grid(train: Sequence[GridPositions]) -> VoiceGrid:
    heard = sounding(np.concatenate(list(train)))
    lines = [line[line >= 0] for line in heard.T]
    return VoiceGrid(NAMES, tuple((int(line.min()), int(line.max())) for line in lines))
