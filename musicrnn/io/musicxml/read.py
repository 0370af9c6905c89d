"""MusicXML files to scores: read_musicxml.

Conventions. MusicXML 4.0 and before, part by part or measure by measure, plain or compressed, in
any encoding that XML knows. A part is a track, or one for each of its instruments; staves and
voices of a part play together. Quarters have TICKS ticks, or as many as the file needs. Repeats,
endings and jumps are played out (order.py). A measure is as long as what stands in it in most
parts, or as its metre where all are empty, or where most are too full and one is not: a pick-up is
a first bar of its own, shorter metre.
Chord symbols become the score's chords, rehearsal marks its sections; lyrics, slurs, articulations
and ornaments make no sound here. The title is the work's, or the movement's.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

from musicrnn.errors import MusicRNNError
from musicrnn.io.content import content_of
from musicrnn.io.musicxml.document import walk
from musicrnn.io.musicxml.measure import Measure, PartReader
from musicrnn.io.musicxml.numbers import text_of
from musicrnn.io.musicxml.parts import Part, parts_of
from musicrnn.io.musicxml.play import performed
from musicrnn.io.musicxml.unpack import MAX_BYTES, unpacked
from musicrnn.score import Score

MAX_PARTS = 256
MAX_MEASURES = 200_000  # in all parts together
MAX_TITLE = 200


def read_musicxml(path: str | Path) -> Score:
    """The score of a MusicXML file. It may hold no note at all: see ``score.note_count``.

    Raises:
        MusicRNNError: the file cannot be read, is no MusicXML, or is broken or too large.
    """
    path = Path(path)
    data = content_of(path, MAX_BYTES)
    try:
        return score_from_musicxml(data)
    except MusicRNNError as error:
        raise MusicRNNError(f"cannot read {path}: {error}") from error


def score_from_musicxml(data: bytes) -> Score:
    """The score of the bytes of a MusicXML file; see :func:`read_musicxml`."""
    reading = _Reading()
    walk(unpacked(data), reading.head, reading.measure)
    if not reading.measures:
        raise MusicRNNError("it holds no measure of music")
    return performed(list(reading.measures.values()), reading.names, title=reading.title)


class _Reading:
    """What is found on the way through a document: the measures of each part, by its id."""

    def __init__(self) -> None:
        self.title = ""
        self.parts: dict[str, Part] = {}
        self.readers: dict[str, PartReader] = {}
        self.measures: dict[str, list[Measure]] = {}
        self.count = 0

    @property
    def names(self) -> list[str]:
        """Of the parts, in the order of their music."""
        return [reader.part.name for reader in self.readers.values()]

    def head(self, element: Element) -> None:
        if element.tag == "part-list":
            self.parts |= parts_of(element)
        elif element.tag == "work":
            self.title = text_of(element, "work-title") or self.title
        elif element.tag == "movement-title":
            self.title = self.title or (element.text or "").strip()
        self.title = " ".join(self.title.split())[:MAX_TITLE]

    def measure(self, part: str, number: int, element: Element) -> None:
        if part not in self.readers:
            if len(self.readers) >= MAX_PARTS:
                raise MusicRNNError(f"a score may have {MAX_PARTS} parts, this one has more")
            self.readers[part] = PartReader(self.parts.get(part, Part()))
            self.measures[part] = []
        self.count += 1
        if self.count > MAX_MEASURES:
            raise MusicRNNError(
                f"a score may have {MAX_MEASURES} measures in all parts, this one has more"
            )
        own = self.measures[part]
        while len(own) < min(number, MAX_MEASURES):  # a part that pauses, measure by measure
            own.append(Measure())
        own.append(self.readers[part].read(element))
