"""Pieces cut into windows, so that a network may read them with its state carried over.

Conventions. Each of ``rows`` rows reads one piece from start to end, ``length`` ids at a time, and
then takes the next of an endless shuffled stream; ``fresh`` marks the rows that begin a piece.
Inputs [B, T], with a context [B, T, 1 + F]; targets the ids one later, -1 where there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.errors import MusicRNNError
from musicrnn.training.compose.hearing import BARS_LEFT, Hearing
from musicrnn.training.objective import stored_count


@dataclass(frozen=True, eq=False)
class Window:
    """inputs [B, T] or [B, T, 1 + F]; targets and how much each weighs [B, T]; fresh [B]."""

    inputs: NDArray[np.int64]
    targets: NDArray[np.int64]
    weights: NDArray[np.float32]
    fresh: NDArray[np.bool_]


class Windows:
    """The endless stream.

    Args:
        pieces: ids of each piece, from start to end.
        maps: [A, V] maps of ids that give the same piece transposed or at another tempo; -1
            where a map has no id for it. Row 0 is the identity.
        weights: how often each piece is taken, relative to the others; None for once an epoch.
        hearing: the context of the same pieces, and which of its columns are heard; None for none.
    """

    def __init__(
        self,
        pieces: Sequence[Ids],
        maps: NDArray[np.int32],
        *,
        rows: int,
        length: int,
        seed: int,
        weights: NDArray[np.float64] | None = None,
        hearing: tuple[Hearing, Sequence[int]] | None = None,
    ) -> None:
        if not pieces:
            raise MusicRNNError("there is no piece to train on")
        if rows < 1 or length < 1:
            raise MusicRNNError(f"rows and length must be 1 or more, got {rows} and {length}")
        self.pieces, self.maps, self.weights = pieces, maps, weights
        self.rows, self.length, self.seed = rows, length, seed
        self.rank, self.world = 0, 1
        self.epoch = 0
        self.taken = 0  # pieces of this epoch's order that rows have taken
        self.reading = [(-1, 0, 0, 0)] * rows  # piece, offset, variation, draw
        self.hearing = hearing
        self._order = self._shuffled(0)

    def position(self) -> dict[str, Any]:
        return {
            "epoch": self.epoch,
            "taken": self.taken,
            "reading": list(self.reading),
        }

    def seek(self, position: dict[str, Any]) -> None:
        """The inverse of :meth:`position`.

        Raises:
            MusicRNNError: there is nothing to read there.
        """
        self.epoch = stored_count("epoch", position["epoch"])
        self.taken = stored_count("taken", position["taken"])
        reading = [self._place(*row) for row in position["reading"]]
        if len(reading) != self.rows:
            raise MusicRNNError(f"{self.rows} rows must be read, got {len(reading)}")
        self.reading = reading
        self._order = self._shuffled(self.epoch)

    def next(self) -> Window:
        """One window of every row."""
        heard = () if self.hearing is None else (1 + len(self.hearing[1]),)
        inputs = np.zeros((self.rows, self.length, *heard), np.int64)
        targets = np.full((self.rows, self.length), -1, np.int64)
        weights = np.ones((self.rows, self.length), np.float32)
        fresh = np.zeros(self.rows, np.bool_)
        for row in range(self.rows):
            piece, offset, variation, draw = self.reading[row]
            if piece < 0 or offset + 1 >= len(self.pieces[piece]):
                piece, offset, variation, draw = self._take()
                fresh[row] = True
            ids = self.pieces[piece][offset : offset + self.length + 1]
            ids = self.maps[variation][ids]
            read, count = inputs[row], len(ids) - 1
            if self.hearing is None:
                read[:count] = ids[:-1]
            else:
                hearing, columns = self.hearing
                span = slice(offset, offset + count)
                context = hearing.window(piece, span, self.maps[variation], draw=draw)
                read[:count, 0], read[:count, 1:] = ids[:-1], context[:, columns]
                left = context[:, BARS_LEFT] * (BARS_LEFT in columns)
                weights[row, :count] = hearing.weights(piece, span, left)
            targets[row, :count] = ids[1:]
            self.reading[row] = (piece, offset + self.length, variation, draw)
        return Window(inputs, targets, weights, fresh)

    def _place(
        self, piece: int, offset: int, variation: int, draw: int = 0
    ) -> tuple[int, int, int, int]:
        """Where a row reads, if it can; an older version wrote no draw."""
        piece = stored_count("piece", piece + 1, len(self.pieces) + 1) - 1  # -1: none yet
        offset = stored_count("offset", offset)
        variation = stored_count("variation", variation, len(self.maps))
        if piece >= 0 and not self._varies(piece, variation):
            raise MusicRNNError(f"piece {piece} has no variation {variation}")
        return piece, offset, variation, stored_count("draw", draw)

    def _varies(self, piece: int, variation: int) -> bool:
        """Whether the variation has an id for all of the piece's."""
        return variation == 0 or bool((self.maps[variation][self.pieces[piece]] >= 0).all())

    def _take(self) -> tuple[int, int, int, int]:
        """The next piece, an augmentation map that it has, and the draw of what is heard."""
        if self.taken >= len(self._order):
            self.epoch, self.taken = self.epoch + 1, 0
            self._order = self._shuffled(self.epoch)
        piece = int(self._order[self.taken])
        random = np.random.default_rng([self.seed, 1, self.epoch, self.taken, self.rank])
        self.taken += 1
        variation = int(random.integers(len(self.maps)))
        draw = int(random.integers(2**31))
        return piece, 0, variation if self._varies(piece, variation) else 0, draw

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        random = np.random.default_rng([self.seed, 0, epoch])
        count = len(self.pieces)
        if self.weights is None:
            order = random.permutation(count)
        else:
            order = random.choice(count, size=count, p=self.weights / self.weights.sum())
        return order[self.rank :: self.world] if count >= self.world else order

    def share(self, rank: int, world: int) -> None:
        """Read only part ``rank`` of ``world`` of every epoch."""
        self.rank, self.world = rank, world
        self._order = self._shuffled(self.epoch)
