"""Corpora by name: those that installed packages offer.

A package offers corpora by an entry point of the group ``musicrnn.corpora`` that leads to a
:class:`Corpora`; the one beside this library is the first. So the library reads corpora without
knowing any by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

from musicrnn.sources.corpus import (
    Corpus,
    FrameCorpus,
    LabelledCorpus,
    ScoreCorpus,
    SoundCorpus,
    SpokenCorpus,
)

GROUP = "musicrnn.corpora"


@dataclass(frozen=True)
class Corpora:
    """Corpora by name, a table for what each kind gives."""

    scores: Mapping[str, ScoreCorpus]
    frames: Mapping[str, FrameCorpus]
    labelled: Mapping[str, LabelledCorpus]
    spoken: Mapping[str, SpokenCorpus]
    sounds: Mapping[str, SoundCorpus]

    def tables(self) -> tuple[Mapping[str, Corpus], ...]:
        """All five."""
        return self.scores, self.frames, self.labelled, self.spoken, self.sounds


@cache
def named() -> Corpora:
    """All that are offered; of two with one name and kind the one of the later package counts."""
    found = Corpora({}, {}, {}, {}, {})
    for point in sorted(entry_points(group=GROUP)):
        offered: Corpora = point.load()
        found = Corpora(
            {**found.scores, **offered.scores},
            {**found.frames, **offered.frames},
            {**found.labelled, **offered.labelled},
            {**found.spoken, **offered.spoken},
            {**found.sounds, **offered.sounds},
        )
    return found
