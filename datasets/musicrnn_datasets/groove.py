"""The Groove MIDI Dataset (Gillick et al. 2019): 1,150 performances of ten drummers.

Conventions. One drum track a piece, with the drummer's own velocities and timing against the
click: 480 ticks a quarter, tempo and time signature of the click at tick 0 (they agree with
``info.csv`` in all files). The official split; its "validation" is our "valid". The title says
style and kind: "funk/groove1 beat", "rock fill"; a piece's feel is its style up to the slash. Drums
are those of General MIDI: the kit's edges of the hi-hat, 22 and 26, are 42 and 46, the rim of the
low tom, 58, is the low tom, 43.

Source: Gillick et al., Learning to Groove with Inverse Sequence Transformations, ICML 2019.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from musicrnn.drum_kit import EDGES
from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import read_midi
from musicrnn.score import Note, Score
from musicrnn.training.data import Card, Piece, Split

_SPLITS: dict[str, Split] = {"train": "train", "validation": "valid", "test": "test"}
_DRUMS = {**EDGES, 58: 43}  # what the kit calls otherwise


class Groove:
    """The corpus; ``folder`` holds ``info.csv``."""

    card = Card(
        name="groove",
        title="Groove MIDI Dataset: human drumming",
        holds="scores",
        source="https://magenta.tensorflow.org/datasets/groove",
        licence="CC BY 4.0",
        get="unpack groove-v1.0.0-midionly.zip of https://magenta.tensorflow.org/datasets/groove",
        split="official, 897/124/129",
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        table = folder / "info.csv"
        try:
            with table.open(newline="") as file:
                rows = list(csv.DictReader(file))
        except OSError as error:
            raise MusicRNNError(f"cannot read {table}: {error.strerror}") from error
        for row in rows:
            title = f"{row['style']} {row['beat_type']}"
            path = folder / row["midi_filename"]
            yield Piece(
                row["id"],
                _SPLITS[row["split"]],
                partial(_read, path, title),
                feel=row["style"].split("/")[0],
                is_fill=row["beat_type"] == "fill",
            )


GROOVE = Groove()


def _read(path: Path, title: str) -> Score:
    score = read_midi(path)
    tracks = tuple(
        replace(track, notes=tuple(sorted(map(_of_general_midi, track.notes))))
        for track in score.tracks
    )
    return replace(score, tracks=tracks, title=title)


def _of_general_midi(note: Note) -> Note:
    return replace(note, pitch=_DRUMS.get(note.pitch, note.pitch))
