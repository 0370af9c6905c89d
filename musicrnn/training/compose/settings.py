"""Sizes of a language model and of its batches. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from musicrnn.bounds import number, share, whole
from musicrnn.context.fields import GROUPS, fields_of
from musicrnn.networks.language_config import LanguageSizes


@dataclass(frozen=True)
class ComposeSettings(LanguageSizes):
    """``batch_size`` pieces at once, ``sequence_length`` ids of each an update.

    ``hears`` are the groups of musicrnn.context.fields that are heard at every step, with commas
    between, where the tokens have them; "" for none. ``louder``: some of it is heard
    louder in composing (:mod:`musicrnn.sampling.loudness`).
    """

    hears: str = ",".join(GROUPS)
    louder: bool = True
    batch_size: int = whole(32, 1, 2**16)
    sequence_length: int = whole(256, 1, 2**20)
    augment: bool = True  # transposed, faster: see Tokenizer.augmentation_maps
    rehearsal: float = share(0.2)  # of what is read, of the corpus that a base learnt from
    gradient_norm_regulariser: float = number(0.0, 0)  # Pascanu, Mikolov and Bengio 2013

    def __post_init__(self) -> None:
        super().__post_init__()
        fields_of(self.groups)

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self.hears.split(",")) if self.hears else ()
