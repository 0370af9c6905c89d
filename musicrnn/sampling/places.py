"""Which piece is in which place, on the host: the randomness that it draws from, its ids so far.

Conventions. Replays are counted from 0; each gives K ids to each of B places, [B, K]. A place that
is given a piece before replay r begins it there; what a place draws behind its piece's end is
passed over. A piece's uniforms are those of its own generator, one an id.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, counted
from musicrnn.sampling.sampler import Seed
from musicrnn.tokens.protocol import END

BLOCK = 256  # uniforms drawn from a generator at once, or one replay's where that is more


@dataclass(frozen=True)
class Drawn:
    """A piece that has ended, with what a :class:`musicrnn.sampling.sampler.Draft` says of one."""

    number: int  # which of the pieces it is, from 0
    ids: array[int]  # the primer's among them
    drawn: int  # how many of them are not the primer's
    likelihood: float  # nats, 0 where none was asked for


class Places:
    """Gives free places to the pieces that wait, and gathers the ids of those that run."""

    def __init__(
        self,
        seeds: Iterable[Seed],
        primer: Sequence[int],
        *,
        places: int,
        steps: int,
        limit: int,
    ) -> None:
        self.waiting, self.primer = enumerate(seeds), array("i", primer)
        self.steps, self.limit = steps, limit
        self.piece = np.full(places, -1)  # which piece a place holds, -1 for none
        self.begun = np.zeros(places, np.int64)  # the replay in which it began
        self.generators = [np.random.default_rng(0)] * places
        blocks = max(1, BLOCK // steps)
        self.pool = np.zeros((places, blocks, steps))
        self.used = np.full(places, blocks)  # blocks of the pool
        self.drawn: dict[int, NDArray[np.int32]] = {}  # ids [B, K] by replay

    @property
    def busy(self) -> bool:
        return bool((self.piece >= 0).any())

    def fill(self, replay: int) -> list[int]:
        """Give the free places to pieces that begin in this replay; which places these are."""
        fresh: list[int] = []
        for place in np.flatnonzero(self.piece < 0).tolist():
            index, seed = next(self.waiting, (-1, 0))
            if index < 0:
                break
            self.piece[place], self.begun[place] = index, replay
            self.generators[place] = np.random.default_rng(seed)
            self.used[place] = self.pool.shape[1]
            fresh.append(place)
        return fresh

    def uniforms(self) -> NDArray[np.float64]:
        """The next of every place, [K, B]."""
        blocks = self.pool.shape[1]
        for place in np.flatnonzero((self.used == blocks) & (self.piece >= 0)).tolist():
            self.generators[place].random(out=self.pool[place])
            self.used[place] = 0
        rows = np.arange(len(self.piece))
        found = self.pool[rows, np.minimum(self.used, blocks - 1)]
        self.used = np.minimum(self.used + 1, blocks)
        return found.T

    def take(
        self, replay: int, tokens: NDArray[np.int32], likelihoods: NDArray[np.float64]
    ) -> Iterator[Drawn]:
        """Take note of a replay's ids, and of likelihoods [B] at its end; the pieces that ended.

        Raises:
            MusicRNNError: ids below 0, the sign of logits that are not finite, or a piece that has
                not ended after ``limit`` ids.
        """
        self.drawn[replay] = tokens
        running = (self.piece >= 0) & (self.begun <= replay)
        stops = ((tokens == END) | (tokens < 0)).any(1)
        lengths = (replay + 1 - self.begun) * self.steps
        for place in np.flatnonzero(running & (stops | (lengths >= self.limit))).tolist():
            rows = [self.drawn[past][place] for past in range(self.begun[place], replay + 1)]
            ids = np.concatenate(rows)
            ids = ids[: int(np.argmax((ids == END) | (ids < 0))) + 1] if stops[place] else ids
            if ids[-1] < 0:
                raise MusicRNNError(
                    "the model gives logits that are not finite: its weights are broken"
                )
            if ids[-1] != END or len(ids) > self.limit:
                raise MusicRNNError(
                    f"a piece has not ended after {counted(self.limit, 'token')}: ask for fewer "
                    "bars or seconds"
                )
            whole = self.primer + array("i", ids.tobytes())
            number = int(self.piece[place])
            yield Drawn(number, whole, len(ids), float(likelihoods[place]))
            self.piece[place] = -1
        oldest = self.begun[self.piece >= 0].min(initial=replay + 1)
        for past in [past for past in self.drawn if past < oldest]:
            del self.drawn[past]
