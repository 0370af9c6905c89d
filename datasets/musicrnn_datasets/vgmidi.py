"""VGMIDI (Ferreira and Whitehead 2019): 204 pieces of video-game music, arranged for piano.

Conventions. As in the files: quantised, with the piano's program. A name is
``series_console_game_piece``; the split is drawn from the game, so that no game stands on both
sides. Games of one series do, and series quote themselves: measure copies with that in mind.

Source: Ferreira and Whitehead, Learning to Generate Music with Sentiment, ISMIR 2019.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from musicrnn.io.midi import read_midi
from musicrnn.sources.corpus import split_by_hash
from musicrnn.training.data import Card, Piece


class VGMidi:
    """The corpus; ``folder`` holds ``labelled/midi``."""

    card = Card(
        name="vgmidi",
        title="VGMIDI: video-game music for piano",
        holds="scores",
        source="https://github.com/lucasnfe/vgmidi",
        licence="not stated",
        split="none official: sha256 of the game's name, 80/10/10 of the games",
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        for path in sorted((folder / "labelled" / "midi").glob("*.mid")):
            yield Piece(path.stem, split_by_hash(_game(path.stem)), partial(read_midi, path))


VGMIDI = VGMidi()


def _game(name: str) -> str:
    parts = name.split("_")
    return parts[2] if len(parts) > 2 else parts[0]
