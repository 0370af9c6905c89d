"""Tokenizers: a score to integer ids and back, one a file, all in the table TOKENIZERS."""

from __future__ import annotations

import difflib
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.tokens.abc import AbcTokenizer
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.chorale import ChoraleTokenizer
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.protocol import Constraint, Controls, Tokenizer
from musicrnn.tokens.tune import TuneTokenizer

TOKENIZERS: dict[str, type[Tokenizer]] = {
    "beat": BeatTokenizer,
    "performance": PerformanceTokenizer,
    "tune": TuneTokenizer,
    "abc": AbcTokenizer,
    "chorale": ChoraleTokenizer,
}


def tokenizer_called(name: Any) -> type[Tokenizer]:
    """The tokenizer of this name.

    Raises:
        MusicRNNError: there is none; the message names its neighbours.
    """
    if not isinstance(name, str) or name not in TOKENIZERS:
        near = difflib.get_close_matches(str(name), TOKENIZERS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise MusicRNNError(f"tokenizer must be one of {', '.join(TOKENIZERS)}, got {name!r}{hint}")
    return TOKENIZERS[name]


def tokenizer_from(configuration: dict[str, Any]) -> Tokenizer:
    """The tokenizer that a checkpoint's "tokenizer" entry describes.

    Raises:
        MusicRNNError: an unknown name, or settings that its tokenizer does not take.
    """
    settings = dict(configuration)
    name = settings.pop("name", None)
    make: Any = tokenizer_called(name)
    try:
        return make(**settings)
    except (TypeError, ValueError) as error:
        raise MusicRNNError(
            f"the model file's settings of the tokenizer {name} do not fit it: {error}"
        ) from error


__all__ = [
    "TOKENIZERS",
    "AbcTokenizer",
    "BeatTokenizer",
    "ChoraleTokenizer",
    "Constraint",
    "Controls",
    "PerformanceTokenizer",
    "Tokenizer",
    "TuneTokenizer",
    "tokenizer_called",
    "tokenizer_from",
]
