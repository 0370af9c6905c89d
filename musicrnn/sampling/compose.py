"""A new piece from a model file: the one call behind ``musicrnn compose``."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.repetition import longest_bar_run, longest_note_run
from musicrnn.sampling.engine import engine_for
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sampler import sample
from musicrnn.sampling.wishing import possible_wishes, primed
from musicrnn.score import Score, Tempo
from musicrnn.tokens import Wishes, tokenizer_from

LONGEST_BAR_RUN = 6  # a piece that says one bar more often running is stuck
LONGEST_NOTE_RUN = 16
ATTEMPTS = 5


@dataclass(frozen=True)
class Composition:
    """A piece as it came out of the sampler."""

    score: Score
    ids: tuple[int, ...]
    text: str | None  # the piece's own text, where the tokens are characters
    bars: int  # as played, without a pick-up
    seed: int
    attempts: int  # draws until the piece was not stuck
    sampling_seconds: float  # of the batch


def compose(
    checkpoint: Checkpoint,
    seeds: Sequence[int],
    *,
    wishes: Wishes,
    settings: Settings,
    primer: Score | None = None,
    device: str = "auto",
) -> list[Composition]:
    """One piece a seed; the same seed gives the same piece, alone or among others.

    A piece that is silent, says one bar more than 6 times running or one note more than 16 times is
    drawn again from the same seed, up to 5 times. ``wishes.bars`` and ``wishes.seconds`` count what
    comes after the primer.

    Raises:
        MusicRNNError: the model cannot compose, or a wish, setting or primer does not fit it.
    """
    started = time.perf_counter()
    engine = engine_for(checkpoint, device)
    tokenizer = tokenizer_from(checkpoint.entry("tokenizer"))
    size = checkpoint.entry("model").get("vocabulary")
    if len(tokenizer.vocabulary) != size:
        raise MusicRNNError(
            f"the tokenizer has {len(tokenizer.vocabulary)} tokens and the model {size}: "
            "the file was put together wrongly"
        )
    start, wishes = primed(tokenizer, primer, wishes)
    if primer is None:
        wishes = possible_wishes(checkpoint, tokenizer, wishes)
    pieces: dict[int, Composition] = {}
    waiting = list(range(len(seeds)))
    for attempt in range(ATTEMPTS):
        drawn = sample(
            engine,
            [tokenizer.constraint(wishes) for _ in waiting],
            [[seeds[index], attempt] for index in waiting],
            settings=settings,
            primer=start,
        )
        seconds = time.perf_counter() - started
        for index, ids in zip(waiting, drawn, strict=True):
            score = tokenizer.decode(ids)
            if wishes.tempo is not None:
                score = replace(score, tempos=(Tempo.from_bpm(0, wishes.tempo),))
            elif primer is not None and len(primer.tempos) == len(score.tempos) == 1:
                score = replace(score, tempos=primer.tempos)  # exactly, not the nearest token's
            text = getattr(tokenizer, "text", None)
            pieces[index] = Composition(
                score,
                tuple(ids),
                text(ids) if text is not None else None,
                tokenizer.played_bars(ids) or len(score.bars()),
                seeds[index],
                attempt + 1,
                seconds,
            )
        waiting = [index for index in waiting if is_stuck(pieces[index].score)]
        if not waiting or primer is not None:
            break
    return [pieces[index] for index in range(len(seeds))]


def is_stuck(score: Score) -> bool:
    """Silent, on one bar more than 6 times running, or on one note more than 16 times."""
    notes = NoteArrays.of(score)
    return (
        score.note_count == 0
        or longest_bar_run(notes) > LONGEST_BAR_RUN
        or longest_note_run(notes) > LONGEST_NOTE_RUN
    )
