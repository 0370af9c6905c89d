"""A composed piece in files, and its record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.io.save import NOTES, save_pieces
from musicrnn.sampling.compose import Composition


def save_composition(
    piece: Composition, style: str, paths: list[Path], soundfont: Path | None
) -> None:
    """Notes first: they stay when the piece is too long to be made sound of."""
    texts = [path for path in paths if path.suffix == ".abc" and piece.text]
    notes = [path for path in paths if path.suffix in NOTES and path not in texts]
    for path in texts:  # the tune as the model wrote it, with its repeats
        with whole_file(path) as temporary:
            tune = f"X:1\nT:{style} {piece.seed}\n{piece.text}\n"
            temporary.write_text(tune, encoding="utf-8")
    for group in (notes, [path for path in paths if path not in texts and path not in notes]):
        try:
            save_pieces(
                piece.score,
                group,
                soundfont=soundfont,
                caption=f"{style}, seed {piece.seed}",
                accompany=piece.text is not None,
            )
        except MusicRNNError:
            for path in paths:
                if path in texts or (path in notes and group is not notes):
                    click.echo(f"{path} is written, the rest is not", err=True)
            raise


def paths_of(outputs: Sequence[Path], style: str, seed: int, number: int | None) -> list[Path]:
    """tune.mid, or tune-001.mid for one of several; STYLE-SEED.mid and .wav when none is named."""
    if not outputs:
        return [Path(f"{style}-{seed}{suffix}") for suffix in (".mid", ".wav")]
    if number is None:
        return list(outputs)
    return [path.with_name(f"{path.stem}-{number:03}{path.suffix}") for path in outputs]


def record_of(piece: Composition, style: str, paths: list[Path]) -> dict[str, Any]:
    """What ``--json`` prints."""
    score = piece.score
    return {
        "seed": piece.seed,
        "style": style,
        "key": score.keys[0].name if score.keys else None,
        "tempo": round(score.tempos[0].bpm, 2),
        "time_signature": score.time_signatures[0].name,
        "bars": piece.bars,
        "notes": score.note_count,
        "tokens": len(piece.ids),
        "seconds": round(score.seconds, 2),
        "sampling_seconds": round(piece.sampling_seconds, 4),
        "attempts": piece.attempts,
        "files": [str(path) for path in paths],
    }
