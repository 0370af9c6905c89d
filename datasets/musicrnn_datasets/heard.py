"""The pieces that a composing model is looked at on: held-out ones of a corpus, or its own.

Conventions. ``on`` is the name of a corpus or a folder, of which the test split is read, whole;
without it the model samples pieces itself, as its style likes them, from ``seed``, ``seed`` + 1 ...
``found`` is a folder where corpora lie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import counted
from musicrnn.pretrained import Style
from musicrnn.sampling.compose import compose, fitting_tokenizer
from musicrnn.tokens import Wishes
from musicrnn.training.compose import Ids
from musicrnn_datasets.composing import Encoded
from musicrnn_datasets.corpus import Refusal
from musicrnn_datasets.evaluation import held_out


@dataclass(frozen=True)
class Own:
    """How many pieces of its own: so many at a time, until there are ``enough``."""

    together: int
    enough: Callable[[list[Ids]], bool]


@dataclass(frozen=True, eq=False)
class Heard:
    """Pieces as the model's ids, what they are in words, and the corpus where it is one."""

    pieces: list[Ids]
    read: str
    encoded: Encoded | None = None

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """What of the corpus was left out."""
        return () if self.encoded is None else tuple(self.encoded.refused)


def heard_pieces(
    checkpoint: Checkpoint,
    style: Style,
    *,
    own: Own,
    on: str | None = None,
    seed: int = 0,
    found: Path | None = None,
) -> Heard:
    """The test split of ``on``, or pieces that the model samples.

    Raises:
        MusicRNNError: the model cannot compose, or there is no such data.
    """
    tokenizer = fitting_tokenizer(checkpoint)
    if on is not None:
        encoded = held_out(tokenizer, on, split="test", found=found)
        pieces = encoded.ids["test"]
        return Heard(pieces, f"{counted(len(pieces), 'piece')} of the test split of {on}", encoded)
    played = tokenizer.name == "performance"
    wishes = Wishes(seconds=30.0) if played else Wishes(bars=style.bars)
    pieces: list[Ids] = []
    while not own.enough(pieces):
        seeds = range(seed + len(pieces), seed + len(pieces) + own.together)
        made = compose(checkpoint, seeds, wishes=wishes, settings=style.settings)
        pieces += [np.array(piece.ids, np.int32) for piece in made]
    return Heard(pieces, f"{counted(len(pieces), 'piece')} of its own, seed {seed}")
