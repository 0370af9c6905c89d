"""``musicrnn compose`` with a voices model, such as the style chorale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.sampling.compose_voices import check_wishes, compose_voices
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.gibbs import GibbsSettings
from musicrnn.tokens import Wishes
from musicrnn_cli.composing import paths_of, record_of, save_composition


def check_options(settings: Settings, primer: Path | None, device: str) -> None:
    """Raises:
    MusicRNNError: an option that a network that reads both ways has no use for.
    """
    if primer is not None:
        raise MusicRNNError(
            "a chorale goes on from no primer, its network reads both ways: "
            "use musicrnn harmonize or musicrnn vary"
        )
    if settings.repetition_penalty != 1:
        raise MusicRNNError(
            "chorales are not drawn note after note, so there is no repetition penalty, "
            f"got {settings.repetition_penalty}"
        )
    if device not in ("auto", "cpu"):
        raise MusicRNNError(f"chorales are drawn on the CPU, got device {device!r}")


def compose_voices_files(
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
    check_wishes(wishes)
    for number, seed in enumerate(seeds, 1):
        gibbs = GibbsSettings(settings=settings)
        piece = compose_voices(checkpoint, [seed], wishes=wishes, settings=gibbs)[0]
        paths = paths_of(outputs, style, seed, number if len(seeds) > 1 else None)
        save_composition(piece, style, paths, soundfont)
        yield record_of(piece, style, 1, paths)
