"""Pieces of a corpus of music as sound: what a listener to words must not fire on.

Conventions. Excerpts of EXCERPT_SECONDS at most, from a piece's beginning, rendered with the
bundled SoundFont, one channel at 16 kHz, each as loud as PEAK; in an order drawn once. The split is
that of the pieces.
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
from musicrnn_datasets.pop909 import POP909

EXCERPT_SECONDS = 45.0
PEAK = 20_000
EXCERPTS = 40  # of a split
SEED = 20_261_130


@dataclass(frozen=True)
class RenderedMusic:
    """Implements SoundCorpus with the first EXCERPTS pieces of a split; ``of`` lies in the folder
    ``folders``."""

    of: ScoreCorpus
    folders: tuple[str, ...]

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
        order = np.random.default_rng(SEED).permutation(len(pieces))
        for index in order[:EXCERPTS]:
            yield OtherSound("", "music", excerpt(pieces[index].read()))


def excerpt(piece: Score) -> NDArray[np.int16]:
    """EXCERPT_SECONDS of a piece at most, as loud as PEAK."""
    sound = render(piece, rate=SOUND_RATE).samples.mean(axis=0)
    sound = sound[: round(EXCERPT_SECONDS * SOUND_RATE)]
    return (sound * (PEAK / max(1e-6, float(np.abs(sound).max(initial=0))))).astype(np.int16)


RENDERED = (RenderedMusic(POP909, ("pop909",)), RenderedMusic(GROOVE, ("groove",)))
