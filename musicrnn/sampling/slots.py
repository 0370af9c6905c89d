"""Which piece is in which slot of the batch, on the host: its random generator, its ids so far.

Conventions. Replays are counted from 0; each gives K ids to each of B slots, [B, K]. A slot that
gets a piece before replay r begins it there; ids after a piece's end are ignored. A piece's
uniforms are those of its own generator, one an id.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.sampling.filters import NOT_FINITE
from musicrnn.sampling.sampler import FinishedSequence, Seed, unended
from musicrnn.tokens.protocol import END

# uniforms drawn from a generator at once, or one replay's where that is more
UNIFORMS_AT_ONCE = 256


class SlotScheduler:
    """Gives free slots to the pieces that wait, and gathers the ids of those that run."""

    def __init__(
        self, seeds: Iterable[Seed], primer: Sequence[int], *, slots: int, steps: int, limit: int
    ) -> None:
        self.waiting, self.primer = enumerate(seeds), array("i", primer)
        self.steps, self.limit = steps, limit
        self.piece = np.full(slots, -1)  # which piece a slot holds, -1 for none
        self.begun = np.zeros(slots, np.int64)  # the replay in which it began
        self.seeds: list[Seed] = [0] * slots  # of the piece that it holds
        self.generators = [np.random.default_rng(0)] * slots
        blocks = max(1, UNIFORMS_AT_ONCE // steps)
        self.pool = np.zeros((slots, blocks, steps))
        self.used = np.full(slots, blocks)  # blocks of the pool
        self.drawn: dict[int, NDArray[np.int32]] = {}  # ids [B, K] by replay

    @property
    def busy(self) -> bool:
        return bool((self.piece >= 0).any())

    def assign(self, replay: int) -> list[int]:
        """Give the free slots to pieces that begin in this replay; which slots these are."""
        fresh: list[int] = []
        for slot in np.flatnonzero(self.piece < 0).tolist():
            index, seed = next(self.waiting, (-1, 0))
            if index < 0:
                break
            self.piece[slot], self.begun[slot] = index, replay
            self.seeds[slot], self.generators[slot] = seed, np.random.default_rng(seed)
            self.used[slot] = self.pool.shape[1]
            fresh.append(slot)
        return fresh

    def uniforms(self) -> NDArray[np.float64]:
        """The next of every slot, [K, B]."""
        blocks = self.pool.shape[1]
        for slot in np.flatnonzero((self.used == blocks) & (self.piece >= 0)).tolist():
            self.generators[slot].random(out=self.pool[slot])
            self.used[slot] = 0
        rows = np.arange(len(self.piece))
        found = self.pool[rows, np.minimum(self.used, blocks - 1)]
        self.used = np.minimum(self.used + 1, blocks)
        return found.T

    def collect(
        self, replay: int, tokens: NDArray[np.int32], likelihoods: NDArray[np.float64]
    ) -> Iterator[FinishedSequence]:
        """Take note of a replay's ids, and of likelihoods [B] at its end; the pieces that ended.

        Raises:
            MusicRNNError: ids below 0, the sign of logits that are not finite, or a piece that has
                not ended after ``limit`` ids.
        """
        self.drawn[replay] = tokens
        running = (self.piece >= 0) & (self.begun <= replay)
        stops = ((tokens == END) | (tokens < 0)).any(1)
        lengths = (replay + 1 - self.begun) * self.steps
        for slot in np.flatnonzero(running & (stops | (lengths >= self.limit))).tolist():
            rows = [self.drawn[past][slot] for past in range(self.begun[slot], replay + 1)]
            ids = np.concatenate(rows)
            ids = ids[: int(np.argmax((ids == END) | (ids < 0))) + 1] if stops[slot] else ids
            if ids[-1] < 0:
                raise MusicRNNError(NOT_FINITE)
            if ids[-1] != END or len(ids) > self.limit:
                raise unended(self.limit)
            whole = self.primer + array("i", ids.tobytes())
            number = int(self.piece[slot])
            yield FinishedSequence(number, whole, len(ids), float(likelihoods[slot]))
            self.piece[slot] = -1
        oldest = self.begun[self.piece >= 0].min(initial=replay + 1)
        for past in [past for past in self.drawn if past < oldest]:
            del self.drawn[past]
