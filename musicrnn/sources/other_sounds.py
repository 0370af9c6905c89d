"""Sound in which no keyword is spoken: all corpora of it on this computer, decoded once and kept.

Conventions. Samples are int16 at SOUND_RATE, kept (musicrnn.sources.kept) by the names and files of
the corpora; the list beside them says what each stretch is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.sources.corpus import OtherSound, SoundCorpus
from musicrnn.sources.find import folder_of
from musicrnn.sources.kept import Kept, kept, key_of, states
from musicrnn.sources.named import named
from musicrnn.training.data import Split


@dataclass(frozen=True)
class SoundsAtHand:
    """The corpora of sound on this computer, and where each lies."""

    corpora: Sequence[tuple[SoundCorpus, Path]]

    @staticmethod
    def find(data: Path | None = None) -> SoundsAtHand:
        """Those that are there."""
        found: list[tuple[SoundCorpus, Path]] = []
        for corpus in named().sounds.values():
            try:
                found.append((corpus, folder_of(corpus, data)))
            except MusicRNNError:  # it is not on this computer
                continue
        return SoundsAtHand(found)

    @property
    def spoken(self) -> list[SoundCorpus]:
        """Those of speech."""
        return [corpus for corpus, _ in self.corpora if set(corpus.kinds) - {"music"}]

    def read(self, split: Split) -> list[OtherSound]:
        """All sounds of a split.

        Raises:
            MusicRNNError: a corpus is damaged, or the cache folder cannot be written to.
        """
        if not self.corpora:
            return []
        made = kept("sounds", self.key(split), lambda: self._made(split))
        found, start = list[OtherSound](), 0
        for language, kind, length in made.listed:
            found.append(OtherSound(language, kind, made.samples[start : start + length]))
            start += length
        return found

    def _made(self, split: Split) -> Kept:
        sounds = [sound for corpus, at in self.corpora for sound in corpus.sounds(at, split)]
        every = [np.zeros(0, np.int16), *(sound.samples for sound in sounds)]
        listed = [(sound.language, sound.kind, len(sound.samples)) for sound in sounds]
        return Kept(np.concatenate(every), listed)

    def key(self, split: Split) -> str:
        """A name for all that there is of a split: names, sizes and times of the files."""
        files = [(c.card.name, states([at, *sorted(at.rglob("*"))])) for c, at in self.corpora]
        return key_of(split, files)
