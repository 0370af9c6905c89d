"""Pieces of a corpus of music as sound: what a listener to words must not fire on.

Conventions. Excerpts of EXCERPT_SECONDS at most, from a piece's beginning, rendered with the
bundled SoundFont, one channel at 16 kHz, each as loud as PEAK; in an order drawn once. Half of them
have instruments that are drawn for them, since voices and winds are what is most like a word. The
split is that of the pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.score import Score
from musicrnn.sources.corpus import SOUND_RATE, OtherSound, ScoreCorpus
from musicrnn.synth.render import render
from musicrnn.training.data import Card, Split
from musicrnn_datasets.groove import GROOVE
from musicrnn_datasets.jsb import JSB_CHORALES
from musicrnn_datasets.nottingham import NOTTINGHAM
from musicrnn_datasets.pop909 import POP909
from musicrnn_datasets.tunes import TUNES

EXCERPT_SECONDS = 45.0
PEAK = 20_000
EXCERPTS = 30  # of a split
EFFECTS = 112  # the first program of General MIDI that is no instrument
SEED = 20_261_130


@dataclass(frozen=True)
class RenderedMusic:
    """Implements SoundCorpus with EXCERPTS pieces of a split at most."""

    of: ScoreCorpus

    @property
    def kinds(self) -> tuple[str, ...]:
        """Music alone."""
        return ("music",)

    @property
    def folders(self) -> tuple[str, ...]:
        """As of the pieces."""
        return getattr(self.of, "folders", (self.of.card.name,))

    @property
    def bundled(self) -> Path | None:
        """As of the pieces."""
        return getattr(self.of, "bundled", None)

    @property
    def card(self) -> Card:
        card = self.of.card
        return replace(
            card, name=f"{card.name}-rendered", title=f"{card.title}, rendered", holds="sounds"
        )

    def sounds(self, folder: Path, split: Split) -> Iterator[OtherSound]:
        """Of each piece its beginning.

        Raises:
            MusicRNNError: a piece cannot be read.
        """
        pieces = [piece for piece in self.of.pieces(folder) if piece.split == split]
        random = np.random.default_rng(SEED)
        for number, index in enumerate(random.permutation(len(pieces))[:EXCERPTS]):
            score = pieces[index].read()
            if number % 2:
                programs = random.integers(EFFECTS, size=len(score.tracks)).tolist()
                tracks = [
                    replace(track, program=program)
                    for track, program in zip(score.tracks, programs, strict=True)
                ]
                score = replace(score, tracks=tuple(tracks))
            yield OtherSound("", "music", excerpt(score))


def excerpt(piece: Score) -> NDArray[np.int16]:
    """EXCERPT_SECONDS of a piece at most, as loud as PEAK."""
    sound = render(piece, rate=SOUND_RATE, loudness=None).samples.mean(axis=0)
    sound = sound[: round(EXCERPT_SECONDS * SOUND_RATE)]
    return (sound * (PEAK / max(1e-6, float(np.abs(sound).max(initial=0))))).astype(np.int16)


RENDERED = tuple(map(RenderedMusic, (POP909, GROOVE, TUNES, NOTTINGHAM, JSB_CHORALES)))
