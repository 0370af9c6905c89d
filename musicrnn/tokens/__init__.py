"""Tokenizers: a score to integer ids and back, one a file, all in the table TOKENIZERS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.tokens.abc_text import AbcTokenizer
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.protocol import Constraint, Tokenizer, Wishes

TOKENIZERS: dict[str, Callable[..., Tokenizer]] = {
    "beat": BeatTokenizer,
    "performance": PerformanceTokenizer,
    "abc": AbcTokenizer,
}


def tokenizer_from(configuration: dict[str, Any]) -> Tokenizer:
    """The tokenizer that a checkpoint's "tokenizer" entry describes.

    Raises:
        MusicRNNError: an unknown name, or settings that its tokenizer does not take.
    """
    settings = dict(configuration)
    name = settings.pop("name", None)
    if not isinstance(name, str) or name not in TOKENIZERS:
        raise MusicRNNError(f"tokenizer must be one of {', '.join(TOKENIZERS)}, got {name!r}")
    try:
        return TOKENIZERS[name](**settings)
    except (TypeError, ValueError) as error:
        raise MusicRNNError(
            f"the model file's settings of the tokenizer {name} do not fit it: {error}"
        ) from error


__all__ = [
    "TOKENIZERS",
    "AbcTokenizer",
    "BeatTokenizer",
    "Constraint",
    "PerformanceTokenizer",
    "Tokenizer",
    "Wishes",
    "tokenizer_from",
]
