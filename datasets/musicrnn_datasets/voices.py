"""Real speech that is no keyword: voices of GCompris, Asterisk prompts, Precise community data.

Conventions. A corpus is a folder with one Opus file a language or speaker and ``index.tsv``, which
says where its clips begin and how long they are, in samples at 16 kHz; or, without an index, the
clips themselves, as they are downloaded, in a folder a language or speaker. The split is by
language, so that a detector is measured on languages that it has never heard; of the community
recordings, most of them English, all are for training.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import read_audio
from musicrnn.sources.corpus import SOUND_RATE, OtherSound
from musicrnn.sources.find import files_below
from musicrnn.sources.labelled_folder import AUDIO
from musicrnn.training.data import Card, Split

SPLIT = "by language"
MAX_SECONDS = 60.0  # of a clip


@dataclass(frozen=True)
class IndexedVoices:
    """Implements SoundCorpus.

    Args:
        held_out: the languages for validation and for the test; all others are for training.
        sentences: folders of clips that are sentences, "" for all; the others hold single words.
        left_out: beginnings of the names of files that are not read.
    """

    card: Card
    held_out: Mapping[Split, tuple[str, ...]] = field(default_factory=dict[Split, tuple[str, ...]])
    sentences: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """As they may have them."""
        return "sentences", "words"

    def sounds(self, folder: Path, split: Split) -> Iterator[OtherSound]:
        """Of each language of a split its sentences and its words.

        Raises:
            MusicRNNError: the index or a file of it cannot be read, or does not fit the other.
        """
        if not (folder / "index.tsv").exists():
            yield from self._downloaded(folder, split)
            return
        for file, clips in sorted(_index(folder / "index.tsv").items()):
            language = Path(file).stem
            if self.split_of(language) != split or language.startswith(self.left_out):
                continue
            samples = _decoded(folder / file)
            for kind in ("sentences", "words"):
                own = [c for c in clips if self.kind_of(c[0]) == kind]
                if any(start < 0 or start + n > len(samples) for _, start, n in own):
                    raise MusicRNNError(f"{folder / 'index.tsv'} does not fit {file}")
                if own:
                    parts = [samples[start : start + n] for _, start, n in own]
                    yield OtherSound(language, kind, np.concatenate(parts))

    def _downloaded(self, folder: Path, split: Split) -> Iterator[OtherSound]:
        """The clips of folders, each brought to SOUND_RATE; what cannot be read is left out."""
        for below in sorted(path for path in folder.iterdir() if path.is_dir()):
            language = below.name
            if self.split_of(language) != split or language.startswith((".", *self.left_out)):
                continue
            kinds: dict[str, list[NDArray[np.int16]]] = {"sentences": [], "words": []}
            for path in files_below(below, AUDIO):
                with suppress(MusicRNNError):
                    sound = read_audio(path, max_seconds=MAX_SECONDS).mono().resampled(SOUND_RATE)
                    samples = (32_767 * sound.samples[0].clip(-1, 1)).astype(np.int16)
                    kinds[self.kind_of(path.relative_to(folder).as_posix())].append(samples)
            for kind, clips in kinds.items():
                if clips:
                    yield OtherSound(language, kind, np.concatenate(clips))

    def split_of(self, language: str) -> Split:
        """That of a language."""
        for split, languages in self.held_out.items():
            if language in languages:
                return split
        return "train"

    def kind_of(self, clip: str) -> str:
        """``sentences`` or ``words``, by the folder that a clip is from."""
        everything = "" in self.sentences
        return "sentences" if everything or set(clip.split("/")) & set(self.sentences) else "words"


def _index(path: Path) -> dict[str, list[tuple[str, int, int]]]:
    """Of each file the clips: name, first sample, number of samples."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                place = row["clip"], int(row["start"]), int(row["samples"])
                found.setdefault(row["file"], []).append(place)
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValueError, TypeError) as error:
        raise MusicRNNError(f"cannot read {path}, a table of clips: {error}") from error
    return found


def _decoded(path: Path) -> np.ndarray:
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    try:
        samples, rate = soundfile.read(str(path), dtype="int16")
    except (RuntimeError, OSError) as error:
        raise MusicRNNError(f"cannot read {path}: {error}") from error
    if rate != SOUND_RATE or samples.ndim != 1:
        raise MusicRNNError(f"{path} must be one channel at {SOUND_RATE} Hz, it has {rate} Hz")
    return samples


GCOMPRIS = IndexedVoices(
    Card(
        name="gcompris-voices",
        title="Voices of GCompris: words and sentences in 42 languages",
        holds="sounds",
        source="https://github.com/gcompris/GCompris-voices",
        licence="GPL 3 or later mostly, some CC BY-SA, some in the public domain",
        get="clone https://github.com/gcompris/GCompris-voices",
        split=SPLIT,
    ),
    held_out={
        "valid": ("el", "en", "fi", "hi", "it", "pl", "ro", "sv"),
        "test": ("de", "ru", "zh_CN", "zh_TW"),
    },
    sentences=("intro", "misc"),
)
ASTERISK = IndexedVoices(
    Card(
        name="asterisk-prompts",
        title="Asterisk core sounds: telephone prompts in five languages",
        holds="sounds",
        source="Debian packages asterisk-core-sounds",
        licence="CC BY-SA 3.0, Russian CC BY 3.0",
        get="the Debian packages asterisk-core-sounds-en-wav, -es-, -fr-, -it-, -ru-, each one's "
        "sounds in a folder called en, es, fr, it or ru",
        split=SPLIT,
    ),
    held_out={"valid": ("it",), "test": ("en", "ru")},
    sentences=("",),
)
PRECISE = IndexedVoices(
    Card(
        name="precise-community",
        title="Precise community data: wake words and other words",
        holds="sounds",
        source="https://github.com/MycroftAI/Precise-Community-Data",
        licence="public domain or CC by file; those for no commercial use are left out",
        get="clone https://github.com/MycroftAI/Precise-Community-Data",
        split="all for training",
    ),
    left_out=("heysavant",),
)
VOICES = (GCOMPRIS, ASTERISK, PRECISE)
