"""Context features of a frame model: what it reads before each frame, from the frames before it
alone.

Conventions. A piece is uint8 [T, P] of 0 and 1. The features of a step are float32 [F], in this
order: the frame before it, P numbers (zeros before the first); with ``copy`` the frame that
followed the longest match, P numbers, and the match's length in frames, 1; with ``clock`` the
step's index from 0.

Where the frame before step t never sounded earlier, the match's length is 0 and the prediction
zeros; see musicrnn.context.match. Every transposition of a piece has the same matches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Float32Array, Frames
from musicrnn.context.match import Matches, longest_match, matches
from musicrnn.networks.frame_config import FrameConfig


@dataclass(frozen=True, eq=False)
class FrameContext:
    """A piece, and for each of its steps where the longest match went on (-1: nowhere), and how
    long it is; None where the model has no longest-match context."""

    frames: Frames
    matches: Matches | None

    def __len__(self) -> int:
        return len(self.frames)

    def features(self, first: int, end: int, config: FrameConfig, shift: int = 0) -> Float32Array:
        """The features of steps ``first`` to ``end`` - 1, [end - first, F], the piece
        transposed."""
        before = np.zeros((end - first, config.pitches), np.uint8)
        begin = max(first, 1)
        before[begin - first :] = self.frames[begin - 1 : end - 1]
        parts: list[NDArray[np.generic]] = [transposed(before, shift)]
        if self.matches is not None:
            source, matched = (part[first:end] for part in self.matches)
            copied = self.frames[np.maximum(source, 0)] * (source >= 0).astype(np.uint8)[:, None]
            parts += [transposed(copied, shift), matched[:, None]]
        if config.clock:
            parts.append(np.arange(first, end)[:, None])
        return np.concatenate([part.astype(np.float32) for part in parts], axis=1)


def frame_context(piece: Frames, config: FrameConfig) -> FrameContext:
    """The context of a piece; longest matches, where the model uses them, are found in O(T^2)."""
    return FrameContext(piece, matches(_numbered(piece)) if config.copy else None)


class FrameHistory:
    """The same for B pieces that are sampled side by side, frame by frame."""

    def __init__(self, batch: int, most: int, config: FrameConfig) -> None:
        self.config, self.length = config, 0
        self.frames = np.zeros((batch, most, config.pitches), np.uint8)
        self.ids = np.zeros((batch, most), np.int64)
        self.runs = np.zeros((batch, most + 1), np.int32)
        self.known: list[dict[bytes, int]] = [{} for _ in range(batch)]

    def add(self, frames: Frames) -> None:
        """The next frame of every piece, [B, P]."""
        for row, frame in enumerate(frames):
            known = self.known[row]
            self.ids[row, self.length] = known.setdefault(frame.tobytes(), len(known))
            self.frames[row, self.length] = frame
        self.length += 1

    def features(self) -> Float32Array:
        """The features of the next step, [B, 1, F]; called once a step."""
        t = self.length
        rows: list[Float32Array] = []
        for row, frames in enumerate(self.frames):
            source, matched = np.full(t + 1, -1, np.int32), np.zeros(t + 1, np.int32)
            if self.config.copy and t:
                source[t], matched[t] = longest_match(self.ids[row], t, self.runs[row])
            matches = (source, matched) if self.config.copy else None
            rows.append(FrameContext(frames[: t + 1], matches).features(t, t + 1, self.config))
        return np.stack(rows)


def transposed(frames: Frames, shift: int) -> Frames:
    """[T, P] ``shift`` pitches higher; no note may be shifted beyond the edge."""
    return np.roll(frames, shift, axis=1) if shift else frames


def pitch_ranges(pieces: Sequence[Frames]) -> list[tuple[int, int]]:
    """The lowest and the highest pitch of each piece, counted from 0; of silence (0, -1)."""
    found: list[tuple[int, int]] = []
    for piece in pieces:
        sounding = np.flatnonzero(piece.any(axis=0))
        found.append((int(sounding[0]), int(sounding[-1])) if len(sounding) else (0, -1))
    return found


def _numbered(piece: Frames) -> NDArray[np.int64]:
    """[T]: equal frames have equal numbers."""
    return np.unique(piece, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
