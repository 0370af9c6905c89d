"""Scores to MusicXML that notation programs open: parts, bars, chord symbols, spelt notes.

Conventions. MusicXML 4.0, part by part, on the grid of written music (musicrnn.io.abc.grid), with
velocities as ``dynamics`` of each note: ``read(write(q)) == q`` for every q from
:func:`quantize_musicxml`, and write(s) is the file of quantize_musicxml(s). A track is a part with
the voices and staves of voices.py; lengths are printed as values.py says, tied where one value is
not enough. A first bar shorter than the second is a pick-up. Sections are rehearsal marks. Repeats
are written out.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from musicrnn.io.atomic import write_whole
from musicrnn.io.musicxml.bars import Bar, bars_of
from musicrnn.io.musicxml.grid import quantize_musicxml
from musicrnn.io.musicxml.signs import (
    attributes,
    chord_symbol,
    key_inside,
    length_of,
    moved,
    rehearsal_mark,
    said,
    tempo_mark,
)
from musicrnn.io.musicxml.stems import Line, line_elements
from musicrnn.io.musicxml.unpack import CONTAINER as CONTAINER_NAME
from musicrnn.io.musicxml.voices import by_bar, staves
from musicrnn.score import Score, Track

DOCTYPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC '
    '"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)
SCORE_NAME = "score.musicxml"
CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<container><rootfiles>'
    f'<rootfile full-path="{SCORE_NAME}"/></rootfiles></container>\n'
)
DRUMS = 10  # the channel
EPOCH = (1980, 1, 1, 0, 0, 0)


def write_musicxml(score: Score, path: str | Path) -> None:
    """Writes a file, whole or not at all: compressed where it is called .mxl. Equal scores give
    equal bytes.

    Raises:
        MusicRNNError: the file cannot be written, or is too long for written music.
    """
    data = musicxml_bytes(score)
    if Path(path).suffix.lower() == ".mxl":
        data = _compressed(data)
    write_whole(path, data)


def musicxml_bytes(score: Score) -> bytes:
    """The document, in UTF-8.

    Raises:
        MusicRNNError: more parts or bars than written music may have here.
    """
    score = quantize_musicxml(score)
    root = Element("score-partwise", version="4.0")
    if score.title:
        said(SubElement(root, "work"), "work-title", score.title)
    part_list = SubElement(root, "part-list")
    bars = bars_of(score)
    for number, track in enumerate(score.tracks, start=1):
        part_list.append(_score_part(track, number))
        part = SubElement(root, "part", id=f"P{number}")
        _write_part(part, track, bars, first=number == 1)
    indent(root, " ")
    return DOCTYPE.encode() + tostring(root, encoding="utf-8") + b"\n"


def _score_part(track: Track, number: int) -> Element:
    """The name and the instruments; of drums one for each drum."""
    own = f"P{number}"
    element = Element("score-part", id=own)
    said(element, "part-name", track.name)
    channel = DRUMS if track.is_drum else (number - 1) % 15 + 1 + ((number - 1) % 15 >= DRUMS - 1)
    drums = sorted({note.pitch for note in track.notes}) if track.is_drum else [0]
    for drum in drums:
        instrument = SubElement(element, "score-instrument", id=f"{own}-I{drum + 1}")
        said(instrument, "instrument-name", track.name or own)
    for drum in drums:
        midi = SubElement(element, "midi-instrument", id=f"{own}-I{drum + 1}")
        said(midi, "midi-channel", channel)
        said(midi, "midi-program", track.program + 1)
        if track.is_drum:
            said(midi, "midi-unpitched", drum + 1)
    return element


def _write_part(part: Element, track: Track, bars: Sequence[Bar], *, first: bool) -> None:
    """The first part says tempos, sections and chords for all."""
    layout = staves(track)
    two = len(layout) > 1
    lines = [
        (Line(part.get("id", ""), 0, staff if two else 0, track.is_drum, index == 0), voice)
        for staff, voices in enumerate(layout, start=1)
        for index, voice in enumerate(voices)
    ]
    starts = [bar.start for bar in bars]
    lines = [
        (replace(line, voice=number), by_bar(voice, starts))
        for number, (line, voice) in enumerate(lines, start=1)
    ]
    for index, bar in enumerate(bars):
        measure = SubElement(part, "measure", number=str(bar.number))
        if bar.number == 0:
            measure.set("implicit", "yes")
        if (element := attributes(bar, layout, drums=track.is_drum)) is not None:
            measure.append(element)
        if first:
            measure.extend(tempo_mark(bar, tempo) for tempo in bar.tempos)
            measure.extend(rehearsal_mark(bar, section) for section in bar.sections)
            measure.extend(chord_symbol(bar, chord) for chord in bar.chords)
            for key in bar.keys:
                measure.extend(key_inside(bar, key) if key.tick > bar.start else ())
        for line, played in lines:
            if line.voice > 1:
                measure.append(moved("backup", length_of(bar)))
            measure.extend(line_elements(line, played[index], bar))
        if bar.last:
            said(SubElement(measure, "barline", location="right"), "bar-style", "light-heavy")


def _compressed(document: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in ((CONTAINER_NAME, CONTAINER.encode()), (SCORE_NAME, document)):
            archive.writestr(
                zipfile.ZipInfo(name, EPOCH), content, compress_type=zipfile.ZIP_DEFLATED
            )
    return data.getvalue()
