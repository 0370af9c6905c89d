"""``musicrnn compose`` with a model whose pieces are drawn one by one: of voices or of frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.sampling.compose import Composition
from musicrnn.sampling.compose_frames import compose_frames
from musicrnn.sampling.compose_voices import check_wishes, compose_voices
from musicrnn.sampling.gibbs import GibbsSettings
from musicrnn_cli.order import Order

MADE = {"voices": "chorales", "frames": "pieces of frames"}  # by such models


def check_options(order: Order, task: str) -> None:
    """Raises:
    MusicRNNError: an option that such a model has no use for.
    """
    made = MADE[task]
    if order.primer is not None:
        instead = ": use musicrnn harmonize or musicrnn vary" if task == "voices" else ""
        raise MusicRNNError(f"{made} go on from no primer{instead}")
    if order.settings.repetition_penalty != 1:
        raise MusicRNNError(
            f"{made} are not drawn token after token, so there is no repetition penalty, "
            f"got {order.settings.repetition_penalty}"
        )
    effort = order.effort
    if effort.engine.on_gpu:
        raise MusicRNNError(f"{made} are drawn on the CPU, got device {effort.engine.device!r}")
    if effort.candidates != 1:
        raise MusicRNNError(f"{made} are drawn once each, not {effort.candidates} times")
    if effort.engine.weights != "float32":
        raise MusicRNNError(f"{made} are drawn with float32 weights, got {effort.engine.weights}")
    if task == "voices":
        check_wishes(order.wishes)


def compose_alone(
    order: Order, checkpoint: Checkpoint, seeds: Sequence[int]
) -> Iterator[Composition]:
    """One piece a seed, in their order."""
    for number, seed in enumerate(seeds):
        if checkpoint.metadata.get("task") == "voices":
            gibbs = GibbsSettings(settings=order.settings)
            made = compose_voices(checkpoint, [seed], wishes=order.wishes, settings=gibbs)
        else:
            made = compose_frames(checkpoint, [seed], wishes=order.wishes, settings=order.settings)
        yield replace(made[0], number=number)
