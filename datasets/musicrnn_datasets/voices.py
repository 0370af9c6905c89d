"""Pieces of four voices made ready for a voices model: read, split, put on the grid, described.

Conventions. A source is the name of a corpus in CORPORA or a folder of MIDI and ABC files with a
voice a track (see :mod:`musicrnn.tokens.parts`). Ranges are those of the training pieces; a piece
of another split that leaves them is refused. JSB Chorales give no bar lines: a chorale there is
taken to end with a whole bar of 4/4, and what is over at its beginning to be an upbeat. Every piece
that is left out is listed with its reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score
from musicrnn.tokens.grid import is_played
from musicrnn.tokens.parts import grid_of, voice_tracks
from musicrnn.tokens.places import BAR, Places, places_of, regular_places
from musicrnn.tokens.voices import Cells, VoiceGrid, sounding
from musicrnn.training.voices import VoicePiece
from musicrnn_datasets.corpus import Card, Refusal, Split, read_all, reasons
from musicrnn_datasets.jsb import JSB_CHORALES, VOICES
from musicrnn_datasets.sources import read_source

NAMES = tuple(name.lower() for name in VOICES)
SPLITS: tuple[Split, ...] = ("train", "valid", "test")


@dataclass(frozen=True, eq=False)
class PreparedVoices:
    """Pieces of all sources by split, in the order read."""

    grid: VoiceGrid
    pieces: dict[Split, list[VoicePiece]]
    names: dict[Split, list[str]]
    description: dict[str, Any]
    refused: list[Refusal]

    def pitches(self, split: Split) -> list[Cells]:
        """What sounds in each piece, [T, V], -1 where nothing does."""
        return [sounding(self.grid.cells(piece.symbols)) for piece in self.pieces[split]]


def voices_on_grid(score: Score, *, bars_known: bool = True) -> tuple[Cells, Places]:
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
    if bars_known:
        return cells[begin:end], places_of(score, begin, end)
    return cells[begin:end], regular_places(end - begin, (end - begin) % BAR)


def prepare_voices(
    sources: Sequence[str], *, grid: VoiceGrid | None = None, data: Path | None = None
) -> PreparedVoices:
    """Read the sources; without a ``grid`` the ranges are those of the training pieces.

    When chance leaves no piece for validation, the last training piece becomes it.

    Raises:
        MusicRNNError: a source is neither a folder nor a corpus, or no piece has four voices.
    """
    read: list[tuple[Split, str, Cells, Places]] = []
    refused: list[Refusal] = []
    cards: list[Card] = []
    for source in sources:
        card, pieces = read_source(source, data)
        cards.append(card)
        known = card.name != JSB_CHORALES.card.name
        kept, left_out = read_all(
            pieces, lambda piece, known=known: voices_on_grid(piece.read(), bars_known=known)
        )
        read.extend((item.piece.split, item.piece.name, *item.content) for item in kept)
        refused += left_out
    if not read:
        raise MusicRNNError(f"no piece has four voices ({reasons(refused)})")
    if not any(split == "valid" for split, *_ in read):
        at = max((i for i, item in enumerate(read) if item[0] == "train"), default=len(read) - 1)
        read[at] = ("valid", *read[at][1:])
    grid = grid or _grid([cells for split, _, cells, _ in read if split == "train"] or [read[0][2]])
    found: dict[Split, list[VoicePiece]] = {split: [] for split in SPLITS}
    names: dict[Split, list[str]] = {split: [] for split in SPLITS}
    for split, name, cells, places in read:
        try:
            piece = VoicePiece(grid.symbols(cells), places)
        except MusicRNNError as error:
            refused.append(Refusal(name, str(error)))
            continue
        found[split].append(piece)
        names[split].append(name)
    return PreparedVoices(grid, found, names, _description(cards, found, len(refused)), refused)


def _grid(train: Sequence[Cells]) -> VoiceGrid:
    heard = sounding(np.concatenate(list(train)))
    lines = [line[line >= 0] for line in heard.T]
    return VoiceGrid(NAMES, tuple((int(line.min()), int(line.max())) for line in lines))


def _description(
    cards: Sequence[Card], pieces: dict[Split, list[VoicePiece]], refused: int
) -> dict[str, Any]:
    digest = hashlib.sha256()
    for split in SPLITS:
        for piece in pieces[split]:
            digest.update(piece.symbols.tobytes())
    return {
        "corpora": [
            {"name": c.name, "source": c.source, "licence": c.licence, "split": c.split}
            for c in cards
        ],
        "pieces": {split: len(found) for split, found in pieces.items()},
        "steps": {split: sum(len(p.symbols) for p in found) for split, found in pieces.items()},
        "refused": refused,
        "sha256_of_symbols": digest.hexdigest(),
    }
