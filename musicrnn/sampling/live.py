"""A piece that is played or streamed while it is sampled: what ``compose --play`` and ``--stream``
do.

Conventions. The ids are those of :func:`musicrnn.sampling.compose.compose` for the same seed,
sampled once: what has been played cannot be taken back, so a piece that turns out stuck is not
sampled again. Ids are sampled lazily, when the consumer asks for the next batch of events.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Generator, Iterable, Iterator

from musicrnn.checkpoint import Checkpoint
from musicrnn.note_events import EventBatch
from musicrnn.sampling.compose import (
    Composition,
    as_planned,
    begun_at,
    behind,
    composition,
    fitting_tokenizer,
    tempo_of,
)
from musicrnn.sampling.controls import primed
from musicrnn.sampling.engine import EngineSettings, engine_for
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.loudness import louder
from musicrnn.sampling.planning import Planner
from musicrnn.sampling.primer import Primer
from musicrnn.sampling.sampler import Opening, tokens
from musicrnn.sampling.velocities import with_own_velocities
from musicrnn.score import Score
from musicrnn.tokens import Controls
from musicrnn.tokens.incremental import decode_incrementally


class LivePiece:
    """A piece while it is sampled, a primer at its beginning: as the model hears it in the events,
    as it is in the finished piece.

    Raises:
        MusicRNNError: the model cannot compose, or a control, setting or primer does not fit it.
    """

    drawn_once = True  # it may turn out stuck

    def __init__(
        self,
        checkpoint: Checkpoint,
        seed: int,
        *,
        controls: Controls,
        settings: Settings,
        primer: Score | None = None,
        engine: EngineSettings | None = None,
    ) -> None:
        self.seed = seed
        self.tokenizer = fitting_tokenizer(checkpoint)
        self.primer = None if primer is None else Primer(primer, self.tokenizer)
        heard = None if self.primer is None else self.primer.heard
        form = controls.form
        start, controls = primed(checkpoint, self.tokenizer, heard, controls)
        self.tempo = tempo_of(self.tokenizer, controls, heard)
        self._prompt = start
        self.ids = array("i", start)
        self.seconds = 0.0  # spent on drawing
        hearing = louder(checkpoint, controls, form)
        stepped = engine_for(with_own_velocities(hearing, self.tokenizer, settings), engine)
        before = self.tokenizer.played_bars(start)
        planner = Planner(checkpoint, self.tokenizer, controls, form=form, primer_bars=before)
        self._planner = planner
        known = planner.foresight
        constraint = known.constraint(self.tokenizer, controls, [seed, 0])
        piece = Opening(constraint, [seed, 0], stepped.past(known.outlook([seed, 0])))
        self._drawn = tokens(stepped, piece, settings=settings, primer=start)

    def events(self) -> Generator[EventBatch]:
        """Batches of events as the piece is sampled; to be iterated once."""
        ids = self._kept(list(self.ids))
        yield from decode_incrementally(ids, self.tokenizer, tempo=self.tempo)

    def finished(self) -> Composition:
        """The whole piece; what is still to be drawn is drawn."""
        for _ in self._kept([]):
            pass
        score = begun_at(self.tokenizer.decode(self.ids), self.tempo)
        piece = composition(self.tokenizer, self.ids, score, seed=self.seed, seconds=self.seconds)
        if self.primer is not None:
            piece = behind(self.primer, self._prompt, piece)
        return as_planned(piece, self._planner, [self.seed, 0])

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
