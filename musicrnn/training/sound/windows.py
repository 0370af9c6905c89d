"""Coded sounds cut into windows, so that a network may read them with its state carried over.

Conventions. Each of ``rows`` rows reads one sound from its beginning to its end, ``length`` frames
at a time, and then takes the next of an endless shuffled stream; ``fresh`` marks the rows that
begin a sound, ``there`` the frames that there are. The first sound of each row is begun at another
place, so that rows of sounds as long as each other are not all at their beginnings at once. In a
share UNTOLD of the readings neither label nor beat is told, so that it is known what a sound is
like without (musicrnn.sampling.compose_sound listens to the difference). Of samples there is
``foreseen``, what linear prediction says of them (musicrnn.context.linear_prediction).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.linear_prediction import HEARD, SAID, Foreseen
from musicrnn.context.sound import FIELDS, TOLD, Framing
from musicrnn.errors import MusicRNNError, counted
from musicrnn.training.objective import stored_count
from musicrnn.training.sound.data import CodedSound

UNTOLD = 0.1


@dataclass(frozen=True, eq=False)
class SoundWindow:
    """Codes of the frames before and of the frames [B, T, Q], contexts [B, T, F], there [B, T],
    fresh [B]; of samples what is ``foreseen`` [B, T, ...]."""

    before: NDArray[np.int64]
    codes: NDArray[np.int64]
    context: NDArray[np.int64]
    there: NDArray[np.bool_]
    fresh: NDArray[np.bool_]
    foreseen: Foreseen | None = None


class SoundWindows:
    """The endless stream; ``weights`` say how often each sound is taken beside the others, None for
    once an epoch."""

    def __init__(
        self,
        sounds: Sequence[CodedSound],
        framing: Framing,
        *,
        rows: int,
        length: int,
        seed: int,
        weights: NDArray[np.float64] | None = None,
    ) -> None:
        self.sounds, self.framing, self.weights = sounds, framing, weights
        self.rows, self.length, self.seed = rows, length, seed
        self.rank, self.world = 0, 1
        self.epoch = self.taken = 0
        self.reading = [(-1, 0, 0)] * rows  # sound, the frame that comes next, whether it is untold
        self._order = self._shuffled()

    def share(self, rank: int, world: int) -> None:
        """Read only part ``rank`` of ``world`` of every epoch."""
        self.rank, self.world = rank, world
        self._order = self._shuffled()

    def position(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "taken": self.taken, "reading": list(self.reading)}

    def seek(self, position: dict[str, Any]) -> None:
        """The inverse of :meth:`position`.

        Raises:
            MusicRNNError: a place where there is no sound.
        """
        self.epoch = stored_count("epoch", position["epoch"])
        self._order = self._shuffled()
        self.taken = stored_count("taken", position["taken"], len(self._order) + 1)
        reading = [(int(a), int(b), int(c)) for a, b, c in position["reading"]]
        if len(reading) != self.rows or not all(
            -1 <= sound < len(self.sounds)
            and 0 <= frame <= (len(self.sounds[sound]) if sound >= 0 else 0)
            and untold in (0, 1)
            for sound, frame, untold in reading
        ):
            raise MusicRNNError(
                f"the rows' places are not those of {counted(len(self.sounds), 'sound')}"
            )
        self.reading = reading

    def next(self) -> SoundWindow:
        """The next window of every row, as long as its longest."""
        fresh = np.zeros(self.rows, np.bool_)
        for row, (sound, frame, _) in enumerate(self.reading):
            if sound < 0 or frame >= len(self.sounds[sound]):
                taken, untold = self._take()
                first = row * len(self.sounds[taken]) // self.rows if sound < 0 else 0
                self.reading[row], fresh[row] = (taken, first, untold), True
        spans = [
            (sound, slice(frame, min(frame + self.length, len(self.sounds[sound]))), untold)
            for sound, frame, untold in self.reading
        ]
        length = max(span.stop - span.start for _, span, _ in spans)
        books = self.sounds[0].codes.shape[1]
        codes = np.zeros((self.rows, length, books), np.int64)
        before = np.full_like(codes, self.framing.nothing)
        context = np.zeros((self.rows, length, len(FIELDS)), np.int64)
        there = np.zeros((self.rows, length), np.bool_)
        for row, (sound, span, untold) in enumerate(spans):
            found, count = self.sounds[sound].codes, span.stop - span.start
            codes[row, :count] = found[span]
            begin = int(span.start == 0)  # before which there is nothing
            before[row, begin:count] = found[span.start - 1 + begin : span.stop - 1]
            context[row, :count] = self.sounds[sound].context(self.framing, span)
            if untold:
                context[row, :count, TOLD] = 0
            there[row, :count] = True
            self.reading[row] = sound, span.stop, untold
        return SoundWindow(before, codes, context, there, fresh, self._foreseen(spans, length))

    def _foreseen(self, spans: Sequence[tuple[int, slice, int]], length: int) -> Foreseen | None:
        if not self.framing.linear:
            return None
        heard = np.zeros((self.rows, length, HEARD), np.float32)
        logits = np.zeros((self.rows, length, SAID), np.float32)
        for row, (sound, span, _) in enumerate(spans):
            told, count = self.sounds[sound].foreseen(self.framing, span), span.stop - span.start
            heard[row, :count], logits[row, :count] = told.heard, told.logits
        return Foreseen(heard, logits)

    def _take(self) -> tuple[int, int]:
        """The next sound, and whether nothing is told of it."""
        if self.taken >= len(self._order):
            self.epoch, self.taken = self.epoch + 1, 0
            self._order = self._shuffled()
        random = np.random.default_rng([self.seed, 1, self.epoch, self.taken, self.rank])
        self.taken += 1
        return int(self._order[self.taken - 1]), int(random.random() < UNTOLD)

    def _shuffled(self) -> NDArray[np.int64]:
        random, count = np.random.default_rng([self.seed, self.epoch]), len(self.sounds)
        if self.weights is None:
            order = random.permutation(count)
        else:
            order = random.choice(count, count, p=self.weights / self.weights.sum())
        return order[self.rank :: self.world] if count >= self.world else order
