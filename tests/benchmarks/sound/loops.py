"""Composed drum loops: on the grid of the asked tempo, in the asked feel, whole to the end.

    python datasets/scripts/render_loops.py loops --soundfont FluidR3_GM.sf2 ...
    python tests/benchmarks/sound/loops.py loops loops/split.csv

MODEL composes COUNT loops of BARS bars, feels and tempos as those of held-out loops of people,
drawn once. Onsets are librosa's, frames of 5 ms; their distance is to the nearest sixteenth of the
asked tempo, from the beginning of the sound on, the detector's constant delay (the median) taken
off. ``whole`` is the share whose last bar has an onset in its second half and a quarter of a usual
bar's energy. A feel of FEELS is told by logistic regressions over how loud is struck where in the
bar, low and high, and the tempo, as docs/drums.md does with notes; they learnt loops of people
through the tokens, and their penalty is the best on the validation split. The accuracy is the mean
over feels, of EACH composed loops of each and of the held-out ones; by chance it is 1 in 6.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import librosa
import numpy as np

from musicrnn import Model, load
from musicrnn.metrics.tables import table
from musicrnn.sources.sounds import read_sounds
from musicrnn.tokens.sound import CodecTokenizer
from musicrnn.training.codec.data import Sound
from musicrnn.training.data import DataRequest, Split
from musicrnn.training.emotion.bars import logistic_weights
from musicrnn.waveform import Waveform, in_full_scale

RATE, HOP, BARS, COUNT = 16_000, 80, 4, 60
FEELS = ("rock", "funk", "soul", "hiphop", "jazz", "latin")
EACH, BANDS, LEARNT_FROM = 20, 4, 3  # loops a feel; bands; one training loop in so many is learnt
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)


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


def struck(samples: np.ndarray, tempo: float) -> np.ndarray:
    """Of a loop: how loud is struck in BANDS bands at each sixteenth of a bar, the mean over bars,
    the share that is not on a sixteenth, and the tempo."""
    mel = librosa.feature.melspectrogram(y=samples, sr=RATE, n_fft=1024, hop_length=HOP, n_mels=64)
    rise = np.maximum(0, np.diff(librosa.power_to_db(mel), axis=1, prepend=-80.0)[:, 1:])
    bands = np.stack([part.mean(0) for part in np.array_split(rise, BANDS)])  # [BANDS, T]
    place = np.arange(1, bands.shape[1] + 1) * HOP / RATE * tempo / 60 * 4 % 16
    third = (place * 3 + 0.5).astype(int) % 48
    found = [np.log2(tempo)]
    for band in bands:
        grid = np.bincount(third, weights=band, minlength=48).reshape(16, 3)
        grid = grid / max(1e-6, grid.sum())
        found += [*grid.sum(1), *grid.sum(0)]
    return np.array(found)


class Judge:
    """One regression a feel, what is common discounted; ``penalty`` of the squared weights."""

    def __init__(self, x: np.ndarray, y: np.ndarray, penalty: float) -> None:
        self.mean, self.scale = x.mean(0), x.std(0) + 1e-3
        share = np.array([(y == feel).mean() for feel in range(len(FEELS))])
        self.prior = np.log(share / (1 - share))
        x = (x - self.mean) / self.scale
        self.weights = np.stack(
            [logistic_weights(x, y == feel, penalty) for feel in range(len(FEELS))], axis=1
        )

    def right(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The share that is told right, of each feel; NaN of one that is not there."""
        x = (x - self.mean) / self.scale
        told = (x @ self.weights[:-1] + self.weights[-1] - self.prior).argmax(1)
        right, count = (
            np.bincount(y[told == y], minlength=len(FEELS)),
            np.bincount(y, minlength=len(FEELS)),
        )
        return np.where(count > 0, right / np.maximum(1, count), np.nan)


def loops_of(
    sounds: Sequence[Sound], tokens: CodecTokenizer | None
) -> tuple[np.ndarray, np.ndarray]:
    """What is struck in each [N, F], and its feel [N]; as the tokens say them, if there are any."""
    x, y = list[np.ndarray](), list[int]()
    for sound in sounds:
        if sound.label in FEELS:
            samples = in_full_scale(sound.samples)
            if tokens is not None:
                samples = tokens.quantize(Waveform(samples[None], RATE)).samples[0]
            x.append(struck(samples, sound.tempo))
            y.append(FEELS.index(sound.label))
    return np.stack(x), np.array(y)


def feels(model: Model, examples: Mapping[Split, Sequence[Sound]], held: Split) -> str:
    """The table of how many are told right."""
    tokens = CodecTokenizer()
    learnt = loops_of(examples["train"][::LEARNT_FROM], tokens)
    valid = loops_of(examples["valid"], tokens)
    judges = [Judge(*learnt, penalty) for penalty in PENALTIES]
    judge = max(judges, key=lambda each: np.nanmean(each.right(*valid)))
    x, y = list[np.ndarray](), list[int]()
    for number, feel in enumerate(FEELS):
        for loop in model.compose_many(range(EACH), {"feel": feel, "bars": BARS}):
            x.append(struck(loop.sound.samples[0], loop.tempo))
            y.append(number)
    shares = {
        "composed": judge.right(np.stack(x), np.array(y)),
        "people": judge.right(*loops_of(examples[held], None)),
        "people, through the tokens": judge.right(*loops_of(examples[held], tokens)),
    }
    rows = [
        [name, f"{np.nanmean(share):.2f}", *(f"{each:.2f}" for each in share)]
        for name, share in shares.items()
    ]
    return table(["feel told right", "mean", *FEELS], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("data", help="split.csv of render_loops.py")
    parser.add_argument("--split", default="test", choices=("valid", "test"))
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--guidance", type=float, help="in place of the header's")
    options = parser.parse_args()
    data = read_sounds(DataRequest((options.data,)), None)
    model = load(options.model)
    if options.guidance is not None:
        model.metadata["guidance"] = options.guidance
    known = set(model.metadata["labels"])
    held: list[Sound] = [sound for sound in data.examples[options.split] if sound.label in known]
    order = np.random.default_rng(0).permutation(len(held))[:COUNT]
    people = [(in_full_scale(held[i].samples), held[i].tempo) for i in order]
    made = list[tuple[np.ndarray, float]]()
    seconds = 0.0
    for number, index in enumerate(order):
        wishes = {"feel": held[index].label, "tempo": held[index].tempo, "bars": BARS}
        if options.temperature is not None:
            wishes["temperature"] = options.temperature
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
    print(table(rows[0], rows[1:]))
    length = sum(len(samples) for samples, _ in made) / RATE
    print(f"n = {len(made)}; {seconds / length:.3f} s of a core a second of sound")
    print(feels(model, data.examples, options.split))


if __name__ == "__main__":
    main()
