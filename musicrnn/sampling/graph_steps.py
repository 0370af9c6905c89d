"""Many steps of many pieces as one function of tensors: what a CUDA graph holds.

Each of B places holds one piece in the making. A step reads the last id of every place, asks model
and grammar, filters, draws, and takes note; K steps are one replay. Between replays nothing is done
to a place but this: where ``fresh`` is set, the place begins anew from the primed state, which is
the same for all pieces. A place whose piece has ended draws on, the end for ever where there are
rules; nobody reads it.

Conventions. Of B places and K steps: uniforms [K, B] float64, tokens [B, K] int32, -1 where the
model's logits were not finite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from musicrnn.layers.private_torch import many_versions
from musicrnn.models.language_steps import LanguageSteps, exact_products
from musicrnn.sampling.capture import Capture
from musicrnn.sampling.filters import REMEMBERED, Settings
from musicrnn.sampling.torch_filters import draw, filtered
from musicrnn.tokens.rules import Rules

Tensors = tuple[Tensor, ...]


class Moment(NamedTuple):
    """All that a place remembers; every tensor has a row for each."""

    ids: Tensor  # [B], the last
    recent: Tensor  # [B, 64] as in torch_filters, [B, 0] without a repetition penalty
    likelihood: Tensor  # [B] float64, as of musicrnn.sampling.sampler.Draft; 0 if not asked for
    memory: Tensors  # of the model
    grammar: Tensors  # the state of the rules

    def tensors(self) -> Tensors:
        return (self.ids, self.recent, self.likelihood, *self.memory, *self.grammar)

    def of(self, tensors: Sequence[Tensor]) -> Moment:
        """A moment built like this one from tensors as :meth:`tensors` gives them."""
        ids, recent, likelihood, *rest = tensors
        edge = len(self.memory)
        return Moment(ids, recent, likelihood, tuple(rest[:edge]), tuple(rest[edge:]))


def primed_state(
    model: LanguageSteps, rules: Rules | None, primer: Sequence[int], settings: Settings
) -> Moment:
    """One row that has read a primer but for its last id, which the first step reads."""
    grammar: Tensors = ()
    if rules is not None:
        grammar = rules.start()
        for token in primer:
            grammar = rules.push(grammar, torch.tensor([token], device=model.device))
    kept = REMEMBERED if settings.repetition_penalty > 1 else 0
    recent = [model.vocabulary] * kept + list(primer)
    return Moment(
        torch.tensor([primer[-1]], device=model.device),
        torch.tensor([recent[len(recent) - kept :]], dtype=torch.long, device=model.device),
        torch.zeros(1, dtype=torch.float64, device=model.device),
        model.after(primer[:-1]),
        tuple(grammar),
    )


class GraphSteps:
    """``steps`` steps of ``places`` pieces, recorded.

    Write to ``uniforms`` and ``fresh`` (and, without rules, the grammar's ``masks`` [B, V]), call
    ``replay``, and read ``tokens``.
    """

    def __init__(
        self,
        model: LanguageSteps,
        rules: Rules | None,
        start: Moment,
        *,
        settings: Settings,
        places: int,
        steps: int,
        likelihoods: bool = False,
    ) -> None:
        self.model, self.rules, self.settings = model, rules, settings
        self.likelihoods = likelihoods
        self.start, self.places, self.steps = start, places, steps
        device = model.device
        rows = [part.repeat(places, *[1] * (part.dim() - 1)) for part in start.tensors()]
        self.moment = start.of(rows)
        even = places + places % 2  # so that each row is aligned to 16 bytes
        self.uniforms = torch.zeros(steps, even, dtype=torch.float64, device=device)
        self.fresh = torch.ones(places, dtype=torch.bool, device=device)
        self.masks = torch.ones(places, model.vocabulary, dtype=torch.bool, device=device)
        self.tokens = torch.zeros(places, steps, dtype=torch.int32, device=device)
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
        now = self.moment.tensors()
        begun = [
            torch.where(self.fresh.view(-1, *[1] * (part.dim() - 1)), new, part)
            for new, part in zip(self.start.tensors(), now, strict=True)
        ]
        moment = self.moment.of(begun)
        drawn: list[Tensor] = []
        for step in range(self.steps):
            moment, tokens = self.step(moment, self.uniforms[step, : self.places])
            drawn.append(tokens)
        torch.stack(drawn, 1, out=self.tokens)
        for part, new in zip(now, moment.tensors(), strict=True):
            part.copy_(new)

    def _step(self, moment: Moment, uniforms: Tensor) -> tuple[Moment, Tensor]:
        """One step of all places: the moment after, and the ids drawn [B]."""
        logits, memory = self.model.step(moment.ids, moment.memory)
        allowed = self.masks if self.rules is None else self.rules.allowed(moment.grammar)
        shaped = torch.where(allowed, logits.double(), -torch.inf)
        ids = draw(filtered(shaped, self.settings, moment.recent), uniforms)
        likelihood = moment.likelihood
        if self.likelihoods:
            chosen = shaped.gather(1, ids[:, None])[:, 0]
            likelihood = likelihood + chosen - shaped.logsumexp(1)
        recent = moment.recent
        if recent.shape[1]:
            recent = torch.cat([recent[:, 1:], ids[:, None]], 1)
        grammar: Tensors = ()
        if self.rules is not None:
            grammar = tuple(self.rules.push(moment.grammar, ids))
        finite = logits.abs().amax(1) < torch.inf  # nor is any of them no number
        tokens = torch.where(finite, ids, -1)
        return Moment(ids, recent, likelihood, memory, grammar), tokens.int()
