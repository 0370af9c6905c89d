"""JSB Chorales on a sixteenth grid: 382 four-voice chorales of J. S. Bach.

Conventions. ``Jsb16thSeparated.json`` holds, for each split, pieces of steps of four pitches
(soprano, alto, tenor, bass; -1 = rest), a step a sixteenth. A Score has 4 ticks a quarter and the
voices as four tracks of choir; a pitch that goes on is one note, as the grid cannot say that it is
struck again. Tempo, key and bar lines are not given. What Bach's scores say of them stands in
``jsb_bars.csv`` for 345 of the chorales, found again in the scores of the package music21 by
``datasets/scripts/jsb_bars.py``: the metre, the sixteenths of the upbeat, the key (the last note of
the bass, where the signature allows it), and the phrases, which end with a fermata; a letter that
comes back is a phrase whose melody does. The others are taken to be in 4/4 and to end with a whole
bar. The tempo is 100 quarters a minute throughout.

Source: Boulanger-Lewandowski et al., Modeling Temporal Dependencies in High-Dimensional Sequences,
ICML 2012.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from musicrnn.errors import MusicRNNError
from musicrnn.score import Key, Note, Score, Section, Tempo, TimeSignature, Track, make_score
from musicrnn.tokens.wishes import read_key, read_time_signature
from musicrnn.training.data import SPLITS, Card, Piece

VOICES = ("Soprano", "Alto", "Tenor", "Bass")
_CHOIR = 52
_VELOCITY = 80
_BPM = 100
_SIXTEENTHS = 4  # a quarter, and ticks
_COMMON = 16  # sixteenths of a bar of 4/4


class JsbChorales:
    """The corpus; ``folder`` holds the JSON file."""

    card = Card(
        name="jsb-chorales",
        title="JSB Chorales: Bach in four voices",
        holds="scores",
        source="https://github.com/czhuang/JSB-Chorales-dataset",
        licence="the music is in the public domain; no terms stated for the encoding",
        get="clone https://github.com/czhuang/JSB-Chorales-dataset",
        split="official (Boulanger-Lewandowski 2012), 229/76/77",
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


def chorale(steps: list[list[Any]], name: str = "") -> Score:
    """The score of steps of four pitches; see the module's text."""
    said = _bars().get(name)
    metre, upbeat = (4, 4), len(steps) % _COMMON
    keys: list[Key] = []
    sections: list[Section] = []
    if said is not None:
        metre, upbeat = read_time_signature(said["metre"]), int(said["upbeat"])
        keys = [Key(0, *read_key(said["key"]))]
        sections = [Section(int(p[1:]), p[0]) for p in said["phrases"].split()]
    metres = [TimeSignature(upbeat, *metre)]
    if upbeat:
        metres.insert(
            0, TimeSignature(0, upbeat, 16) if upbeat % 4 else TimeSignature(0, upbeat // 4, 4)
        )
    return make_score(
        _SIXTEENTHS,
        [
            Track(tuple(_voice([int(step[voice]) for step in steps])), _CHOIR, name=name_of)
            for voice, name_of in enumerate(VOICES)
        ],
        tempos=[Tempo.from_bpm(0, _BPM)],
        time_signatures=metres,
        keys=keys,
        sections=sections,
        title=name,
    )


@cache
def _bars() -> dict[str, dict[str, str]]:
    """By chorale, what Bach's scores say."""
    path = Path(__file__).with_name("jsb_bars.csv")
    with path.open(newline="", encoding="utf-8") as file:
        return {row["piece"]: row for row in csv.DictReader(file)}


def _voice(pitches: list[int]) -> Iterator[Note]:
    start = 0
    for step in range(1, len(pitches) + 1):
        if step == len(pitches) or pitches[step] != pitches[start]:
            if pitches[start] >= 0:
                yield Note(start, pitches[start], step - start, _VELOCITY)
            start = step
