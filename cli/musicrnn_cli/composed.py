"""A composed piece in files, and its record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from musicrnn.form.plan import plan_text
from musicrnn.sampling.compose import Composition


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
        "time_signature": score.metre.name,
        "bars": piece.bars,
        "form": plan_text(piece.form) or None,
        "feel": piece.feel or None,
        "notes": score.note_count,
        "tokens": len(piece.ids),
        "seconds": round(score.seconds, 2),
        "sampling_seconds": round(piece.sampling_seconds, 4),
        "attempts": piece.attempts,
        "files": [str(path) for path in paths],
    }
