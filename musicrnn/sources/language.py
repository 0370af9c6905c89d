"""The language of the words that a model hears."""

from __future__ import annotations

import reprlib
from typing import Any, cast

from musicrnn.errors import MusicRNNError
from musicrnn.sources.named import named

MAX_CHARACTERS = 60


def language_of(metadata: dict[str, Any]) -> str:
    """What the header says or, for models of before, the card of the corpus that it names.

    "" where neither tells.

    Raises:
        MusicRNNError: the header's language is no short name.
    """
    said = metadata.get("language", "")
    if not isinstance(said, str) or len(said) > MAX_CHARACTERS or not said.isprintable():
        raise MusicRNNError(
            f"language in the model's header must be a name of up to {MAX_CHARACTERS} characters, "
            f"got {reprlib.repr(said)}"
        )
    return said or _of_corpus(metadata.get("data"))


def _of_corpus(data: object) -> str:
    """That of the one corpus in a header's data entry; a folder may share its name alone."""
    entry = cast(dict[str, Any], data).get("corpora") if isinstance(data, dict) else None
    corpora = cast(list[Any], entry) if isinstance(entry, list) else []
    if len(corpora) != 1 or not isinstance(corpora[0], dict):
        return ""
    corpus = cast(dict[str, Any], corpora[0])
    cards = [spoken.card for spoken in named().spoken.values()]
    same = [c for c in cards if (c.name, c.source) == (corpus.get("name"), corpus.get("source"))]
    return same[0].language if same else ""
