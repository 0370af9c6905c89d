"""What a composing model's file says beside its weights: its tokens, what it hears louder, how the
pieces that it learnt from go.

Conventions. See :mod:`musicrnn.sampling.planning` for what "form", "feels" and "symbols" hold.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from musicrnn.context.fields import DENSITIES
from musicrnn.form.fills import learn_fill_shares
from musicrnn.form.levels import LevelChain, LikenessChains
from musicrnn.form.outlook import A_FILL, FILL, SYMBOLS, WITH_SYMBOLS, WITHOUT_SYMBOLS
from musicrnn.form.plan_model import PlanModel
from musicrnn.training.compose.data import TokenData
from musicrnn.training.compose.outlooks import Planned, section_densities
from musicrnn.training.compose.settings import ComposeSettings
from musicrnn.training.data import TrainingData


def header(data: TrainingData, settings: ComposeSettings, heard: Collection[str]) -> dict[str, Any]:
    """The entries; ``heard`` are the fields of the context."""
    from musicrnn.sampling.loudness import usual

    tokenizer = data.encoding
    found: dict[str, Any] = {"tokenizer": {"name": tokenizer.name, **tokenizer.configuration()}}
    if settings.louder and heard:
        found["louder"] = {name: pair for name, pair in usual(tokenizer).items() if name in heard}
    if not isinstance(data, TokenData) or not settings.groups:
        return found
    pieces = data.planned["train"]
    some, none = _with_symbols(pieces)
    if any(piece.plan for piece in pieces):
        found["form"] = _form(some or pieces, heard)
        if some and none:
            found["form"]["without_symbols"] = _form(none, heard)
    if "feel" in heard:
        found["feels"] = data.feels
    if "symbols" in heard:
        found["symbols"] = [len(none), len(some)]
    return found


def _with_symbols(pieces: Sequence[Planned]) -> tuple[list[Planned], list[Planned]]:
    """The pieces that are known to have chord symbols, and those that are known to have none."""
    told = [int(piece.outlook[:1, SYMBOLS].sum()) for piece in pieces]
    some, none = (
        [piece for piece, each in zip(pieces, told, strict=True) if each == value]
        for value in (WITH_SYMBOLS, WITHOUT_SYMBOLS)
    )
    return some, none


def _form(pieces: Sequence[Planned], heard: Collection[str]) -> dict[str, Any]:
    form: dict[str, Any] = {
        "plans": PlanModel.learn(piece.plan for piece in pieces if piece.plan).as_json(),
        "likenesses": LikenessChains.learn(piece.likenesses for piece in pieces).as_json(),
    }
    densities = [section_densities(piece) for piece in pieces if piece.plan]
    if all(map(all, densities)):  # tokens that know densities
        form["densities"] = LevelChain.learn(densities, DENSITIES).counts
    if "fill" in heard:
        form["fills"] = learn_fill_shares(piece.outlook[:, FILL] == A_FILL for piece in pieces)
    return form
