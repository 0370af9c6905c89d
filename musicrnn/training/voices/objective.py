"""Learning to fill in masked cells of several voices, and measuring it.

Conventions. A piece is symbols int64 [T, V] (see :mod:`musicrnn.networks.voices`) and metrical
features [T, F]. A batch is ``batch_size`` pieces cut to ``sequence_length`` steps at a place drawn
by chance, each transposed so that every voice stays in its range. What is masked is drawn for every
row: single cells of any share, whole voices or a share of them, or some voices for a stretch of
time. A row's loss is the mean over its masked cells, nats a cell, so every row weighs the same
(Uria, Murray and Larochelle, ICML 2014). Validation reads every piece whole, with masks that are
always the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from musicrnn.networks.voices import VoicesModel, position_losses
from musicrnn.threads import suited_threads
from musicrnn.tokens.metrical import BAR_COLUMNS
from musicrnn.tokens.voices import VoiceGrid
from musicrnn.training.objective import Objective
from musicrnn.training.voices.piece import Symbols, VoicePiece
from musicrnn.training.voices.settings import VoicesSettings

Mask = NDArray[np.bool_]  # [T, V]
VALID_ROWS = 16
BARS_UNKNOWN = 0.25  # share of rows without metrical features


class VoicesObjective(Objective):
    """See the module's text."""

    measured = "validation_nats_per_masked_cell"
    counters = ("drawn",)

    def __init__(
        self,
        network: VoicesModel,
        grid: VoiceGrid,
        train: Sequence[VoicePiece],
        valid: Sequence[VoicePiece],
        *,
        settings: VoicesSettings,
        seed: int,
    ) -> None:
        super().__init__(network, settings.batch_size)
        self.grid, self.train, self.valid = grid, train, valid
        self.settings, self.seed = settings, seed
        self.drawn = 0  # batches so far
        self.shifts = [_shifts(grid, piece.symbols) for piece in train]

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        random = np.random.default_rng([self.seed, self.drawn, self.rank])
        self.drawn += 1
        chosen = random.integers(len(self.train), size=self.settings.batch_size)
        pieces = [self._cut(int(index), random) for index in chosen]
        masks = [random_mask(piece.symbols.shape, random) for piece in pieces]
        return row_losses(network, self.module, pieces, masks).sum(), len(pieces)

    def validate(self) -> dict[str, float]:
        random = np.random.default_rng(1)
        masks = [random_mask(piece.symbols.shape, random) for piece in self.valid]
        return {"loss": float(piece_losses(self.module, self.valid, masks).mean())}

    def _cut(self, index: int, random: np.random.Generator) -> VoicePiece:
        """A stretch of a training piece, in another key."""
        piece, length = self.train[index], self.settings.sequence_length
        start = int(random.integers(0, max(1, len(piece.symbols) - length + 1)))
        low, high = self.shifts[index] if self.settings.augment else (0, 0)
        places = piece.metre[start : start + length].copy()
        if random.random() < BARS_UNKNOWN:
            places[:, BAR_COLUMNS] = 0
        cut = opened(piece.symbols, start, self.grid.pitches)[:length]
        return VoicePiece(
            moved(cut, int(random.integers(low, high + 1)), self.grid.pitches), places
        )


def opened(symbols: Symbols, start: int, hold: int) -> Symbols:
    """The symbols from a step on; a held note begins at that step."""
    found = symbols[start:].copy()
    for voice in range(found.shape[1]):
        if found[0, voice] == hold:
            before = symbols[: start + 1, voice]
            struck = before[before != hold]
            found[0, voice] = struck[-1] if len(struck) else hold + 1
    return found


def moved(symbols: Symbols, semitones: int, pitches: int) -> Symbols:
    """The same transposed."""
    return np.where(symbols < pitches, symbols + semitones, symbols)


def _shifts(grid: VoiceGrid, symbols: Symbols) -> tuple[int, int]:
    """The least and the greatest transposition that keeps every voice in its range."""
    low, high = -127, 127
    for (lowest, highest), line in zip(grid.ranges, symbols.T, strict=True):
        heard = line[line < grid.pitches] + grid.lowest
        if len(heard):
            low = max(low, lowest - int(heard.min()))
            high = min(high, highest - int(heard.max()))
    return min(low, 0), max(high, 0)


def random_mask(shape: tuple[int, ...], random: np.random.Generator) -> Mask:
    """[T, V] of what is hidden, one cell at least; see the module's text."""
    steps, voices = shape
    kind, share = random.random(), 1 - random.random()
    some = random.permutation(voices) < random.integers(1, voices + 1)
    mask = np.zeros((steps, voices), np.bool_)
    if kind < 0.4:
        mask |= random.random((steps, voices)) < share
    elif kind < 0.75:
        share = share if random.random() < 0.5 else 1.0
        mask[:, some] = random.random((steps, int(some.sum()))) < share
    else:
        length = int(random.integers(1, min(steps, 64) + 1))
        start = int(random.integers(0, steps - length + 1))
        mask[start : start + length, some] = True
    if not mask.any():
        mask[random.integers(steps), random.integers(voices)] = True
    return mask


def row_losses(
    network: Callable[..., Any],
    model: VoicesModel,
    pieces: Sequence[VoicePiece],
    masks: Sequence[Mask],
) -> Tensor:
    """The mean loss of each piece's masked cells, nats a cell, [B]."""
    device = model.device
    lengths = torch.tensor([len(piece.symbols) for piece in pieces])
    shape = (len(pieces), int(lengths.max()))
    symbols = torch.full((*shape, model.config.voices), model.config.rest)
    places = torch.zeros((*shape, model.config.places))
    hidden = torch.zeros(symbols.shape, dtype=torch.bool)
    for row, (piece, mask) in enumerate(zip(pieces, masks, strict=True)):
        symbols[row, : len(mask)] = torch.from_numpy(piece.symbols)
        places[row, : len(mask)] = torch.from_numpy(piece.metre)
        hidden[row, : len(mask)] = torch.from_numpy(mask)
    shown = torch.where(hidden, model.config.mask, symbols)
    logits = network(shown.to(device), places.to(device), lengths)
    losses = position_losses(logits, symbols.to(device)) * hidden.to(device)
    return losses.sum((1, 2)) / hidden.to(device).sum((1, 2))


def piece_losses(
    model: VoicesModel, pieces: Sequence[VoicePiece], masks: Sequence[Mask]
) -> NDArray[np.float64]:
    """The mean loss of each piece's masked cells, nats a cell, [N]; pieces of like length are read
    side by side. The model is in evaluation mode."""
    order = np.argsort([len(mask) for mask in masks], kind="stable")
    found = np.zeros(len(pieces))
    with torch.no_grad(), suited_threads(model, VALID_ROWS):
        for first in range(0, len(order), VALID_ROWS):
            group = order[first : first + VALID_ROWS]
            chosen = [pieces[i] for i in group], [masks[i] for i in group]
            found[group] = row_losses(model, model, *chosen).double().cpu().numpy()
    return found
