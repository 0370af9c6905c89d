"""Piano rolls: what is drawn where, and that nothing in a score becomes markup or a request."""

import re
import struct
import xml.etree.ElementTree as ET
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.plot.lanes import bar_count, chord_symbol, coloured_tracks, facts, lanes_of
from musicrnn.plot.page import page
from musicrnn.plot.picture import WIDTH, blend, draw
from musicrnn.plot.png import png
from musicrnn.plot.svg import svg
from musicrnn.score import (
    CHORD_QUALITIES,
    Chord,
    Key,
    Note,
    Section,
    Tempo,
    TimeSignature,
    Track,
    make_score,
)

HOSTILE = "</script><script>alert(1)</script>\"'&<!-- \x00 {{mp3}} é 音"

SCORE = make_score(
    480,
    [
        Track((Note(0, 60, 480, 127), Note(7680, 67, 960, 40)), name="Melody"),
        Track((Note(0, 36, 10, 100), Note(480, 38, 10, 60)), is_drum=True),
    ],
    tempos=[Tempo.from_bpm(0, 96)],
    keys=[Key(0, 7, False)],
    chords=[Chord(0, 0, "maj"), Chord(1920, 9, "min7"), Chord(3840, -1, "none")],
    title="A tune",
)


class Page(HTMLParser):
    """The tags, attributes and scripts of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.scripts, self.words = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data):
        (self.scripts if self.tags[-1:] == ["script"] else self.words).append(data)


def html(score):
    return page(score, mp3=b"\xff\xfb sound", midi=b"MThd notes", caption="pop")


def test_lanes_and_labels():
    lanes = lanes_of(SCORE)
    labels = [lanes.label(row) for row in range(lanes.count)]
    assert lanes.pitches >= 13
    assert labels[lanes.row(60, False)] == "C4"
    assert labels[-2:] == ["Snare", "Kick"]
    assert lanes.row(36, True) == lanes.count - 1
    assert facts(SCORE, "pop") == "pop · G major · 96 bpm · 4/4 · 5 bars · 0:11"
    assert [chord_symbol(Chord(0, 6, q)) for q in CHORD_QUALITIES][:2] == ["F#", "F#m"]
    assert len({chord_symbol(Chord(0, 6, q)) for q in CHORD_QUALITIES}) == len(CHORD_QUALITIES)


def test_picture_holds_notes_chords_and_bars():
    picture = draw(SCORE, caption="pop")
    words = [w.text for w in picture.words]
    assert {"A tune", "C", "Am7", "C4", "Kick", "Melody", "Drums", "1", "5"} <= set(words)
    colours = {box.colour for box in picture.boxes}
    assert blend("#3a6fd8", 1) in colours
    assert blend("#3a6fd8", 0.3 + 0.7 * 40 / 127) in colours
    for box in picture.boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= WIDTH + 1
        assert box.y + box.height <= picture.height + 1


def test_parts_of_one_program_are_told_apart():
    notes = SCORE.tracks[0].notes
    names = ["PIANO", "MELODY", "", "", *(f"part {n}" for n in range(9))]
    score = replace(SCORE, tracks=tuple(Track(notes, 0, name=name) for name in names))
    found = coloured_tracks(score)
    assert [name for _, name, _ in found[:4]] == ["PIANO", "MELODY", "Piano 1", "Piano 2"]
    assert len({colour for _, _, colour in found}) == len(names)
    for _, name, colour in found:
        assert f"background:{colour}" in html(score)
        assert name in html(score)
    assert {"PIANO", "MELODY", "Piano 1"} <= {word.text for word in draw(score).words}


def test_sections_are_marks_above_the_roll():
    sections = (Section(0, "A"), Section(1920, "B"), Section(1930, "close by"), Section(10**6, "X"))
    score = replace(SCORE, sections=sections)
    picture = draw(score)
    marks = {word.text: word for word in picture.words if word.text in ("A", "B", "close by", "X")}
    assert set(marks) == {"A", "B"}
    assert marks["A"].x < marks["B"].x
    chord = next(word for word in picture.words if word.text == "Am7")
    assert max(mark.y for mark in marks.values()) < chord.y - 8
    assert '"sections":[[0,"A"],[2500,"B"],[2513,"close by"]]' in html(score)
    assert '"sections":[]' in html(SCORE)
    assert draw(SCORE).height < picture.height


def test_a_long_piece_has_twelve_lines_at_most():
    notes = tuple(Note(480 * i, 60, 400, 80) for i in range(4000))
    picture = draw(make_score(480, [Track(notes)]))
    assert picture.height < 4_000
    lines = {w.y for w in picture.words if w.text == "C4"}
    assert 10 <= len(lines) <= 12


@pytest.mark.parametrize("signature", [(6, 8), (5, 4), (7, 16), (1, 1)])
def test_other_metres(signature):
    score = make_score(
        480,
        [Track((Note(0, 60, 9600, 90),))],
        time_signatures=[TimeSignature(0, *signature), TimeSignature(4000, 3, 4)],
    )
    assert bar_count(score) == len(score.bars())
    assert svg(draw(score))
    assert html(score)


def test_svg_is_well_formed_and_escaped():
    drawn = svg(draw(replace(SCORE, title=HOSTILE)))
    root = ET.fromstring(drawn)
    assert root.find("{*}title").text.startswith("</script><script>alert(1)")
    assert not root.findall(".//{*}script")
    assert "href" not in drawn
    assert drawn == svg(draw(replace(SCORE, title=HOSTILE)))


def test_png_is_whole():
    picture = draw(SCORE)
    content = png(picture, scale=1)
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24]) == (picture.width, picture.height)
    data, at = b"", 8
    while at < len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        kind = content[at + 4 : at + 8]
        (crc,) = struct.unpack(">I", content[at + 8 + size : at + 12 + size])
        assert crc == zlib.crc32(content[at + 4 : at + 8 + size])
        data += content[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    assert len(zlib.decompress(data)) == picture.height * (picture.width * 3 + 1)
    assert content == png(draw(SCORE), scale=1)


def test_page_asks_nothing_of_the_network():
    text = html(SCORE)
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(|fetch\(|XMLHttp|import\(", text)
    parsed = Page(text)
    for _, name, value in parsed.attributes:
        if name in ("src", "href", "action", "poster", "srcset"):
            assert value.startswith(("data:", "#"))
    policy = next(v for _, name, v in parsed.attributes if name == "content" and "default" in v)
    assert policy.startswith("default-src 'none'")


def test_page_carries_sound_and_notes():
    parsed = Page(html(SCORE))
    values = [value for _, _, value in parsed.attributes]
    assert "data:audio/mpeg;base64,//sgc291bmQ=" in values
    assert "data:audio/midi;base64,TVRoZCBub3Rlcw==" in values
    assert "A tune.mid" in values
    assert [tag for tag in parsed.tags if tag in ("canvas", "audio", "button")]
    buttons = [
        value for tag, name, value in parsed.attributes if (tag, name) == ("button", "aria-label")
    ]
    assert "Play" in buttons


def test_nothing_in_a_score_becomes_markup():
    plain, hostile = html(SCORE), replace(SCORE, title=HOSTILE)
    hostile = replace(hostile, tracks=tuple(replace(t, name=HOSTILE) for t in hostile.tracks))
    parsed = Page(html(hostile))
    assert parsed.tags == Page(plain).tags
    assert not any("alert(1)" in script for script in parsed.scripts)
    assert sum("alert(1)" in word for word in parsed.words) >= 3
    assert html(hostile).count("data:audio/mpeg;base64,//sgc291bmQ=") == 1


@pytest.mark.parametrize(
    ("track", "words"),
    [
        (Track(), "no notes"),
        (Track((Note(2**30, 60, 1, 1),)), "stray late note"),
        (Track(tuple(Note(i, 60, 1, 1) for i in range(50_001))), "50000 notes"),
    ],
)
def test_what_cannot_be_drawn(track, words):
    score = make_score(1, [track], time_signatures=[TimeSignature(0, 1, 64)])
    for drawn in (draw, html):
        with pytest.raises(MusicRNNError, match=words):
            drawn(score)
