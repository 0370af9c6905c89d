"""Damaged MusicXML: a score or a MusicRNNError, in bounded time and memory, never anything else."""

import io
import random
import re
import resource
import time
import zipfile
from contextlib import suppress

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.musicxml import musicxml_bytes, score_from_musicxml
from musicrnn.io.musicxml.unpack import MAX_BYTES
from musicrnn.score import Chord, Key, Note, Section, Tempo, TimeSignature, Track, make_score

SECONDS = 20.0  # of processor time, on a slow machine; a whole piece takes milliseconds
GROWTH = 1 << 20  # KiB
PIECE = musicxml_bytes(
    make_score(
        24,
        [
            Track(tuple(Note(12 * i, 60 + i % 7, 8 + i % 9, 80) for i in range(24)), 40, name="A"),
            Track(tuple(Note(24 * i, 36 + i % 3, 12, 90) for i in range(12)), is_drum=True),
        ],
        tempos=[Tempo(0, 500_000)],
        time_signatures=[TimeSignature(0, 3, 4), TimeSignature(72, 6, 8)],
        keys=[Key(0, 2, False)],
        chords=[Chord(0, 2, "maj"), Chord(72, 9, "7")],
        sections=[Section(72, "B")],
    )
).decode()
NUMBERS = ("-1", "0", "999999999", "1e999", "0.5", "", "NaN", "9" * 400)


def measures(content: str, count: int = 1) -> bytes:
    inside = "<measure>" + content + "</measure>"
    return f'<score-partwise><part id="P1">{inside * count}</part></score-partwise>'.encode()


def zipped(content: bytes, name: str = "a.xml") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return data.getvalue()


ENTITIES = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
NOTE = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1</duration></note>"
REPEAT = '<barline><repeat direction="forward"/></barline>{}<barline>{}</barline>'
MANY_TIMES = REPEAT.format(NOTE * 6, '<repeat direction="backward" times="32"/>')
HOSTILE = {
    "entities that grow": f'<!DOCTYPE a [<!ENTITY e0 "a">{ENTITIES}]><a>&e9;</a>'.encode(),
    "a file of this machine": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    "a DTD of this machine": b'<!DOCTYPE a SYSTEM "file:///dev/zero"><score-partwise/>',
    "deep": b"<score-partwise>" + b"<a>" * 1_000_000,
    "a wide measure": measures("<a/>" * 2_000_000),
    "a long text": measures("a" * 20_000_000),
    "many measures": measures("", 300_000),
    "many parts": b"<score-partwise>"
    + b"".join(b'<part id="P%d"><measure/></part>' % number for number in range(2000)),
    "repeats in repeats": measures(MANY_TIMES, 3000),
    "da capo everywhere": measures(NOTE + '<sound dacapo="yes"/>', 3000),
    "a bomb": zipped(b"<score-partwise>" + b" " * (4 * MAX_BYTES)),
    "no score in it": zipped(b"", "a.txt"),
    "a long number": measures(f"<attributes><divisions>{'9' * 1_000_000}</divisions></attributes>"),
    "divisions without end": measures(
        "".join(
            f"<attributes><divisions>{n}</divisions></attributes>{NOTE}" for n in range(1, 3000)
        )
    ),
    "another encoding": b'<?xml version="1.0" encoding="ebcdic-nobody"?><score-partwise/>',
}


def damaged(seed: int) -> bytes:
    """The piece cut short, with elements moved, doubled or taken out, numbers that cannot be, or
    with single bytes changed; now and then compressed."""
    rng = random.Random(seed)
    text = PIECE
    for _ in range(rng.choice([1, 3, 20])):
        spans = [match.span() for match in re.finditer(r"<(\w[\w-]*)[^>]*>[^<]*</\1>", text)]
        a, b = rng.choice(spans) if spans else (0, 0)
        kind = rng.randrange(6)
        if kind == 0:
            text = text[: rng.randrange(len(text) + 1)]
        elif kind == 1:
            text = text[:a] + text[b:]
        elif kind == 2:
            text = text[:b] + text[a:b] * rng.choice([1, 50]) + text[b:]
        elif kind == 3:
            other, _ = rng.choice(spans) if spans else (0, 0)
            text = text[:other] + text[a:b] + text[other:]
        elif kind == 4:
            inside = text[a:b].split(">", 1)[0] + ">" + rng.choice(NUMBERS)
            text = text[:a] + inside + text[text.find("<", a + 1) :]
        elif text:
            at = rng.randrange(len(text))
            text = text[:at] + chr(rng.randrange(1, 0x250)) + text[at + 1 :]
    data = text.encode(rng.choice(["utf-8", "utf-8", "utf-16"]), "replace")
    return zipped(data)[: rng.choice([None, 200])] if seed % 5 == 0 else data


def survive(data: bytes) -> None:
    started = time.process_time()
    with suppress(MusicRNNError):
        score = score_from_musicxml(data)
        musicxml_bytes(score)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("seed", range(100))
def test_damaged_files(seed: int) -> None:
    survive(damaged(seed))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_take_bounded_time_and_memory(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    survive(HOSTILE[name])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH


@pytest.mark.parametrize("name", ["entities that grow", "a file of this machine"])
def test_entities_are_refused(name: str) -> None:
    with pytest.raises(MusicRNNError, match="entit"):
        score_from_musicxml(HOSTILE[name])
