"""A folder of a hundred short sounds: does ten minutes of training sound like them?

    python tests/benchmarks/sound/own_sounds.py notes --minutes 10

writes a hundred single notes of instruments into the folder notes (a folder an instrument), trains
a model on it with the default command, and prints the Frechet distance of its sounds to all notes,
in the vectors of commands-full, beside that of the network before its first update and of half of
the notes against the others; notes.html is the listening page that the training wrote.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from musicrnn.checkpoint import Checkpoint
from musicrnn.io.audio import write_audio
from musicrnn.metrics.frechet import frechet_distance
from musicrnn.pretrained import load_model
from musicrnn.sampling.compose import Request
from musicrnn.sampling.compose_sound import SoundComposer
from musicrnn.score import Note, Track, make_score
from musicrnn.sources.readers import read_data
from musicrnn.sources.sounds import read_sounds
from musicrnn.synth.render import render
from musicrnn.tokens import Controls
from musicrnn.training.codec.data import Sound
from musicrnn.training.config import TrainingConfig
from musicrnn.training.data import DataRequest
from musicrnn.training.run import Run
from musicrnn.training.task import TASKS
from musicrnn.training.train import train
from musicrnn.training.wanted import Wanted
from musicrnn.waveform import Waveform
from musicrnn_datasets.generated_sounds import Judge

PROGRAMS = {"piano": 0, "vibraphone": 11, "organ": 16, "guitar": 24, "bass": 33,
            "violin": 40, "trumpet": 56, "flute": 73, "sitar": 104, "marimba": 12}  # fmt: skip
PITCHES, SECONDS, RATE, COUNT = (48, 52, 55, 59, 62, 64, 67, 69, 72, 76), 1.0, 16_000, 100


def write_notes(folder: Path) -> None:
    """A note of each instrument and pitch."""
    for name, program in PROGRAMS.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for pitch in PITCHES:
            score = make_score(480, [Track((Note(0, pitch, 700, 90),), program)])
            sound = render(score, rate=RATE, loudness=None).samples.mean(axis=0)[
                : round(SECONDS * RATE)
            ]
            whole = Waveform(0.5 * sound[None] / max(1e-6, float(np.abs(sound).max())), RATE)
            write_audio(whole, folder / name / f"{pitch}.wav")


def vectors(judge: Judge, composer: SoundComposer) -> np.ndarray:
    """Of COUNT sounds of a model."""
    request = composer.completed(Request(Controls(seconds=SECONDS)), 1)
    sounds = [
        Sound(str(made.seed), np.rint(made.sound.samples[0].clip(-1, 1) * 32767).astype(np.int16))
        for made in composer.compose(range(COUNT), request)
    ]
    return judge.hear(sounds).vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=10.0)
    options = parser.parse_args()
    if not options.folder.exists():
        write_notes(options.folder)
    task, request = TASKS["sound"], DataRequest((str(options.folder),))
    data, output = read_data(task, request), options.folder.with_suffix(".safetensors")
    settings, plan = Wanted(task.settings(), minutes=options.minutes).settled(task, data)
    assert isinstance(plan, TrainingConfig)
    fresh = task.build(data, settings)
    header = {"task": task.name, "model": fresh.configuration(), **task.header(data, settings)}
    train(task, data, Run(output), settings=settings, plan=plan)
    judge = Judge(load_model("commands-full"))
    notes = [s for found in read_sounds(request, None).examples.values() for s in found]
    known = judge.hear(notes).vectors
    before = frechet_distance(
        vectors(judge, SoundComposer(Checkpoint(fresh.arrays(), header))), known
    )
    after = frechet_distance(vectors(judge, SoundComposer(Checkpoint.load(output))), known)
    halves = frechet_distance(known[::2], known[1::2])
    print(f"Frechet distance, {COUNT} sounds: untrained {before:.1f}, trained {after:.1f}")
    print(f"{before / after:.1f} times nearer; half of the notes to the others {halves:.1f}")


if __name__ == "__main__":
    main()
