"""Sliced networks (Yu and Liu 2018, 1807.02291): a long sequence read in slices, all at once.

A sequence is cut into n^k slices. A network reads each slice from a zero state and keeps its last
output; a second one reads these summaries in groups of n; and so on, until level k leaves one
vector. A sequence of T steps takes T / n^k + k n steps one after another in place of T.

Conventions. [B, T, F] and lengths [B] -> [B, H]: for classification, never for the next note. A
sequence that n^k does not divide is padded on the left, as in the authors' code, but a step of
padding is none: the first slice starts where the sequence does, and a slice of padding alone is not
read. So each row depends on its own length and contents, on nothing else. Length 0 gives zeros.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack


class Sliced(nn.Module):
    """SRNN(n, k): n = ``slices``, k = ``depth``, k + 1 networks of a layer of ``hidden`` units.

    With depth 0 it is the cell's last output, with n = 1 one cell on top of the other.

    Raises:
        MusicRNNError: no such cell, settings that it does not have, or sizes that make no slices.
    """

    def __init__(
        self,
        cell: str,
        input_size: int,
        hidden: int,
        *,
        slices: int,
        depth: int,
        settings: LayerSettings | None = None,
    ) -> None:
        super().__init__()
        if slices < 1 or depth < 0:
            raise MusicRNNError(
                f"slices must be 1 or more and depth 0 or more, got {slices} and {depth}"
            )
        if settings is not None and settings.tied:
            raise MusicRNNError("layer.tied needs one stack of layers: here each level has its own")
        self.slices, self.depth, self.hidden = slices, depth, hidden
        self.levels = nn.ModuleList(
            Stack(cell, hidden if level else input_size, hidden, layers=1, settings=settings)
            for level in range(depth + 1)
        )

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """x [B, T, F] and lengths [B], each T at most -> [B, H]."""
        batch, lengths = len(x), lengths.to(x.device)
        count = self.slices**self.depth
        room = -(-lengths // count)  # [B], of the slices of a row
        ends = lengths[:, None] - room[:, None] * torch.arange(count - 1, -1, -1, device=x.device)
        begins = (ends - room[:, None]).clamp(min=0)  # [B, n^k]
        held = ends.clamp(min=0) - begins
        if bool((held * count == x.shape[1]).all()):
            parts = x.reshape(batch * count, -1, x.shape[2])
        else:
            parts = _cut(x, begins, max(1, int(held.max())))
        y = self._last(0, parts, held.flatten())  # [B n^k, H]
        there = (held > 0).long()
        for level in range(1, self.depth + 1):
            groups = there.view(batch, -1, self.slices).sum(2)  # [B, n^(k - level)]
            y = y.view(-1, self.slices, self.hidden)
            missing = self.slices - groups.flatten()  # summaries of padding, on the left
            if bool(missing.any()):
                y = _cut(y, missing[:, None], self.slices)
            y = self._last(level, y, groups.flatten())
            there = (groups > 0).long()
        return y

    def _last(self, level: int, x: Tensor, lengths: Tensor) -> Tensor:
        """The output after step lengths - 1 of each [N, S, F]; 0 where there is no step."""
        network = self.levels[level]
        assert isinstance(network, Stack)
        y, _ = network(x, network.initial_state(len(x)))
        if bool((lengths == x.shape[1]).all()):
            return y[:, -1]
        last = (lengths - 1).clamp(min=0)[:, None, None].expand(-1, 1, y.shape[2])
        return y.gather(1, last)[:, 0] * (lengths > 0)[:, None]


def _cut(x: Tensor, begins: Tensor, length: int) -> Tensor:
    """x [B, T, F] from each of ``begins`` [B, n] on, [B n, length, F]; past the end anything."""
    steps = begins[..., None] + torch.arange(length, device=x.device)  # [B, n, length]
    steps = steps.clamp(max=x.shape[1] - 1).flatten(1)[..., None]
    found = x.gather(1, steps.expand(-1, -1, x.shape[2]))
    return found.reshape(-1, length, x.shape[2])
