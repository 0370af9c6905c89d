"""JSB Chorales on a sixteenth grid: 382 four-voice chorales of J. S. Bach.

Conventions. ``Jsb16thSeparated.json`` holds, for each split, pieces of steps of four pitches
(soprano, alto, tenor, bass; -1 = rest), a step a sixteenth. A Score has 4 ticks a quarter and the
voices as four tracks of choir; a pitch that goes on is one note, as the grid cannot say that it is
struck again. Tempo, key and bar lines are not given: 100 quarters a minute and 4/4 from the first
step stand in, so a chorale with an upbeat is off its bars.

Source: Boulanger-Lewandowski et al., Modeling Temporal Dependencies in High-Dimensional Sequences,
ICML 2012.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.score import Note, Score, Tempo, Track, make_score
from musicrnn.training.data import SPLITS, Card, Piece

VOICES = ("Soprano", "Alto", "Tenor", "Bass")
_CHOIR = 52
_VELOCITY = 80
_BPM = 100


class JsbChorales:
    """The corpus; ``folder`` holds the JSON file."""

    card = Card(
        name="jsb-chorales",
        title="JSB Chorales: Bach in four voices",
        holds="scores",
        source="https://github.com/czhuang/JSB-Chorales-dataset",
        licence="the music is in the public domain; no terms stated for the encoding",
        split="official (Boulanger-Lewandowski 2012), 229/76/77",
        bars_known=False,
    )

    def pieces(self, folder: Path) -> Iterator[Piece]:
        path = folder / "Jsb16thSeparated.json"
        try:
            splits = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise MusicRNNError(f"cannot read {path}: {error}") from error
        for split in SPLITS:
            if split not in splits:
                raise MusicRNNError(f"{path} has no split {split}: it is another file")
            for number, steps in enumerate(splits[split]):
                name = f"{split}-{number:03d}"
                yield Piece(name, split, partial(chorale, steps, name))


JSB_CHORALES = JsbChorales()


def chorale(steps: list[list[Any]], title: str = "") -> Score:
    """The score of steps of four pitches; see the module's text."""
    return make_score(
        4,
        [
            Track(tuple(_voice([int(step[voice]) for step in steps])), _CHOIR, name=name)
            for voice, name in enumerate(VOICES)
        ],
        tempos=[Tempo.from_bpm(0, _BPM)],
        title=title,
    )


def _voice(pitches: list[int]) -> Iterator[Note]:
    start = 0
    for step in range(1, len(pitches) + 1):
        if step == len(pitches) or pitches[step] != pitches[start]:
            if pitches[start] >= 0:
                yield Note(start, pitches[start], step - start, _VELOCITY)
            start = step
