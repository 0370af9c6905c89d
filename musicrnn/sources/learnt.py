"""What a model has learnt from, as far as its header tells: files by content, or folders by name.

Conventions. A header lists the first DIGITS of the sha256 of every file of a user's own folder, by
split; of a corpus it tells the name alone, and so do headers of earlier versions of a folder. What
a model's base learnt from, the model has learnt from too (the header's "before").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from musicrnn.checkpoint import Checkpoint
from musicrnn.sources.corpus import LabelledFile
from musicrnn.sources.named import named
from musicrnn.training.data import DIGITS, Split, read_split_list

WHOLE = "not at all: the model has not learnt from it"  # how such a folder is split


@dataclass(frozen=True)
class Learnt:
    """``sides`` are the splits of the files that a header lists, by the beginning of their digest;
    ``names`` are corpora and folders that it names without a list; ``whole``: a folder that was not
    learnt from is measured on as a whole."""

    sides: Mapping[str, Split]
    names: frozenset[str]
    whole: bool = False

    @staticmethod
    def by(model: Checkpoint, *, whole: bool = False) -> Learnt:
        """What the header of a model tells."""
        sides: dict[str, Split] = {}
        names: set[str] = set()
        data: Any = model.metadata.get("data")
        for corpus in (*_corpora(data), *_corpora({"corpora": model.metadata.get("before")})):
            listed: Any = corpus.get("listed")
            if isinstance(listed, dict):
                sides = read_split_list(cast(dict[str, Any], listed)) | sides
            else:
                names |= _folders(str(corpus.get("name")))
        return Learnt(sides, frozenset(names), whole)

    def strange(self, root: Path, digests: Iterable[str]) -> bool:
        """Whether all of a folder is to be measured on: the model has learnt from none of it."""
        known = root.resolve().name in self.names or any(d[:DIGITS] in self.sides for d in digests)
        return self.whole and not known

    def kept(self, files: Sequence[LabelledFile]) -> list[LabelledFile]:
        """The files, those that the header lists in the split that they had."""
        return [replace(f, split=self.sides.get(f.digest[:DIGITS], f.split)) for f in files]


def said_of(folder: str, split: str) -> tuple[str, ...]:
    """A sentence where all of a folder is measured on."""
    return (f"the model has not learnt from {folder}: all of it is measured on",) * (split == WHOLE)


def learnt_corpora(model: Checkpoint) -> dict[str, dict[str, Any]]:
    """The corpora and folders that a model learnt from, what its header says of each by name."""
    return {str(c.get("name")): c for c in _corpora(model.metadata.get("data"))}


def _corpora(data: Any) -> list[dict[str, Any]]:
    corpora: Any = data.get("corpora") if isinstance(data, dict) else None
    listed: list[Any] = corpora if isinstance(corpora, list) else []
    return [corpus for corpus in listed if isinstance(corpus, dict)]


def _folders(name: str) -> set[str]:
    """The name, and what a corpus of this name may be called on a computer."""
    tables = (table for table in named().tables() if name in table)
    return {name}.union(*(getattr(table[name], "folders", ()) for table in tables))
