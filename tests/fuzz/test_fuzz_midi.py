"""Mutated and truncated MIDI files: each is a score or a MusicRNNError, soon and in little memory.

They are read in a process of their own, so that a crash of the parser is a failure of the test.
"""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from musicrnn.io.midi import midi_bytes
from musicrnn.score import Chord, Key, Note, Pedal, Tempo, TimeSignature, Track, make_score

READER = """
import sys, time
from pathlib import Path
from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import midi_bytes, read_midi, score_from_midi

for path in sorted(Path(sys.argv[1]).iterdir()):
    began = time.process_time()
    try:
        score = read_midi(path)
        score_from_midi(midi_bytes(score))
        result = "score"
    except MusicRNNError as error:
        assert "\\n" not in str(error)
        result = "error"
    assert time.process_time() - began < 5, path
    print(path.name, result)
try:  # not getrusage: on Linux a process begins with the peak of the one that started it
    status = Path("/proc/self/status").read_text()
except OSError:
    pass
else:
    print("peak", 1024 * int(status.partition("VmHWM:")[2].split()[0]))
"""


def mutated(data: bytes, rng: random.Random) -> bytes:
    """One of: cut off, some bytes changed, a stretch replaced, the header and sizes changed."""
    broken = bytearray(data)
    kind = rng.randrange(4)
    if kind == 0:
        return data[: rng.randrange(len(data))]
    if kind == 1:
        for _ in range(rng.choice([1, 3, 30])):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
    elif kind == 2:
        start = rng.randrange(len(broken))
        stretch = bytes(rng.randrange(256) for _ in range(rng.randrange(100)))
        broken[start : start + rng.randrange(200)] = stretch
    else:
        for _ in range(3):
            broken[rng.randrange(min(40, len(broken)))] = rng.randrange(256)
    return bytes(broken)


def random_file(rng: random.Random) -> bytes:
    tracks = [
        Track(
            tuple(
                sorted(
                    Note(rng.randrange(9000), rng.randrange(128), rng.randrange(1, 900), 64)
                    for _ in range(rng.randrange(1, 200))
                )
            ),
            rng.randrange(128),
            is_drum=rng.random() < 0.2,
            name="piano",
            pedals=(Pedal(0, 400), Pedal(500, 3)),
        )
        for _ in range(rng.randrange(1, 5))
    ]
    return midi_bytes(
        make_score(
            rng.choice([24, 96, 480]),
            tracks,
            tempos=[Tempo(480 * k, rng.randrange(1, 2**24)) for k in range(5)],
            time_signatures=[TimeSignature(960 * k, 3 + k % 2, 4) for k in range(4)],
            keys=[Key(0, 2, False)],
            chords=[Chord(480 * k, k, "maj7") for k in range(8)],
            title="fuzz",
        )
    )


def read_all(folder: Path) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", READER, str(folder)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())


def check(folder: Path, files: list[bytes]) -> None:
    for number, data in enumerate(files):
        (folder / f"{number:03d}.mid").write_bytes(data)
    results = read_all(folder)
    assert int(results.pop("peak", 0)) < 2**30
    assert len(results) == len(files)
    assert set(results.values()) == {"score", "error"}


def test_a_hundred_broken_files(tmp_path: Path) -> None:
    rng = random.Random(909)
    check(tmp_path, [mutated(random_file(rng), rng) for _ in range(100)])


@pytest.mark.parametrize("corpus", ["pop909", "groove", "vgmidi", "nottingham"])
def test_forty_broken_real_files(tmp_path: Path, corpora: Path, corpus: str) -> None:
    rng = random.Random(corpus)
    paths = sorted((corpora / corpus).rglob("*.mid"))
    check(tmp_path, [mutated(rng.choice(paths).read_bytes(), rng) for _ in range(40)])
