"""Sound in which no keyword is spoken: all corpora of it on this computer, decoded once and kept.

Conventions. Samples are int16 at SOUND_RATE, mapped from a ``.npy`` file of the user's cache folder
that is named by a hash of the corpora's names and files; beside it stands what each stretch is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.sources.corpus import OtherSound, SoundCorpus
from musicrnn.sources.find import folder_of, sounds_kept
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

    def read(self, split: Split) -> list[OtherSound]:
        """All sounds of a split.

        Raises:
            MusicRNNError: a corpus is damaged, or the cache folder cannot be written to.
        """
        if not self.corpora:
            return []
        path = sounds_kept("sounds") / f"{self._key(split)}.npy"
        listed = path.with_suffix(".json")
        if not (path.is_file() and listed.is_file()):
            self._write(split, path)
        samples = np.load(path, mmap_mode="r", allow_pickle=False)
        found, start = list[OtherSound](), 0
        for language, kind, length in json.loads(listed.read_text(encoding="utf-8")):
            found.append(OtherSound(language, kind, samples[start : start + length]))
            start += length
        if samples.dtype != np.int16 or samples.shape != (start,):
            raise MusicRNNError(f"{path} is damaged: delete it, and the sounds are read again")
        return found

    def _write(self, split: Split, path: Path) -> None:
        sounds = [sound for corpus, at in self.corpora for sound in corpus.sounds(at, split)]
        every = [sound.samples for sound in sounds]
        with whole_file(path) as temporary:
            np.save(temporary, np.concatenate(every) if every else np.zeros(0, np.int16))
        with whole_file(path.with_suffix(".json")) as temporary:
            listed = [(sound.language, sound.kind, len(sound.samples)) for sound in sounds]
            temporary.write_text(json.dumps(listed), encoding="utf-8")

    def _key(self, split: Split) -> str:
        digest = hashlib.sha256(f"1 {split}".encode())
        for corpus, folder in self.corpora:
            digest.update(f"{corpus.card.name} {folder}".encode())
            for file in sorted(folder.rglob("*")):
                state = file.lstat()
                digest.update(f"{file.name} {state.st_size} {state.st_mtime_ns}".encode())
        return digest.hexdigest()[:32]
