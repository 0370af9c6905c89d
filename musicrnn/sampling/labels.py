"""What a model has learnt to tell of its pieces beside their plans: feels, and chord symbols.

Conventions. A model's header says under "feels" the names of the feels that it has learnt, in the
order of their numbers, and how many pieces had each; under "symbols" how many had no chord symbols,
and how many had some; under "data" how often each time signature stands in them.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import FEELS
from musicrnn.errors import MusicRNNError, listed
from musicrnn.form.outlook import WITH_SYMBOLS, WITHOUT_SYMBOLS
from musicrnn.tokens import Controls
from musicrnn.tokens.wishes import read_time_signature


def feels_of(checkpoint: Checkpoint) -> dict[str, int]:
    """The feels that a model has learnt, in the order of their numbers, and how many pieces had
    each; {} for none."""
    said = checkpoint.metadata.get("feels", {})
    if not isinstance(said, dict) or len(cast(dict[str, Any], said)) > FEELS:
        raise MusicRNNError(f"the model file's feels are damaged: {said!r}")
    found = cast(dict[str, Any], said)
    if not all(type(count) is int and count >= 0 for count in found.values()):
        raise MusicRNNError(f"the model file's feels are damaged: {said!r}")
    return found


def feel_number(feel: str | None, feels: dict[str, int]) -> int:
    if feel is None:
        return 0
    if not feels:
        raise MusicRNNError(not_learnt("feels", feel))
    if feel not in feels:
        raise MusicRNNError(
            f"the feel {feel!r} is foreign to this model: it knows {listed([*feels])}"
        )
    return 1 + [*feels].index(feel)


def symbols_of(checkpoint: Checkpoint, controls: Controls) -> int:
    """Whether chord symbols stand above the notes: as asked, or where none is said if a fifth of
    the training pieces have some; 0 where the model cannot hear it."""
    said = checkpoint.metadata.get("symbols")
    if said is None:
        return 0
    known = isinstance(said, list) and [type(n) for n in cast(list[Any], said)] == [int, int]
    if not known:
        raise MusicRNNError(f"the model file's counts of pieces with symbols are damaged: {said!r}")
    without, some = cast(list[int], said)
    usual = WITH_SYMBOLS if some * 5 >= without + some else WITHOUT_SYMBOLS
    if controls.symbols is None:
        return usual
    return WITH_SYMBOLS if controls.symbols else WITHOUT_SYMBOLS


def metres_of(checkpoint: Checkpoint) -> dict[tuple[int, int], int]:
    """The time signatures of a model's training pieces, and how often each stands in them; the
    lengths of upbeats are among them."""
    data = checkpoint.metadata.get("data")
    said = cast(dict[str, Any], data).get("metres") if isinstance(data, dict) else None
    found: dict[tuple[int, int], int] = {}
    for name, count in cast(dict[str, Any], said).items() if isinstance(said, dict) else ():
        with suppress(MusicRNNError):
            found[read_time_signature(name)] = count if type(count) is int else 0
    return found


def not_learnt(what: str, wished: str) -> str:
    return (
        f"this model has learnt no {what}, {wished} was wished: leave the wish out, or train a "
        "model anew"
    )
