"""What writes pieces with a model of one kind: asked for, checked, drawn, or heard while drawn.

Conventions. A Request says what all pieces have in common; a seed gives the same piece, alone or
among others. Models of tokens draw a piece id after id, many side by side; others make it as a
whole, one after the other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from musicrnn.accompaniment import with_accompaniment
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.note_events import EventBatch, event_batch
from musicrnn.sampling.compose import Composition, Request, compose_each
from musicrnn.sampling.composed_sound import SoundComposition
from musicrnn.sampling.live import LivePiece
from musicrnn.tokens import tokenizer_from

SECONDS = 30.0  # of a piece without bars, when nothing else is said

Composed = Composition | SoundComposition


class Composer(ABC):
    """Raises MusicRNNError: the model's file is damaged."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint

    @abstractmethod
    def completed(self, request: Request, bars: int) -> Request:
        """The request found possible, ``bars`` long where no length is asked for.

        Raises:
            MusicRNNError: something that such a model cannot grant.
        """

    @abstractmethod
    def compose(self, seeds: Sequence[int], request: Request) -> Iterator[Composed]:
        """One piece a seed, as they are finished."""

    @abstractmethod
    def live(self, seed: int, request: Request) -> LivePiece | WholePiece:
        """A piece to be heard while it is drawn."""


class TokenComposer(Composer):
    """Of models of tokens."""

    def completed(self, request: Request, bars: int) -> Request:
        controls = request.controls
        if controls.label is not None:
            raise MusicRNNError(
                f"labels are of models of sound, and this one writes notes: got {controls.label!r}"
            )
        if controls.bars is not None or controls.seconds is not None:
            return request
        has_bars = tokenizer_from(self.checkpoint.entry("tokenizer")).has_bars
        controls = replace(controls, bars=bars) if has_bars else replace(controls, seconds=SECONDS)
        return replace(request, controls=controls)

    def compose(self, seeds: Sequence[int], request: Request) -> Iterator[Composition]:
        return compose_each(self.checkpoint, seeds, request)

    def live(self, seed: int, request: Request) -> LivePiece | WholePiece:
        if tokenizer_from(self.checkpoint.entry("tokenizer")).incremental_decoder() is None:
            return WholePiece(next(self.compose([seed], request)))
        return LivePiece(
            self.checkpoint,
            seed,
            controls=request.controls,
            settings=request.settings,
            primer=request.primer,
            engine=request.budget.engine,
        )


class WholeComposer(Composer):
    """Of models that make pieces as a whole; ``made`` is what they are called."""

    made: ClassVar[str]
    instead: ClassVar[str] = ""  # what goes on from a primer

    @abstractmethod
    def piece(self, seed: int, request: Request) -> Composition: ...

    def completed(self, request: Request, bars: int) -> Request:
        del bars  # such models have a length of their own
        made, budget = self.made, request.budget
        penalty = request.settings.repetition_penalty
        if request.primer is not None:
            raise MusicRNNError(f"{made} go on from no primer{self.instead}")
        if penalty != 1:
            raise MusicRNNError(
                f"{made} are not drawn token after token, so there is no repetition penalty, "
                f"got {penalty}"
            )
        if budget.engine.on_gpu:
            raise MusicRNNError(f"{made} are drawn on the CPU, got device {budget.engine.device!r}")
        if budget.candidates != 1:
            raise MusicRNNError(f"{made} are drawn once each, not {budget.candidates} times")
        if budget.engine.weights != "float32":
            raise MusicRNNError(
                f"{made} are drawn with float32 weights, got {budget.engine.weights}"
            )
        return request

    def compose(self, seeds: Sequence[int], request: Request) -> Iterator[Composition]:
        for number, seed in enumerate(seeds):
            yield replace(self.piece(seed, request), number=number)

    def live(self, seed: int, request: Request) -> WholePiece:
        return WholePiece(self.piece(seed, request))


class WholePiece:
    """A piece that is heard once it is there, with its chord symbols played, as in its files."""

    drawn_once = False

    def __init__(self, made: Composition) -> None:
        self.made = made

    def events(self) -> Generator[EventBatch]:
        yield event_batch(with_accompaniment(self.made.score))

    def finished(self) -> Composition:
        return self.made
