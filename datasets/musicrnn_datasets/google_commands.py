"""Google Speech Commands v0.01 and v0.02: 30 and 35 words said by some 2,000 people (Warden 2018).

Conventions. A folder a word, files named SPEAKER_nohash_TAKE.wav, sound without words in
``_background_noise_``. ``validation_list.txt`` and ``testing_list.txt`` name the clips to validate
and test on, all others are learnt from. Where a list is missing :func:`split_of_speaker`, the rule
that the lists were made with, gives the same split. Clips that the lists name and the folder lacks
are passed over, so a part of the corpus is a corpus.

``google-commands`` has every word as its own label. ``google-commands-12`` is the task of ten
commands: all other words become ``_unknown_``; the twelfth label, ``_silence_``, has no clips here:
training makes it from the backgrounds. Its test clips are those of the testing list, not the
separate archive of 12 balanced labels that goes with v0.02.

Source: Warden 2018, arXiv:1804.03209.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.sources.corpus import LabelledFile
from musicrnn.sources.labelled_folder import AUDIO
from musicrnn.training.data import Card, Split

FOLDERS = (
    "google-commands", "google-speech-commands", "google-speech-commands-v0.02",
    "google-speech-commands-v0.01", "google-speech-commands-v0.01-sample",
)  # fmt: skip
TEN = frozenset({"yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"})
UNKNOWN = "_unknown_"
BACKGROUND = "_background_noise_"
LISTS: tuple[tuple[str, Split], ...] = (
    ("validation_list.txt", "valid"), ("testing_list.txt", "test"),
)  # fmt: skip
BUCKETS = 2**27  # of the hash; the official rule divides by one less


@dataclass(frozen=True)
class GoogleCommands:
    """Implements SpokenCorpus; words outside ``commands`` are unknown, None: every word counts."""

    card: Card
    commands: frozenset[str] | None = None
    folders: tuple[str, ...] = FOLDERS

    def clips(self, folder: Path) -> Iterator[LabelledFile]:
        """The clips that are there, by word and name.

        Raises:
            MusicRNNError: a list is unreadable, or there is not one clip.
        """
        listed = _listed(folder)
        empty = True
        for path in sorted(folder.glob("*/*")):
            word = path.parent.name
            if word.startswith(("_", ".")) or path.suffix.lower() not in AUDIO:
                continue
            empty = False
            name = f"{word}/{path.name}"
            speaker = path.stem.partition("_nohash_")[0]
            split = listed.get(name, "train") if listed else split_of_speaker(speaker)
            known = self.commands is None or word in self.commands
            yield LabelledFile(name, path, word if known else UNKNOWN, split, speaker)
        if empty:
            raise MusicRNNError(f"{folder} has no clips: a folder a word is expected, yes/*.wav")

    def backgrounds(self, folder: Path) -> list[Path]:
        """Six long recordings, none in a sample without them."""
        found = (folder / BACKGROUND).glob("*.*")
        return sorted(path for path in found if path.suffix.lower() in AUDIO)


def split_of_speaker(speaker: str) -> Split:
    """The official rule: the sha1 of the name before ``_nohash_``, 10 % valid, 10 % test."""
    number = int(hashlib.sha1(speaker.encode(), usedforsecurity=False).hexdigest(), 16)
    percent = number % BUCKETS * (100.0 / (BUCKETS - 1))
    if percent < 10:
        return "valid"
    return "test" if percent < 20 else "train"


def _listed(folder: Path) -> dict[str, Split]:
    """The split of every listed name; nothing unless both lists are there."""
    if not all((folder / file).is_file() for file, _ in LISTS):
        return {}
    splits: dict[str, Split] = {}
    for file, split in LISTS:
        try:
            names = (folder / file).read_text("utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise MusicRNNError(f"cannot read {folder / file}, a list of names: {error}") from error
        splits |= {name.strip(): split for name in names if name.strip()}
    return splits


def _card(name: str, title: str) -> Card:
    return Card(
        name=name,
        title=title,
        holds="sounds",
        source="P. Warden, Google",
        licence="CC BY 4.0",
        get="unpack http://download.tensorflow.org/data/speech_commands_v0.02.tar.gz",
        split="official lists, speakers disjoint",
        language="English",
    )


GOOGLE_COMMANDS = GoogleCommands(
    _card("google-commands", "Google Speech Commands, all words: 35 in v0.02, 30 in v0.01")
)
GOOGLE_COMMANDS_12 = GoogleCommands(
    _card("google-commands-12", "Google Speech Commands: ten commands, all other words, silence"),
    commands=TEN,
)
