"""Learning to fill in masked cells of several voices, and measuring it.

Conventions. A piece is symbols int64 [T, V] (see :mod:`musicrnn.models.voices`) and places [T, F].
A batch is ``rows`` pieces cut to ``length`` steps at a place drawn by chance, each transposed so
that every voice stays in its range. What is masked is drawn for every row: single cells of any
share, whole voices or a share of them, or some voices for a stretch of time. A row's loss is the
mean over its masked cells, nats a cell, so every row weighs the same (Uria, Murray and Larochelle,
ICML 2014). Validation reads every piece whole, with masks that are always the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.models.voices import VoicesConfig, VoicesModel, cell_losses
from musicrnn.tokens.places import BAR_COLUMNS, PLACES, Places
from musicrnn.tokens.voices import VoiceGrid
from musicrnn.training.loop import Outcome, Watcher, fit
from musicrnn.training.objective import counted
from musicrnn.training.plan import Plan

Symbols = NDArray[np.int64]  # [T, V]
Mask = NDArray[np.bool_]  # [T, V]
VALID_ROWS = 16
BARS_UNKNOWN = 0.25  # share of rows that are not told where in the bar they are


@dataclass(frozen=True)
class VoicesSettings:
    """Sizes of the network and of a batch: ``rows`` pieces at once, ``length`` sixteenths each."""

    cell: str = "gru"
    embedding: int = 192
    hidden: int = 192
    layers: int = 2
    dropout: float = 0.3
    rows: int = 16
    length: int = 128
    augment: bool = True
    layer: LayerSettings = field(default_factory=LayerSettings)


@dataclass(frozen=True, eq=False)
class VoicePiece:
    """symbols [T, V] and places [T, F] of one piece."""

    symbols: Symbols
    places: Places


@dataclass(frozen=True, eq=False)
class VoicesMaterial:
    """Pieces ready to learn from; ``description`` goes into the checkpoint as its data."""

    grid: VoiceGrid
    train: Sequence[VoicePiece]
    valid: Sequence[VoicePiece]
    description: dict[str, Any] = field(default_factory=dict[str, Any])


class VoicesObjective:
    """Implements Objective; see the module's text.

    Args:
        metadata: what goes into the checkpoint beside the model's own configuration.
    """

    unit = "rows"

    def __init__(
        self,
        model: VoicesModel,
        grid: VoiceGrid,
        train: Sequence[VoicePiece],
        valid: Sequence[VoicePiece],
        *,
        settings: VoicesSettings,
        seed: int,
        metadata: dict[str, Any],
    ) -> None:
        if not train or not valid:
            raise MusicRNNError(
                f"pieces to train and to validate on are needed, got {len(train)} and {len(valid)}"
            )
        if settings.rows < 1 or settings.length < 1:
            raise MusicRNNError(
                f"rows and length must be 1 or more, got {settings.rows} and {settings.length}"
            )
        self.model, self.grid, self.train, self.valid = model, grid, train, valid
        self.settings, self.seed, self.metadata = settings, seed, metadata
        self.rank, self.world = 0, 1
        self.drawn = 0  # batches so far
        self.shifts = [_shifts(grid, piece.symbols) for piece in train]

    @property
    def module(self) -> nn.Module:
        return self.model

    def share(self, rank: int, world: int) -> None:
        self.rank, self.world = rank, world

    def loss(self, network: Callable[..., Any]) -> tuple[Tensor, int]:
        random = np.random.default_rng([self.seed, self.drawn, self.rank])
        self.drawn += 1
        chosen = random.integers(len(self.train), size=self.settings.rows)
        pieces = [self._cut(int(index), random) for index in chosen]
        masks = [drawn_mask(piece.symbols.shape, random) for piece in pieces]
        return row_losses(network, self.model, pieces, masks).sum(), len(pieces)

    def validate(self, network: Callable[..., Any]) -> dict[str, float]:
        del network  # every process reads the whole validation split, on the plain module
        random = np.random.default_rng(1)
        masks = [drawn_mask(piece.symbols.shape, random) for piece in self.valid]
        return {"loss": float(piece_losses(self.model, self.valid, masks).mean())}

    def position(self) -> dict[str, Any]:
        return {"drawn": self.drawn}

    def seek(self, position: dict[str, Any]) -> None:
        self.drawn = counted("drawn", position["drawn"])

    def carried(self) -> dict[str, Tensor]:
        return {}

    def carry(self, tensors: dict[str, Tensor]) -> None:
        del tensors

    def checkpoint(self, figures: dict[str, float]) -> Checkpoint:
        found = {"validation_nats_per_masked_cell": figures["loss"]} if figures else {}
        metadata = {
            "task": "voices",
            "model": self.model.configuration(),
            "tokenizer": self.grid.configuration(),
            **self.metadata,
            "metrics": {**self.metadata.get("metrics", {}), **found},
        }
        return Checkpoint(self.model.arrays(), metadata)

    def _cut(self, index: int, random: np.random.Generator) -> VoicePiece:
        """A stretch of a training piece, in another key."""
        piece, length = self.train[index], self.settings.length
        start = int(random.integers(0, max(1, len(piece.symbols) - length + 1)))
        low, high = self.shifts[index] if self.settings.augment else (0, 0)
        places = piece.places[start : start + length].copy()
        if random.random() < BARS_UNKNOWN:
            places[:, BAR_COLUMNS] = 0
        cut = opened(piece.symbols, start, self.grid.pitches)[:length]
        return VoicePiece(
            moved(cut, int(random.integers(low, high + 1)), self.grid.pitches), places
        )


def opened(symbols: Symbols, start: int, hold: int) -> Symbols:
    """The symbols from a step on; what is held there is struck there."""
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


def drawn_mask(shape: tuple[int, ...], random: np.random.Generator) -> Mask:
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
    device = next(model.parameters()).device
    lengths = torch.tensor([len(piece.symbols) for piece in pieces])
    shape = (len(pieces), int(lengths.max()))
    symbols = torch.full((*shape, model.config.voices), model.config.rest)
    places = torch.zeros((*shape, model.config.places))
    hidden = torch.zeros(symbols.shape, dtype=torch.bool)
    for row, (piece, mask) in enumerate(zip(pieces, masks, strict=True)):
        symbols[row, : len(mask)] = torch.from_numpy(piece.symbols)
        places[row, : len(mask)] = torch.from_numpy(piece.places)
        hidden[row, : len(mask)] = torch.from_numpy(mask)
    shown = torch.where(hidden, model.config.mask, symbols)
    logits = network(shown.to(device), places.to(device), lengths)
    losses = cell_losses(logits, symbols.to(device)) * hidden.to(device)
    return losses.sum((1, 2)) / hidden.to(device).sum((1, 2))


def piece_losses(
    model: VoicesModel, pieces: Sequence[VoicePiece], masks: Sequence[Mask]
) -> NDArray[np.float64]:
    """The mean loss of each piece's masked cells, nats a cell, [N]; pieces of like length are read
    side by side. The model is in evaluation mode."""
    order = np.argsort([len(mask) for mask in masks], kind="stable")
    found = np.zeros(len(pieces))
    with torch.no_grad():
        for first in range(0, len(order), VALID_ROWS):
            group = order[first : first + VALID_ROWS]
            chosen = [pieces[i] for i in group], [masks[i] for i in group]
            found[group] = row_losses(model, model, *chosen).double().cpu().numpy()
    return found


def train_voices(
    material: VoicesMaterial,
    output: Path,
    *,
    settings: VoicesSettings,
    plan: Plan,
    command: str = "",
    watcher: Watcher | None = None,
    resume: bool = False,
) -> Outcome:
    """Train a voices model on ``material`` and write it to ``output``; see :func:`fit`."""
    torch.manual_seed(plan.seed)
    grid, train, valid = material.grid, material.train, material.valid
    model = VoicesModel(
        VoicesConfig(
            voices=len(grid.names),
            pitches=grid.pitches,
            places=PLACES,
            cell=settings.cell,
            embedding=settings.embedding,
            hidden=settings.hidden,
            layers=settings.layers,
            dropout=settings.dropout,
            layer=settings.layer,
        )
    )
    metadata = {"data": material.description, "command": command}
    objective = VoicesObjective(
        model, grid, train, valid, settings=settings, seed=plan.seed, metadata=metadata
    )
    made_with = {
        **asdict(settings),
        "layer": settings.layer.as_json(),
        "tokens": grid.configuration(),
        "data": _fingerprint([*train, *valid]),
    }
    return fit(objective, plan, output, watcher=watcher, resume=resume, made_with=made_with)


def _fingerprint(pieces: Sequence[VoicePiece]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(f"{len(piece.symbols)} ".encode() + piece.symbols.tobytes())
    return digest.hexdigest()[:16]
