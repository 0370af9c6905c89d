"""How likely pieces are under a language model, in nats.

Every piece is read from its start with a zero state, and every id after the first is predicted. A
model that hears a context hears what the past ids say, and of what comes what an outlook tells.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from musicrnn.arrays import Ids
from musicrnn.context.fields import Outlook
from musicrnn.context.past import NO_OUTLOOK
from musicrnn.networks.language import LanguageModel, token_losses
from musicrnn.threads import suited_threads

SCORING_ROWS = 32
WINDOW_LENGTH = 512


def nats(
    model: LanguageModel, pieces: Sequence[Ids], outlooks: Sequence[Outlook] | None = None
) -> tuple[float, int]:
    """The summed loss over all pieces, and the number of ids predicted."""
    per_piece = piece_losses(model, pieces, outlooks)
    return float(sum(p.sum() for p in per_piece)), sum(len(p) for p in per_piece)


def piece_losses(
    model: LanguageModel, pieces: Sequence[Ids], outlooks: Sequence[Outlook] | None = None
) -> list[NDArray[np.float64]]:
    """For each piece of N ids the loss of ids 1 .. N-1, [N - 1], in nats."""
    outlooks = outlooks or [NO_OUTLOOK] * len(pieces)
    read = [model.inputs(ids, outlook) for ids, outlook in zip(pieces, outlooks, strict=True)]
    return input_losses(model, read)


def input_losses(
    model: LanguageModel, pieces: Sequence[NDArray[np.int32]]
) -> list[NDArray[np.float64]]:
    """The same of what the model reads, [N] or [N, 1 + F] each."""
    order = sorted(range(len(pieces)), key=lambda index: -len(pieces[index]))
    losses: list[list[NDArray[np.float64]]] = [[] for _ in pieces]
    training = model.training
    model.eval()
    with torch.no_grad(), suited_threads(model, min(SCORING_ROWS, len(pieces))):
        for first in range(0, len(order), SCORING_ROWS):
            group = order[first : first + SCORING_ROWS]
            _read_group(model, pieces, group, losses)
    model.train(training)
    return [np.concatenate(parts) if parts else np.zeros(0) for parts in losses]


def _read_group(
    model: LanguageModel,
    pieces: Sequence[NDArray[np.int32]],
    group: Sequence[int],
    losses: list[list[NDArray[np.float64]]],
) -> None:
    """Pieces of one group side by side, longest first; rows leave when their piece is over."""
    device, state = model.device, model.initial_state(len(group))
    for offset in range(0, len(pieces[group[0]]) - 1, WINDOW_LENGTH):
        alive = [index for index in group if len(pieces[index]) - 1 > offset]
        state = tuple(part[:, : len(alive)] for part in state)
        length = min(WINDOW_LENGTH, len(pieces[alive[0]]) - 1 - offset)
        inputs = np.zeros((len(alive), length, *pieces[alive[0]].shape[1:]), np.int64)
        targets = np.full((len(alive), length), -1, np.int64)
        for row, index in enumerate(alive):
            read = pieces[index][offset : offset + length + 1]
            inputs[row, : len(read) - 1] = read[:-1]
            targets[row, : len(read) - 1] = read[1:] if read.ndim == 1 else read[1:, 0]
        logits, state = model(torch.from_numpy(inputs).to(device), state)
        found = token_losses(logits, torch.from_numpy(targets).to(device)).double().cpu().numpy()
        for row, index in enumerate(alive):
            losses[index].append(found[row, targets[row] >= 0])
