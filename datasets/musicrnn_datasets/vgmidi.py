"""VGMIDI (Ferreira and Whitehead 2019): 204 pieces of video-game music, arranged for piano.

Conventions. As in the files: quantised, with the piano's program. A name is
``series_console_game_piece``; the split is drawn from the game, so that no game stands on both
sides. Games of one series do, and series quote themselves: measure copies with that in mind.

Ratings. ``vgmidi_labelled.csv`` rates 204 phrases of 200 pieces, valence and arousal +1 or -1; a
phrase is called after its piece, with ``_N`` behind. An axis on which the phrases of a piece
contradict each other is left out. A piece's group is its game.

Source: Ferreira and Whitehead, Learning to Generate Music with Sentiment, ISMIR 2019.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import read_midi
from musicrnn.sources.corpus import split_by_hash
from musicrnn.training.data import Card, Piece

AXES = ("valence", "arousal")


class VGMidi:
    """The corpus; ``folder`` holds ``labelled/midi`` and ``vgmidi_labelled.csv``."""

    card = Card(
        name="vgmidi",
        title="VGMIDI: video-game music for piano",
        holds="scores",
        source="https://github.com/lucasnfe/vgmidi",
        licence="not stated",
        get="clone https://github.com/lucasnfe/vgmidi: labelled and vgmidi_labelled.csv",
        split="none official: sha256 of the game's name, 80/10/10 of the games",
        ratings=AXES,
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        """Without the table no piece has ratings.

        Raises:
            MusicRNNError: the table is damaged.
        """
        rated = ratings(folder / "vgmidi_labelled.csv")
        for path in sorted((folder / "labelled" / "midi").glob("*.mid")):
            game = _game(path.stem)
            yield Piece(
                path.stem,
                split_by_hash(game),
                partial(read_midi, path),
                ratings=rated.get(path.stem, {}),
                group=game,
            )


VGMIDI = VGMidi()


def ratings(table: Path) -> dict[str, dict[str, int]]:
    """By piece and axis: +1 or -1, where all its phrases agree.

    Raises:
        MusicRNNError: a column is missing, or a rating is another.
    """
    if not table.is_file():
        return {}
    found: dict[str, dict[str, set[str]]] = {}
    try:
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                name = re.sub(r"_\d+$", "", Path(row["midi"]).stem)
                of = found.setdefault(name, {axis: set() for axis in AXES})
                for axis in AXES:
                    of[axis].add(row[axis].strip())
    except (OSError, ValueError, KeyError, AttributeError, TypeError, csv.Error) as error:
        raise MusicRNNError(f"cannot read {table}: {error!r}") from error
    if wrong := {r for of in found.values() for each in of.values() for r in each} - {"1", "-1"}:
        raise MusicRNNError(f"{table}: a rating must be 1 or -1, got {sorted(wrong)[0]!r}")
    return {
        name: {axis: int(*each) for axis, each in of.items() if len(each) == 1}
        for name, of in found.items()
    }


def _game(name: str) -> str:
    parts = name.split("_")
    return parts[2] if len(parts) > 2 else parts[0]
