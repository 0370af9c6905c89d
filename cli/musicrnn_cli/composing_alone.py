"""``musicrnn compose`` with a model whose pieces are drawn one by one: of voices or of frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.sampling.compose import Composition
from musicrnn.sampling.compose_frames import compose_frames
from musicrnn.sampling.compose_voices import check_wishes, compose_voices
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.gibbs import GibbsSettings
from musicrnn.tokens import Wishes
from musicrnn_cli.composing import paths_of, record_of, save_composition

TASKS = {"voices": "chorales", "frames": "pieces of frames"}  # and what they make


def check_options(task: str, settings: Settings, primer: Path | None, device: str) -> None:
    """Raises:
    MusicRNNError: an option that such a model has no use for.
    """
    made = TASKS[task]
    if primer is not None:
        instead = ": use musicrnn harmonize or musicrnn vary" if task == "voices" else ""
        raise MusicRNNError(f"{made} go on from no primer{instead}")
    if settings.repetition_penalty != 1:
        raise MusicRNNError(
            f"{made} are not drawn token after token, so there is no repetition penalty, "
            f"got {settings.repetition_penalty}"
        )
    if device not in ("auto", "cpu"):
        raise MusicRNNError(f"{made} are drawn on the CPU, got device {device!r}")


def compose_alone(
    checkpoint: Checkpoint,
    seeds: Sequence[int],
    style: str,
    outputs: Sequence[Path],
    *,
    settings: Settings,
    wishes: Wishes,
    soundfont: Path | None,
) -> Iterator[dict[str, Any]]:
    """Compose, save, and tell of each piece what ``--json`` prints."""
    voices = checkpoint.metadata.get("task") == "voices"
    if voices:
        check_wishes(wishes)
    for number, seed in enumerate(seeds, 1):
        made: list[Composition]
        if voices:
            gibbs = GibbsSettings(settings=settings)
            made = compose_voices(checkpoint, [seed], wishes=wishes, settings=gibbs)
        else:
            made = compose_frames(checkpoint, [seed], wishes=wishes, settings=settings)
        paths = paths_of(outputs, style, seed, number if len(seeds) > 1 else None)
        save_composition(made[0], style, paths, soundfont)
        yield record_of(made[0], style, 1, paths)
