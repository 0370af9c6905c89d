"""What a pitch would be to its neighbours: a log-linear part of the voices model, in any key alike.

Conventions. Symbols as in :mod:`musicrnn.models.voices`. For a hidden cell of voice v at step t the
row of a pitch p adds up, for every other voice u, how p stands to u in that moment, by how v and u
stood to each other at the step before and whether u moves, and the same towards the step at which
v's next symbol stands: what a fifth or an octave is after a fifth or an octave is one entry. For v
itself, how far p is from its pitch before and after. Distances are clipped to two octaves.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

FARTHEST = 24  # semitones
DISTANCES = 2 * FARTHEST + 2  # the last one: not known
APART = 13  # pitch classes, and not known
MOTIONS = 4  # stays, rises, falls, not known


class Intervals(nn.Module):
    """(symbols, sounding [B, T, V], hidden [B, T, V]) -> logits [N, P] of the N hidden cells."""

    def __init__(self, voices: int, pitches: int) -> None:
        super().__init__()
        self.voices, self.pitches = voices, pitches
        rows = 2 * voices * voices * APART * MOTIONS
        self.table = nn.Parameter(torch.zeros(rows, DISTANCES))

    def forward(self, symbols: Tensor, sounding: Tensor, hidden: Tensor) -> Tensor:
        batch, step, voice = hidden.nonzero(as_tuple=True)  # [N]
        silent = torch.full_like(sounding[:, :1], self.pitches)
        heard = torch.cat([silent, sounding, silent], 1)  # row t + 1 is step t
        after = _next(symbols, self.pitches)[batch, step, voice] + 1
        total = torch.zeros((), device=symbols.device)
        for side, (far, near) in enumerate([(step, step + 1), (after, after - 1)]):
            total = total + self._side(side, heard[batch, far], heard[batch, near], voice)
        return total

    def _side(self, side: int, far: Tensor, near: Tensor, voice: Tensor) -> Tensor:
        """Pitches [N, V] at the far step, where v is known, and at the near one, where v is p."""
        own = voice[:, None]
        others = torch.arange(self.voices, device=far.device)[None]
        itself = others == own  # [N, V]
        at_far = far.gather(1, own)
        near = torch.where(itself, at_far, near)
        known_far, known_near = far < self.pitches, near < self.pitches
        apart = torch.where(known_far & known_far.gather(1, own), (at_far - far) % 12, APART - 1)
        motion = torch.where(near > far, 1, torch.where(near < far, 2, 0))
        motion = torch.where(known_far & known_near, motion, MOTIONS - 1)
        row = ((side * self.voices + own) * self.voices + others) * APART + apart
        row = row * MOTIONS + motion  # [N, V]
        pitch = torch.arange(self.pitches, device=far.device)
        distance = (pitch - near[..., None]).clamp(-FARTHEST, FARTHEST) + FARTHEST  # [N, V, P]
        distance = torch.where(known_near[..., None], distance, DISTANCES - 1)
        flat = row[..., None] * DISTANCES + distance
        return nn.functional.embedding(flat, self.table.view(-1, 1))[..., 0].sum(1)


def _next(symbols: Tensor, hold: int) -> Tensor:
    """The step of each voice's next symbol that is no hold, T where there is none, [B, T, V]."""
    length = symbols.shape[1]
    steps = torch.arange(length, device=symbols.device)[:, None].expand_as(symbols)
    struck = torch.where(symbols == hold, length, steps)
    onwards = struck.flip(1).cummin(1).values.flip(1)
    return torch.cat([onwards[:, 1:], torch.full_like(onwards[:, :1], length)], 1)
