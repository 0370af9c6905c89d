"""The function that samples pieces: with the CPU engine here, or on a GPU.

Both give the same pieces for the same seeds in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from musicrnn.bounds import check_number
from musicrnn.checkpoint import Checkpoint
from musicrnn.device import torch_device
from musicrnn.errors import MusicRNNError
from musicrnn.sampling.engine import EngineSettings, engine_for
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sampler import (
    NO_FORESIGHT,
    FinishedSequence,
    Foresight,
    Opening,
    Seed,
    sample_each,
)
from musicrnn.tokens import Controls, Tokenizer

MAX_SLOTS_ON_GPU = 1024

SampleFunction = Callable[[Sequence[Seed]], Iterator[FinishedSequence]]


@dataclass(frozen=True)
class SamplingBudget:
    """How pieces are drawn.

    Args:
        engine: what draws them.
        candidates: as many are drawn for each piece, the best is taken
            (:mod:`musicrnn.sampling.ranking`); 1 to 1000.
    """

    engine: EngineSettings = field(default_factory=EngineSettings)
    candidates: int = 1

    def __post_init__(self) -> None:
        check_number("best_of", self.candidates, whole=True)
        if not 1 <= self.candidates <= 1000:
            raise MusicRNNError(f"the best of 1 to 1000 can be taken, got {self.candidates}")


@dataclass(frozen=True)
class SamplingRequest:
    """What all pieces have in common, and what is known of each by its seed."""

    tokenizer: Tokenizer
    controls: Controls
    settings: Settings
    primer: Sequence[int]
    foresight: Foresight = NO_FORESIGHT


def sample_function(
    checkpoint: Checkpoint, request: SamplingRequest, budget: SamplingBudget, most: int
) -> SampleFunction:
    """A function from seeds, ``most`` at a time, to pieces as they are finished.

    Raises:
        MusicRNNError: CUDA is asked for where there is none, or the model file does not fit its own
            configuration.
    """
    if budget.engine.on_gpu:
        return _on_gpu(checkpoint, request, budget, most)
    engine = engine_for(checkpoint, budget.engine)

    def draw(seeds: Sequence[Seed]) -> Iterator[FinishedSequence]:
        known = request.foresight
        constraint = partial(known.constraint, request.tokenizer, request.controls)
        pieces = (
            Opening(constraint(seed), seed, engine.past(known.outlook(seed))) for seed in seeds
        )
        return sample_each(engine, pieces, settings=request.settings, primer=request.primer)

    return draw


def _on_gpu(
    checkpoint: Checkpoint, request: SamplingRequest, budget: SamplingBudget, most: int
) -> SampleFunction:
    from musicrnn.networks.language import LanguageModel
    from musicrnn.sampling.graph_sampler import GraphSampler, Replays

    device = torch_device(budget.engine.device)
    model = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays).to(device)
    replays = Replays(precision=budget.engine.weights, likelihoods=budget.candidates > 1)
    slots = max(1, min(most, MAX_SLOTS_ON_GPU))
    sampler = GraphSampler(model, slots=slots, replays=replays)  # what it records serves again
    each = partial(sampler.sample_each, request.tokenizer, request.controls)
    return partial(each, settings=request.settings, primer=request.primer, known=request.foresight)
