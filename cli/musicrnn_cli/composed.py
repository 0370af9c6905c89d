"""A composed piece in files, its record, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from musicrnn.errors import counted
from musicrnn.sampling.composer import Composed

Record = dict[str, Any]  # what ``--json`` prints of a piece


def paths_of(
    outputs: Sequence[Path], named: str, number: int | None, usual: Sequence[str]
) -> list[Path]:
    """tune.mid, or tune-001.mid for one of several; where none is named, ``named`` with each of the
    ``usual`` suffixes."""
    if not outputs:
        return [Path(f"{named}{suffix}") for suffix in usual]
    if number is None:
        return list(outputs)
    return [path.with_name(f"{path.stem}-{number:03}{path.suffix}") for path in outputs]


def record_of(piece: Composed, style: str, paths: list[Path]) -> Record:
    """What ``--json`` prints."""
    files = [str(path) for path in paths]
    return {"seed": piece.seed, "style": style, **piece.facts(), "files": files}


def line_of(record: Record, *, density: int | None = None) -> str:
    """A piece in a line; ``density`` is what was asked."""
    facts = [f"{record['style']}  seed {record['seed']}"]
    if record["notes"] is None:  # it is sound
        facts += [record["feel"]] * bool(record["feel"])
    else:
        facts.append(record["key"] or record["feel"] or "no key")
    if record["bars"]:
        bars = counted(record["bars"], "bar") + (f" ({record['form']})" if record["form"] else "")
        tempo = f"{record['tempo']:.0f} quarters a minute"
        facts += [tempo, record["time_signature"], bars]
    facts += [f"density {record['density_reached']}"] * bool(density)
    length = f"{record['seconds']:.0f} s" if record["seconds"] >= 10 else f"{record['seconds']} s"
    return ", ".join([*facts, length if record["notes"] is None else f"{record['seconds']:.0f} s"])


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
