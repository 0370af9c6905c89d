"""Small data of every kind that a task may read, as users have them: folders, a corpus's file."""

from pathlib import Path

import numpy as np
from scipy.io import savemat

from musicrnn.io.audio import write_audio
from musicrnn.io.midi import write_midi
from musicrnn.sources.corpus import split_by_hash
from musicrnn.training.protocol import Task
from musicrnn.waveform import Waveform
from tests.musicrnn.four_voices import random_score

FRAMES = "polyphonic-jsb"
RATED = "vgmidi"


def write_scores(home: Path) -> str:
    for seed in range(14):
        write_midi(random_score(seed, bars=2), home / f"{seed}.mid")
    return str(home)


def write_frames(home: Path) -> str:
    """The file of a corpus, with as many pieces as it has, of a few frames each."""
    random = np.random.default_rng(0)
    cells = {}
    for key, count in (("traindata", 229), ("validdata", 76), ("testdata", 77)):
        array = np.empty((1, count), object)
        for index in range(count):
            array[0, index] = (random.random((6, 88)) < 0.1).astype(np.float64)
        cells[key] = array
    (home / "polyphonic").mkdir(parents=True)
    savemat(home / "polyphonic" / "JSB_Chorales.mat", cells)
    return FRAMES


def write_rated(home: Path) -> str:
    """The files of a corpus with ratings: two games a split, of four pieces each."""
    folder, rows = home / RATED / "labelled" / "midi", ["game,midi,valence,arousal"]
    folder.mkdir(parents=True)
    names = [f"Game {number}" for number in range(60)]
    for split in ("train", "valid", "test"):
        for game in [name for name in names if split_by_hash(name) == split][:2]:
            for number in range(4):
                name = f"Series_PC_{game}_Piece {number}"
                write_midi(random_score(len(rows), bars=2 + number), folder / f"{name}.mid")
                signs = f"{1 - 2 * (number % 2)},{1 - 2 * (number // 2)}"
                rows.append(f"{game},labelled/phrases/{name}_0.mid,{signs}")
    (home / RATED / "vgmidi_labelled.csv").write_text("\n".join(rows))
    return RATED


def _write_sounds(home: Path, seconds: float, rate: int) -> str:
    random = np.random.default_rng(0)
    time = np.arange(int(seconds * rate)) / rate
    for label, pitch in (("low", 220.0), ("high", 1760.0)):
        (home / label).mkdir(parents=True)
        for number in range(7):
            pitches = pitch * 2 ** (random.integers(0, 12, 8) / 12)
            sound = np.sin(2 * np.pi * np.repeat(pitches, -(-len(time) // 8))[: len(time)] * time)
            sound *= 0.3 * np.hanning(len(time)) + 0.01 * random.standard_normal(len(time))
            write_audio(
                Waveform(sound[None].astype(np.float32), rate), home / label / f"{number}.wav"
            )
    return str(home)


def write_recordings(home: Path) -> str:
    return _write_sounds(home, 4.0, 22_050)


def write_clips(home: Path) -> str:
    return _write_sounds(home, 1.0, 16_000)


def write_named_sounds(home: Path) -> None:
    """Sounds to compose from, with a list, and composed words: the folders that the guides name."""
    for folder, pitches in (
        ("my-sounds", {"kick": 80, "bell": 900}),
        ("my-composed-words", {"left": 300, "right": 1500}),
    ):
        rows = ["file,split"]
        for label, pitch in pitches.items():
            (home / folder / label).mkdir(parents=True)
            for take, split in enumerate(("train", "train", "valid", "test")):
                random = np.random.default_rng([pitch, take])
                tone = np.sin(2 * np.pi * pitch * np.arange(8000) / 16_000) * np.hanning(8000)
                sound = 0.3 * tone + 1e-3 * random.standard_normal(8000)
                path = home / folder / label / f"{take}.wav"
                write_audio(Waveform(sound[None].astype(np.float32), 16_000), path)
                rows.append(f"{label}/{take}.wav,{split}")
        if folder == "my-sounds":
            (home / folder / "split.csv").write_text("\n".join(rows))


WRITERS = {
    "scores": write_scores,
    "rated scores": write_rated,
    "frames": write_frames,
    "recordings": write_recordings,
    "clips": write_clips,
    "sounds": write_clips,
    "coded sounds": write_clips,
}  # by data_for


def data_for(task: Task) -> str:
    """The data of WRITERS that a kind of model learns from."""
    return f"rated {task.reads}" if task.ratings else task.reads
