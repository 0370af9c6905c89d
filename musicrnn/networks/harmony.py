"""What the tones of lines say of the next id: scores of intervals, in torch.

Conventions. See :mod:`musicrnn.context.pointing`, which numbers the kinds of scores. Tones are 1 to
TONES, 0 for none; [...] are batch and time.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from musicrnn.context.fields import TONES
from musicrnn.context.pointing import (
    HARMONIC,
    OF_ROOTS,
    passed_over,
    roots_of_chords,
    still_open,
    tone_columns,
    tones_of_lines,
)
from musicrnn.context.readings import Readings


class Harmony:
    """Reads a context of these fields, of a vocabulary with these readings."""

    def __init__(self, fields: Sequence[str], readings: Readings, device: torch.device) -> None:
        self.tones = tone_columns(fields)
        self.chords = [n for n, name in enumerate(fields) if name == "chord"]  # one or none

        def there(array: object) -> Tensor:
            return torch.as_tensor(array, device=device)

        self.sounds = there(tones_of_lines(readings)).long()  # [V]
        self.roots = there(roots_of_chords(readings))  # [chords + 1]
        self.passed = there(passed_over(readings)).float()  # [V, lines]
        self.open = there(still_open(readings)).float()  # [V, lines]

    def worth(self, scores: Tensor, ids: Tensor, context: Tensor) -> Tensor:
        """[..., V] to be added to logits; of scores [..., (HARMONIC * lines + OF_ROOTS) * TONES],
        ids [...] and their context [..., F]."""
        lines = len(self.tones)
        of_lines, of_root = scores.split([HARMONIC * lines * TONES, OF_ROOTS * TONES], -1)
        above, kept, ahead, roots, roots_ahead, beside = of_lines.unflatten(
            -1, (HARMONIC, lines, TONES)
        ).unbind(-3)  # [..., lines, TONES]
        above_root, beside_root = of_root.unflatten(-1, (OF_ROOTS, 1, TONES)).unbind(-3)
        tones, before, following = (
            context[..., [column + more for column in self.tones]] for more in (0, lines, 2 * lines)
        )  # [..., lines]
        chord = context[..., self.chords].clamp(max=len(self.roots) - 1)
        root = self.roots[chord].sum(-1, keepdim=True)  # [..., 1]
        worth = _by_class(above, tones) + _by_class(ahead, following) + _by_class(above_root, root)
        worth = worth[..., None, :].expand(*worth.shape[:-1], lines, TONES)
        worth = worth + _parallel(kept, tones, before)
        chords = _by_class(roots, tones) + _by_class(roots_ahead, following)
        every = torch.cat([worth, chords[..., None, :]], -2).flatten(-2)
        found = nn.functional.pad(every, (0, 1))[..., self.sounds]
        beside, others = torch.cat([beside, beside_root], -2), torch.cat([tones, root], -1)
        stays = _beside(beside, others, tones) * self.open[ids]
        return found + stays @ self.passed.T.to(stays.dtype)


def _by_class(scores: Tensor, tones: Tensor) -> Tensor:
    """[..., TONES]: by pitch class the scores [..., n, TONES] of its intervals above the tones
    [..., n], added up."""
    intervals = (torch.arange(TONES, device=tones.device) - (tones[..., None] - 1)) % TONES
    return (scores.gather(-1, intervals) * (tones > 0)[..., None]).sum(-2)


def _parallel(scores: Tensor, tones: Tensor, before: Tensor) -> Tensor:
    """[..., lines, TONES]: what each pitch class of each line is worth where it would move in
    parallel with a line that has moved, by the interval that they keep."""
    lines = tones.shape[-1]
    moved = (tones != before) & (before > 0)
    kept = (before[..., None, :] - before[..., None]) % TONES  # [..., of, to]
    to = (tones[..., None] - 1 + kept) % TONES
    there = moved[..., None] & (before > 0)[..., None, :]
    there = there & _others(lines, lines, tones.device)
    scored = (scores.gather(-1, kept) * there).transpose(-1, -2)
    return (0 * scores).scatter_add(-1, to.transpose(-1, -2), scored)


def _beside(scores: Tensor, others: Tensor, tones: Tensor) -> Tensor:
    """[..., lines]: what the tones [..., lines] are worth beside the others [..., lines + 1], the
    lines themselves first; of scores [..., lines + 1, TONES]."""
    lines = tones.shape[-1]
    intervals = (tones[..., None, :] - others[..., None]) % TONES  # [..., of, to]
    there = (others > 0)[..., None] & (tones > 0)[..., None, :]
    there = there & _others(lines + 1, lines, tones.device)
    return (scores.gather(-1, intervals) * there).sum(-2)


def _others(of: int, to: int, device: torch.device) -> Tensor:
    """[of, to]: where they are not the same."""
    return torch.arange(of, device=device)[:, None] != torch.arange(to, device=device)
