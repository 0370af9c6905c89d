"""Many steps of many pieces as one function of tensors: what a CUDA graph holds.

Each of B slots holds one piece that is being sampled. A step reads the last id of every slot, runs
model and grammar, filters, samples and updates the state; K steps are one replay. Between replays
one thing changes: where ``fresh`` is set, the slot is reset to the primed state, which is the same
for all pieces. A slot whose piece has ended goes on sampling, the end token for ever where there
are rules; its ids are ignored.

Conventions. Of B slots and K steps: uniforms [K, B] float64, tokens [B, K] int32, -1 where the
model's logits were not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from musicrnn.layers.private_torch import many_versions
from musicrnn.networks.language_steps import LanguageSteps, exact_products
from musicrnn.sampling.capture import Capture
from musicrnn.sampling.engine import NOTHING
from musicrnn.sampling.filters import PENALTY_WINDOW, Settings
from musicrnn.sampling.torch_filters import closed, draw, filtered
from musicrnn.tokens.rules import Rules

Tensors = tuple[Tensor, ...]


class BatchState(NamedTuple):
    """The state of a batch; every tensor has a row for each slot."""

    ids: Tensor  # [B], the last
    recent: Tensor  # [B, 64] as in torch_filters, [B, 0] without a repetition penalty
    likelihood: Tensor  # [B] float64, nats of the ids so far; 0 if not asked for
    memory: Tensors  # of the model
    grammar: Tensors  # the state of the rules

    def tensors(self) -> Tensors:
        return (self.ids, self.recent, self.likelihood, *self.memory, *self.grammar)

    def of(self, tensors: Sequence[Tensor]) -> BatchState:
        """A state built like this one from tensors as :meth:`tensors` gives them."""
        ids, recent, likelihood, *rest = tensors
        edge = len(self.memory)
        return BatchState(ids, recent, likelihood, tuple(rest[:edge]), tuple(rest[edge:]))


def primed_state(
    model: LanguageSteps,
    rules: Rules | None,
    primer: Sequence[int],
    settings: Settings,
    read: NDArray[np.int64] = NOTHING,
) -> BatchState:
    """One row that has read a primer but for its last id, which the first step reads; ``read`` are
    the steps before."""
    grammar: Tensors = ()
    if rules is not None:
        grammar = rules.start()
        for token in primer:
            grammar = rules.push(grammar, torch.tensor([token], device=model.device))
    kept = PENALTY_WINDOW if settings.repetition_penalty > 1 else 0
    recent = [model.vocabulary] * kept + list(primer)
    return BatchState(
        torch.tensor([primer[-1]], device=model.device),
        torch.tensor([recent[len(recent) - kept :]], dtype=torch.long, device=model.device),
        torch.zeros(1, dtype=torch.float64, device=model.device),
        model.after(read),
        tuple(grammar),
    )


class GraphSteps:
    """``steps`` steps of ``slots`` pieces, recorded.

    Write to ``uniforms`` and ``fresh`` (without rules to the grammar's ``masks`` [B, V] and
    ``closing`` [B] too, and where one is heard to the ``context`` [B, F]), call ``replay``, and
    read ``tokens``.
    """

    def __init__(
        self,
        model: LanguageSteps,
        rules: Rules | None,
        start: BatchState,
        *,
        settings: Settings,
        slots: int,
        steps: int,
        likelihoods: bool = False,
    ) -> None:
        self.model, self.rules, self.settings = model, rules, settings
        self.likelihoods = likelihoods
        self.start, self.slots, self.steps = start, slots, steps
        device = model.device
        rows = [part.repeat(slots, *[1] * (part.dim() - 1)) for part in start.tensors()]
        self.state = start.of(rows)
        even = slots + slots % 2  # so that each row is aligned to 16 bytes
        self.uniforms = torch.zeros(steps, even, dtype=torch.float64, device=device)
        self.fresh = torch.ones(slots, dtype=torch.bool, device=device)
        self.masks = torch.ones(slots, model.vocabulary, dtype=torch.bool, device=device)
        self.closing = torch.full((slots,), -1, device=device)
        heard = torch.zeros(slots, model.fields, dtype=torch.long, device=device)
        self.context = heard if model.fields else None
        self.tokens = torch.zeros(slots, steps, dtype=torch.int32, device=device)
        self.replay: Callable[[], None] = self.run
        self.step = self._step

    def record(self, capture: Capture, *, compiled: bool) -> None:
        """Make ``replay`` a graph; ``compiled`` first fuses a step's operations into few kernels.

        Compiling takes a minute and wants what torch.compile wants: Triton and a C compiler.
        """
        if compiled:
            self.step = torch.compile(self._step, fullgraph=True, dynamic=False)
            with exact_products(), many_versions():
                self.run()
        with exact_products():
            self.replay = capture(self.run)

    @torch.no_grad()
    def run(self) -> None:
        """One replay, as it is recorded."""
        now = self.state.tensors()
        begun = [
            torch.where(self.fresh.view(-1, *[1] * (part.dim() - 1)), new, part)
            for new, part in zip(self.start.tensors(), now, strict=True)
        ]
        state = self.state.of(begun)
        drawn: list[Tensor] = []
        for step in range(self.steps):
            state, tokens = self.step(state, self.uniforms[step, : self.slots])
            drawn.append(tokens)
        torch.stack(drawn, 1, out=self.tokens)
        for part, new in zip(now, state.tensors(), strict=True):
            part.copy_(new)

    def _step(self, state: BatchState, uniforms: Tensor) -> tuple[BatchState, Tensor]:
        """One step of all slots: the state after it, and the ids sampled [B]."""
        logits, memory = self.model.step(state.ids, state.memory, self.context)
        allowed = self.masks if self.rules is None else self.rules.allowed(state.grammar)
        shaped = torch.where(allowed, logits.double(), -torch.inf)
        if self.rules is None:
            took = logits.gather(1, self.closing.clamp(min=0)[:, None])[:, 0].double()
            shaped = closed(shaped, took, self.closing >= 0)
        elif self.rules.closing >= 0:
            took = logits[:, self.rules.closing].double()
            shaped = closed(shaped, took, self.rules.closes(state.grammar))
        ids = draw(filtered(shaped, self.settings, state.recent), uniforms)
        likelihood = state.likelihood
        if self.likelihoods:
            chosen = shaped.gather(1, ids[:, None])[:, 0]
            likelihood = likelihood + chosen - shaped.logsumexp(1)
        recent = state.recent
        if recent.shape[1]:
            recent = torch.cat([recent[:, 1:], ids[:, None]], 1)
        grammar: Tensors = ()
        if self.rules is not None:
            grammar = tuple(self.rules.push(state.grammar, ids))
        finite = logits.abs().amax(1) < torch.inf  # nor is any of them no number
        tokens = torch.where(finite, ids, -1)
        return BatchState(ids, recent, likelihood, memory, grammar), tokens.int()
