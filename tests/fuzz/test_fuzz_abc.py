"""Damaged tunes: a score or a MusicRNNError, in bounded time and memory, never anything else."""

import random
import resource
import time
from contextlib import suppress
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import parse_abc, read_abc, read_abc_tunes, write_abc
from musicrnn.tokens.abc.normal import normalise

SECONDS = 20.0  # of processor time, on a slow machine; a whole tune takes milliseconds
GROWTH = 1 << 20  # KiB
TUNE = """X:1
T:The Test
M:6/8
L:1/8
Q:3/8=110
P:(AB)2.A
K:Ador
V:1 name="Fiddle"
%%MIDI program 40
e|:"Am"A>Bc e2a|"G"(3gfe d B2G|[1"Am"[Ace]3-[Ace]2e:|[2"D"^f3-!trill!f=ff||
K:D
|:"D"d2{e}f a2f|[M:9/8]"A7/c#"e2c Ace A3|[M:6/8]z6|1 d6:|2 d3 D3|]
P:B
[V:1 clef=treble-8]A3 ^/c3&_3/2B6|"D(Bm)"d6&&A6|e6||
"""
HEADER = "M:4/4\nL:1/8\nK:C\n"
HOSTILE = {
    "open brackets": HEADER + "[" * 300_000,
    "open quotes": HEADER + '"' * 300_000,
    "open braces": HEADER + "{" * 300_000,
    "open fields": HEADER + "[A:" * 100_000,
    "endings": HEADER + "|:A|" + "[1A:|" * 40_000,
    "ninety-nine times": HEADER + "A[1-99" * 40_000 + ":|",
    "repeats in many voices": HEADER
    + "".join(f"V:{i}\n|::::::::{'[CDEFGABcdefgab]' * 400}:::::::::|\n" for i in range(64)),
    "a long time": HEADER + "z4096|" * 60_000,
    "long numbers": HEADER + "A99999/99999" * 20_000,
    "nothing but bars": HEADER + "[M:255/1]A|" * 20_000,
    "a long field": "Q:" + "1/4 " * 120_000 + "\n" + HEADER,
    "escapes": HEADER + "\\%" * 200_000,
    "overlays": HEADER + "C&" * 100_000,
    "overlays of bars": HEADER + "C|&&D" * 40_000,
    "nested parts": "P:" + "(" * 300 + "A" + "9)" * 300 + "\n" + HEADER + "P:A\nA|",
    "many parts": "P:A999\n" + HEADER + "P:A\n" + "A" * 1000,
    "small tones": HEADER + "^99/99C" * 28_000,
    "too much": HEADER + "A" * 3_000_000,
}


def damaged(text: str, seed: int) -> str:
    """The tune cut short, or with some characters changed, doubled, moved or taken out."""
    rng = random.Random(seed)
    characters = list(text)
    if seed % 5 == 0:
        return text[: rng.randrange(len(text))]
    for _ in range(rng.choice([1, 5, 30, 200])):
        at = rng.randrange(len(characters))
        kind = rng.randrange(4)
        if kind == 0:
            characters[at] = chr(rng.randrange(1, 0x250))
        elif kind == 1:
            characters[at] = rng.choice("[]|:\"(){}<>-^_=/0123456789,'zxZ!+%&\\\n")
        elif kind == 2:
            characters[at:at] = characters[at : at + rng.randrange(40)]
        else:
            del characters[at : at + rng.randrange(8)]
        characters = characters or ["X"]
    return "".join(characters)


def survive(text: str) -> None:
    started = time.process_time()
    score = parse_abc(text)
    normalise(text)
    with suppress(MusicRNNError):
        parse_abc(text, strict=True)
    with suppress(MusicRNNError):
        write_abc(score)
    assert time.process_time() - started < SECONDS


@pytest.mark.parametrize("seed", range(100))
def test_damaged_tunes(seed: int) -> None:
    survive(damaged(TUNE, seed))


def test_damaged_real_tunes(corpora: Path) -> None:
    tunes = [
        text
        for path in sorted((corpora / "nottingham/abc").glob("*.abc"))
        for _, text in read_abc_tunes(path)[::20]
    ]
    for seed in range(100):
        survive(damaged(tunes[seed % len(tunes)], seed))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    parse_abc(HOSTILE[name])
    assert time.process_time() - started < SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH


@pytest.mark.parametrize("seed", range(20))
def test_files_of_bytes(seed: int, tmp_path: Path) -> None:
    data = random.Random(seed).randbytes(2000)
    path = tmp_path / "noise.abc"
    path.write_bytes(b"X:1\nK:C\n" + data if seed % 2 else data)
    with suppress(MusicRNNError):
        read_abc(path)


def test_a_file_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.abc"
    with path.open("wb") as file:
        file.truncate(17 * 2**20)
    with pytest.raises(MusicRNNError, match="too many"):
        read_abc(path)
