"""Arabic Speech Commands: 40 keywords, 30 speakers, 300 clips a word (Ghandoura et al. 2021).

Conventions. Folders and labels are the English names of the words. The official lists (train.csv,
val.csv, test.csv: file, class) keep the speakers apart, 7,200, 2,400 and 2,400 clips. A file is
named SPEAKER_NO_TAKE.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.sources.corpus import LabelledFile
from musicrnn.training.data import Card, Split

LISTS: tuple[tuple[str, Split], ...] = (
    ("train.csv", "train"), ("val.csv", "valid"), ("test.csv", "test"),
)  # fmt: skip


class ArabicCommands:
    """Implements SpokenCorpus."""

    folders = ("arabic-commands", "arabic-speech-commands")
    card = Card(
        name="arabic-commands",
        title="Arabic Speech Commands, 40 words by 30 speakers",
        holds="sounds",
        source="A. Ghandoura, F. Hjabo, O. Al Dakkak",
        licence="CC BY 4.0",
        get="clone https://github.com/abdulkaderghandoura/arabic-speech-commands-dataset",
        split="official 7200/2400/2400, speakers disjoint",
        language="Arabic (labels in English)",
    )

    def clips(self, folder: Path) -> Iterator[LabelledFile]:
        """The clips that the lists name.

        Raises:
            MusicRNNError: a list is missing or damaged.
        """
        for file, split in LISTS:
            for name, label in _rows(folder / file):
                speaker = Path(name).stem.partition("_")[0]
                yield LabelledFile(name, folder / name, label, split, speaker)

    def backgrounds(self, folder: Path) -> list[Path]:
        """A boiler and a washing machine."""
        return sorted((folder / "background_noise").glob("*.*"))


def _rows(path: Path) -> list[tuple[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [(row["file"], row["class"]) for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise MusicRNNError(f"cannot read {path}, a list of file,class: {error}") from error


ARABIC_COMMANDS = ArabicCommands()
