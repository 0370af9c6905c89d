"""The sampler for CUDA: many pieces at once, many steps per graph replay, no waiting for the host.

The same pieces as :func:`musicrnn.sampling.sampler.sample` from the same seeds. The primer, which
is the same for all, is read in one call of the model; a step of everything is recorded as a CUDA
graph of K steps (:mod:`musicrnn.sampling.graph_steps`); while the device is at one replay, the next
is queued already and the host reads the ids of the one before. A slot whose piece has ended is
given the next piece, so that a thousand pieces need not wait for the longest.

The grammar of ABC text is an automaton on the host (:mod:`musicrnn.tokens.rules`), and a context is
made there (:mod:`musicrnn.context.past`): with either a graph is one step, and after each the host
reads the ids and sends the next masks and contexts.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from musicrnn.context.fields import FIELDS
from musicrnn.context.past import Past
from musicrnn.errors import MusicRNNError, counted
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_steps import LanguageSteps
from musicrnn.sampling.capture import Capture, Exchange, as_it_is, cuda_graph
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.graph_steps import GraphSteps, primed_state
from musicrnn.sampling.sampler import NO_FORESIGHT, TOKEN_LIMIT, FinishedSequence, Foresight, Seed
from musicrnn.sampling.slots import SlotScheduler
from musicrnn.tokens.protocol import START, Constraint, Controls, Tokenizer

PieceOfSlot = NDArray[np.int64]  # piece of each slot, -1 for none
MAX_SLOTS = 2**16
PRECISIONS = ("float32", "bfloat16")


class Replays(NamedTuple):
    """How steps are run.

    ``steps`` of one replay; ``capture`` records a replay, None for what the model's device has;
    ``compiled`` fuses each step (see GraphSteps.record); ``precision`` of the products, "float32"
    or "bfloat16"; ``likelihoods`` are summed only where asked for.
    """

    steps: int = 32
    precision: str = "float32"
    capture: Capture | None = None
    compiled: bool = False
    likelihoods: bool = False


class GraphSampler:
    """Samples pieces on the model's device, ``slots`` at once.

    The last recorded graph is kept and reused for pieces with the same controls, settings and
    primer.

    Raises:
        MusicRNNError: a number of slots or steps out of range, or no such precision.
    """

    def __init__(self, model: LanguageModel, *, slots: int, replays: Replays | None = None) -> None:
        self.replays = replays or Replays()
        if not 1 <= slots <= MAX_SLOTS:
            raise MusicRNNError(f"slots must be in 1..{MAX_SLOTS}, got {slots}")
        if not 1 <= self.replays.steps <= 1024:
            raise MusicRNNError(f"steps must be in 1..1024, got {self.replays.steps}")
        if self.replays.precision not in PRECISIONS:
            raise MusicRNNError(
                f"precision must be {' or '.join(PRECISIONS)}, got {self.replays.precision!r}"
            )
        self.slots = slots
        self.model = LanguageSteps(model, bf16=self.replays.precision == "bfloat16")
        self.recorded: tuple[object, GraphSteps] | None = None

    def sample(
        self,
        tokenizer: Tokenizer,
        controls: Controls,
        seeds: Iterable[Seed],
        *,
        settings: Settings,
        primer: Sequence[int] = (START,),
        token_limit: int = TOKEN_LIMIT,
        known: Foresight = NO_FORESIGHT,
    ) -> Iterator[tuple[int, list[int]]]:
        """(number, ids) of the pieces of :meth:`sample_each`."""
        each = partial(self.sample_each, settings=settings, primer=primer, token_limit=token_limit)
        for piece in each(tokenizer, controls, seeds, known=known):
            yield piece.number, piece.ids.tolist()

    def sample_each(
        self,
        tokenizer: Tokenizer,
        controls: Controls,
        seeds: Iterable[Seed],
        *,
        settings: Settings,
        primer: Sequence[int] = (START,),
        token_limit: int = TOKEN_LIMIT,
        known: Foresight = NO_FORESIGHT,
    ) -> Iterator[FinishedSequence]:
        """One piece a seed, as the pieces end; a seed is asked for when a slot is free.

        ``known`` gives what is known of a piece beforehand, where the model hears a context or the
        grammar keeps to a form; what it says of a primer's bars is that of seed 0.

        Raises:
            MusicRNNError: a primer without a start, a tokenizer of another size than the model, a
                control that it cannot express, logits that are not finite, or a piece that has not
                ended after ``token_limit`` ids.
        """
        if not primer or primer[0] != START:
            raise MusicRNNError("a primer begins with the start token")
        if len(tokenizer.vocabulary) != self.model.vocabulary:
            raise MusicRNNError(
                f"the tokenizer has {counted(len(tokenizer.vocabulary), 'token')} and the model "
                f"{self.model.vocabulary}: they do not belong together"
            )
        with self._current():
            graph = self._recorded(tokenizer, controls, settings, primer, known)
        sizes = {"slots": self.slots, "steps": graph.steps, "limit": token_limit}
        scheduler = SlotScheduler(seeds, primer, **sizes)
        host = None
        if graph.rules is None:
            host = _Host(
                self.model.model, tokenizer, controls, primer, known=known, slots=self.slots
            )
        exchange = Exchange(self.model.device)
        queued: deque[list[Callable[[], Tensor]]] = deque()
        replay = done = 0
        while True:
            fresh = scheduler.assign(replay)
            if not scheduler.busy:
                return
            with self._current():
                if host is not None:
                    host.begin(fresh, scheduler.seeds)
                    if graph.context is not None:
                        context = host.contexts(scheduler.piece)
                        exchange.send(torch.from_numpy(context), graph.context)
                    masks, closing = host.answers(scheduler.piece)
                    exchange.send(torch.from_numpy(masks), graph.masks)
                    exchange.send(torch.from_numpy(closing), graph.closing)
                queued.append(self._queue(graph, exchange, scheduler.uniforms(), fresh))
            replay += 1
            if len(queued) <= (host is None):  # one ahead, where the host need not answer
                continue
            tokens, likelihoods = (wait().numpy().copy() for wait in queued.popleft())
            if host is not None:
                host.push(scheduler.piece, tokens[:, 0])
            yield from scheduler.collect(done, tokens, likelihoods)
            done += 1

    def _recorded(
        self,
        tokenizer: Tokenizer,
        controls: Controls,
        settings: Settings,
        primer: Sequence[int],
        known: Foresight,
    ) -> GraphSteps:
        configuration = json.dumps(tokenizer.configuration(), sort_keys=True)
        heard = known.outlook(0).tobytes() if len(primer) > 1 else b""
        key = tokenizer.name, configuration, controls, settings, tuple(primer), heard
        if self.recorded is not None and self.recorded[0] == key:
            return self.recorded[1]
        self.recorded = None  # its memory may be needed
        tokenizer.constraint(controls)  # refuses controls that it does not have
        hears = self.model.fields > 0
        rules = None if hears else tokenizer.rules(controls, self.model.device)
        read = self.model.model.inputs(np.array(primer, np.int32), known.outlook(0))[:-1]
        read = read.astype(np.int64)
        graph = GraphSteps(
            self.model,
            rules,
            primed_state(self.model, rules, primer, settings, read),
            settings=settings,
            slots=self.slots,
            steps=self.replays.steps if rules is not None else 1,
            likelihoods=self.replays.likelihoods,
        )
        cuda = self.model.device.type == "cuda"
        capture = self.replays.capture or (cuda_graph if cuda else as_it_is)
        graph.record(capture, compiled=self.replays.compiled)
        self.recorded = key, graph
        return graph

    def _queue(
        self, graph: GraphSteps, exchange: Exchange, uniforms: NDArray[np.float64], fresh: list[int]
    ) -> list[Callable[[], Tensor]]:
        """Send what a replay needs, start it, and have its ids and likelihoods fetched."""
        padded = np.zeros(graph.uniforms.shape)
        padded[:, : uniforms.shape[1]] = uniforms
        begins = np.zeros(self.slots, np.bool_)
        begins[fresh] = True
        exchange.send(torch.from_numpy(padded), graph.uniforms)
        exchange.send(torch.from_numpy(begins), graph.fresh)
        graph.replay()
        return [exchange.fetch(graph.tokens), exchange.fetch(graph.state.likelihood)]

    def _current(self) -> AbstractContextManager[object]:
        """The model's device is the current one inside."""
        device = self.model.device
        return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


class _Host:
    """What is followed here of the piece in each slot: its grammar, where there are no rules on
    tensors, and its past, where the model hears a context."""

    def __init__(
        self,
        model: LanguageModel,
        tokenizer: Tokenizer,
        controls: Controls,
        primer: Sequence[int],
        *,
        known: Foresight,
        slots: int,
    ) -> None:
        self.tokenizer, self.controls, self.primer = tokenizer, controls, primer
        self.known = known
        self.constraints: dict[int, Constraint] = {}  # by slot
        self.pasts: dict[int, Past] = {}
        self.table = np.ones((slots, len(tokenizer.vocabulary)), np.bool_)
        self.closing = np.full(slots, -1)
        self.columns = [FIELDS.index(name) for name in model.fields]
        self.context = np.zeros((slots, len(self.columns)), np.int64)
        self.readings = model.readings.cpu().numpy() if model.fields else None

    def begin(self, fresh: Sequence[int], seeds: Sequence[Seed]) -> None:
        for slot in fresh:
            self.constraints[slot] = self.known.constraint(
                self.tokenizer, self.controls, seeds[slot]
            )
            if self.readings is not None:
                self.pasts[slot] = Past(self.readings, self.known.outlook(seeds[slot]))
            for token in self.primer:
                self._read(slot, token)

    def contexts(self, piece: PieceOfSlot) -> NDArray[np.int64]:
        """[B, F] of the slots that hold a piece."""
        for slot in np.flatnonzero(piece >= 0).tolist():
            self.context[slot] = self.pasts[slot].context()[self.columns]
        return self.context

    def _read(self, slot: int, token: int) -> None:
        self.constraints[slot].push(token)
        if slot in self.pasts:
            self.pasts[slot].push(token)

    def answers(self, piece: PieceOfSlot) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Masks [B, V], and the id that the end takes over from [B], of the slots that hold a
        piece."""
        for slot in np.flatnonzero(piece >= 0).tolist():
            self.table[slot] = self.constraints[slot].allowed()
            self.closing[slot] = self.constraints[slot].closing()
        return self.table, self.closing

    def push(self, piece: PieceOfSlot, ids: NDArray[np.int32]) -> None:
        for slot in np.flatnonzero((piece >= 0) & (ids >= 0)).tolist():
            self._read(slot, int(ids[slot]))
