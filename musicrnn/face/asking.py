"""From what is asked of a model, in words and numbers, to the Request that a composer takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from musicrnn.pretrained import STYLES, Style
from musicrnn.sampling.compose import Request
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sample_function import SamplingBudget
from musicrnn.score import Score
from musicrnn.tokens import Controls


def style_of(name: str) -> Style:
    """The bundled style of that name, or plain settings for a model of one's own."""
    return STYLES.get(name, Style(Settings()))


def request_of(
    name: str,
    wishes: Mapping[str, Any],
    *,
    primer: Score | None = None,
    budget: SamplingBudget | None = None,
) -> Request:
    """``wishes`` are fields of Controls and of Settings by name; None leaves one to the style of
    the model ``name``.

    Raises:
        MusicRNNError: a value out of its bounds.
    """
    given = {wish: value for wish, value in wishes.items() if value is not None}
    drawn = {field.name: given.pop(field.name) for field in fields(Settings) if field.name in given}
    settings = replace(style_of(name).settings, **drawn)
    return Request(Controls(**given), settings, primer, budget or SamplingBudget())
