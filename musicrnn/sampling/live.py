"""A piece that sounds, or is told, while it is drawn: what ``compose --play`` and ``--stream`` do.

Conventions. The ids are those of :func:`musicrnn.sampling.compose.compose` for the same seed, drawn
once: what has sounded has sounded, so a piece that turns out stuck is not drawn again. Ids are
drawn when news is asked for.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Generator, Iterable, Iterator

from musicrnn.accompaniment import with_accompaniment
from musicrnn.checkpoint import Checkpoint
from musicrnn.sampling.compose import (
    Composition,
    begun_at,
    composition,
    fitting_tokenizer,
    tempo_of,
)
from musicrnn.sampling.engine import EngineSettings, engine_for
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sampler import tokens
from musicrnn.sampling.wishing import primed
from musicrnn.score import Score
from musicrnn.strokes import News, news_of
from musicrnn.tokens import Wishes
from musicrnn.tokens.unfolding import unfold


class LivePiece:
    """A piece in the making, a primer at its beginning.

    Raises:
        MusicRNNError: the model cannot compose, or a wish, setting or primer does not fit it.
    """

    drawn_once = True

    def __init__(
        self,
        checkpoint: Checkpoint,
        seed: int,
        *,
        wishes: Wishes,
        settings: Settings,
        primer: Score | None = None,
        engine: EngineSettings | None = None,
    ) -> None:
        self.seed = seed
        self.tokenizer = fitting_tokenizer(checkpoint)
        start, wishes = primed(checkpoint, self.tokenizer, primer, wishes)
        self.tempo = tempo_of(self.tokenizer, wishes, primer)
        self.ids = array("i", start)
        self.seconds = 0.0  # spent on drawing
        self._drawn = tokens(
            engine_for(checkpoint, engine or EngineSettings()),
            self.tokenizer.constraint(wishes),
            [seed, 0],
            settings=settings,
            primer=start,
        )

    def news(self) -> Generator[News]:
        """What becomes certain as the piece is drawn, once.

        A tune of characters, which repeats its sections, is told when it is there, and with its
        chord symbols played, as its files are.
        """
        if self.tokenizer.unfolding() is None:
            yield news_of(with_accompaniment(self.finished().score))
        else:
            ids = self._kept(list(self.ids))
            yield from unfold(ids, self.tokenizer, tempo=self.tempo)

    def finished(self) -> Composition:
        """The whole piece; what is still to be drawn is drawn."""
        for _ in self._kept([]):
            pass
        score = begun_at(self.tokenizer.decode(self.ids), self.tempo)
        return composition(self.tokenizer, self.ids, score, seed=self.seed, seconds=self.seconds)

    def _kept(self, before: Iterable[int]) -> Iterator[int]:
        yield from before
        while True:
            started = time.perf_counter()
            token = next(self._drawn, None)
            self.seconds += time.perf_counter() - started
            if token is None:
                return
            self.ids.append(token)
            yield token
