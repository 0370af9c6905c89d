"""A composed piece in files, its record, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from musicrnn.errors import counted
from musicrnn.form.plan import plan_text
from musicrnn.sampling.compose import Composition

Record = dict[str, Any]  # what ``--json`` prints of a piece


def paths_of(outputs: Sequence[Path], style: str, seed: int, number: int | None) -> list[Path]:
    """tune.mid, or tune-001.mid for one of several; STYLE-SEED.mid and .wav when none is named."""
    if not outputs:
        return [Path(f"{style}-{seed}{suffix}") for suffix in (".mid", ".wav")]
    if number is None:
        return list(outputs)
    return [path.with_name(f"{path.stem}-{number:03}{path.suffix}") for path in outputs]


def record_of(piece: Composition, style: str, paths: list[Path]) -> Record:
    """What ``--json`` prints; ``density_reached`` is 1 to 5, null where the model knows none."""
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
        "density_reached": piece.density or None,
        "notes": score.note_count,
        "tokens": len(piece.ids),
        "seconds": round(score.seconds, 2),
        "sampling_seconds": round(piece.sampling_seconds, 4),
        "attempts": piece.attempts,
        "files": [str(path) for path in paths],
    }


def line_of(record: Record, *, density: int | None = None) -> str:
    """A piece in a line; ``density`` is what was asked."""
    bars = counted(record["bars"], "bar") + (f" ({record['form']})" if record["form"] else "")
    facts = [f"{record['style']}  seed {record['seed']}",
             record["key"] or record["feel"] or "no key",
             f"{record['tempo']:.0f} quarters a minute", record["time_signature"], bars,
             *([f"density {record['density_reached']}"] if density else []),
             f"{record['seconds']:.0f} s"]  # fmt: skip
    return ", ".join(facts)


def density_missed(records: Sequence[Record], asked: int | None) -> str:
    """A sentence on the pieces that are not as dense as asked; "" where all are."""
    off = [each for each in records if asked and each["density_reached"] not in (asked, None)]
    if not off:
        return ""
    found = sorted({each["density_reached"] for each in off})
    reached = f"{found[0]} to {found[-1]}" if len(found) > 1 else str(found[0])
    attempts = counted(max(each["attempts"] for each in off), "attempt")
    who = "this piece" if len(records) == 1 else f"{len(off)} of {counted(len(records), 'piece')}"
    return f"density {asked} was asked for: {who} came out at {reached}, the nearest of {attempts}"
