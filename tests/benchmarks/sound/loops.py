"""Composed drum loops: on the grid of the asked tempo, in the asked feel, whole to the end.

    python datasets/scripts/render_loops.py loops --soundfont FluidR3_GM.sf2 ...
    musicrnn train classify loops/split.csv -o feel.safetensors --minutes 10
    python tests/benchmarks/sound/loops.py loops loops/split.csv --judge feel.safetensors

MODEL composes COUNT loops of BARS bars, feels and tempos as those of held-out loops of people,
drawn once. Onsets are librosa's, frames of 5 ms; their distance is to the nearest sixteenth of the
asked tempo, from the beginning of the sound on, the detector's constant delay (the median) taken
off. ``whole`` is the share whose last bar has an onset in its second half and a quarter of a usual
bar's energy. The judge is a model of labels that has heard rendered loops of people alone, and its
accuracy on held-out loops stands beside what it says of composed ones.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import librosa
import numpy as np

from musicrnn import load
from musicrnn.io.audio import write_audio
from musicrnn.metrics.tables import table
from musicrnn.sources.sounds import read_sounds
from musicrnn.training.codec.data import Sound
from musicrnn.training.data import DataRequest
from musicrnn.waveform import Waveform, in_full_scale

RATE, HOP, BARS, COUNT = 16_000, 80, 4, 60


def onsets(samples: np.ndarray) -> np.ndarray:
    """Seconds."""
    found = librosa.onset.onset_detect(y=samples, sr=RATE, hop_length=HOP, units="time")
    return np.asarray(found, np.float64)


def distance(every: Sequence[tuple[np.ndarray, float]]) -> float:
    """Milliseconds to the nearest sixteenth, over all onsets of all loops."""
    apart = list[np.ndarray]()
    for samples, tempo in every:
        step = 60 / tempo / 4
        places = onsets(samples) / step
        apart.append((places - np.rint(places)) * step)
    joined = np.concatenate(apart)
    return float(1000 * np.abs(joined - np.median(joined)).mean())


def is_whole(samples: np.ndarray, tempo: float) -> bool:
    """Whether the last bar goes on to its end."""
    bar = round(4 * 60 / tempo * RATE)
    last, others = samples[-bar:], samples[:-bar]
    energy = np.square(last).mean() / max(1e-12, np.square(others).mean())
    return bool((onsets(samples) > (len(samples) - bar / 2) / RATE).any() and energy > 0.25)


def told(judge, sounds: Sequence[np.ndarray], feels: Sequence[str]) -> float:
    """The share whose feel is told right."""
    right = 0
    with tempfile.TemporaryDirectory() as folder:
        for samples, feel in zip(sounds, feels, strict=True):
            path = Path(folder) / "loop.wav"
            write_audio(Waveform(samples[None], RATE), path, overload="scale")
            right += judge.classify(path).label == feel
    return right / len(sounds)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("data", help="split.csv of render_loops.py")
    parser.add_argument("--judge", help="a model of feels")
    options = parser.parse_args()
    data = read_sounds(DataRequest((options.data,)), None)
    model = load(options.model)
    known = set(model.metadata["labels"])
    held: list[Sound] = [sound for sound in data.examples["test"] if sound.label in known]
    order = np.random.default_rng(0).permutation(len(held))[:COUNT]
    people = [(in_full_scale(held[i].samples), held[i].tempo) for i in order]
    feels = [held[i].label for i in order]
    made = list[tuple[np.ndarray, float]]()
    seconds = 0.0
    for number, index in enumerate(order):
        wishes = {"feel": held[index].label, "tempo": held[index].tempo, "bars": BARS}
        loop = next(iter(model.compose_many([number], wishes)))
        made.append((loop.sound.samples[0], held[index].tempo))
        seconds += loop.sampling_seconds
    rows = [["", "composed", "people"]]
    rows.append(["ms to the nearest sixteenth", f"{distance(made):.1f}", f"{distance(people):.1f}"])
    shares = [float(np.mean([is_whole(*each) for each in every])) for every in (made, people)]
    rows.append(["last bar whole", *(f"{share:.0%}" for share in shares)])
    counts = [
        np.mean([len(onsets(s)) / (len(s) / RATE) for s, _ in every]) for every in (made, people)
    ]
    rows.append(["onsets a second", *(f"{count:.1f}" for count in counts)])
    if options.judge:
        judge = load(options.judge)
        shares = [told(judge, [s for s, _ in every], feels) for every in (made, people)]
        rows.append(["feel told right", *(f"{share:.0%}" for share in shares)])
        commonest = max(feels.count(feel) for feel in set(feels)) / len(feels)
        rows.append(["  the commonest feel", f"{commonest:.0%}", f"{commonest:.0%}"])
    print(table(rows[0], rows[1:]))
    length = sum(len(samples) for samples, _ in made) / RATE
    print(f"n = {len(made)}; {seconds / length:.3f} s of a core a second of sound")


if __name__ == "__main__":
    main()
