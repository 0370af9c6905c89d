"""What small mp3 files do to log-mel frames, measured on music rendered here.

    python datasets/scripts/mp3_changes.py > musicrnn/augmentation/mp3_changes.json

Training pieces of POP909, Groove and Nottingham are rendered with the bundled SoundFont, written as
mp3 (libsndfile's encoder, LAME) in each of FORMS and read again; printed are, for each form, the
mean change of every band of the GTZAN recipe and its deviation from piece to piece, dB, and the
bands' middles in Hz; and how loud coding noise is between loud bands, dB from these.
$MUSICRNN_DATA says where the corpora lie.
"""

from __future__ import annotations

import io
import json
import warnings
from typing import Any

import numpy as np
import soundfile

from musicrnn.augmentation.bandwidth import loudest_near
from musicrnn.features.logmel import LogMel
from musicrnn.sources.find import folder_of
from musicrnn.synth.render import render
from musicrnn.waveform import Waveform
from musicrnn_datasets.groove import GROOVE
from musicrnn_datasets.nottingham import NOTTINGHAM
from musicrnn_datasets.pop909 import POP909

FORMS = {
    "32 kbit/s, stereo": (44_100, 2, 32),
    "32 kbit/s, mono": (44_100, 1, 32),
    "32 kbit/s, stereo at 22 kHz": (22_050, 2, 32),
    "64 kbit/s, stereo": (44_100, 2, 64),
}
PIECES = 5  # of each corpus
SECONDS = 25
MOST_LATE = 6  # frames by which an encoder delays
HOLE = 40.0  # dB below the loudest neighbour
QUIET = -79.0  # dB: a band at the floor has no change to be measured


def main() -> None:
    recipe = LogMel(keep=None)
    changes: dict[str, list[Any]] = {name: [] for name in FORMS}
    filled: dict[str, list[Any]] = {name: [] for name in FORMS}
    for corpus in (POP909, GROOVE, NOTTINGHAM):
        pieces = [p for p in corpus.pieces(folder_of(corpus)) if p.split == "train"]
        for piece in pieces[:: len(pieces) // PIECES][:PIECES]:
            sound = render(piece.read(), rate=44_100, loudness=None)
            samples = sound.samples[:, : SECONDS * sound.rate]
            plain = Waveform((samples / np.abs(samples).max() * 0.7).astype(np.float32), sound.rate)
            before = frames(plain, recipe)
            for name, form in FORMS.items():
                after = frames(through(plain, *form), recipe)
                changes[name].append(change(before, after))
                filled[name].append(noise_level(before, change(before, after)))
    noise = {name: round(float(np.nanmedian(parts)), 1) for name, parts in filled.items()}
    table: dict[str, Any] = {"hertz": np.round(middles(recipe)).astype(int).tolist()}
    for name, parts in changes.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of bands where a piece is silent
            every = np.array([np.nanmean(part, axis=0) for part in parts])
        mean, deviation = np.nanmean(every, axis=0), np.nanstd(every, axis=0)
        table[name] = {"mean": rounded(mean), "deviation": rounded(deviation), "noise": noise[name]}
    print(json.dumps(table))


def noise_level(before: Any, difference: Any) -> float:
    """Median level, dB from the loudest of the bands around it, of what was HOLE below these."""
    loudest = loudest_near(before)[: len(difference)]
    holes = (before[: len(difference)] < loudest - HOLE) & (loudest > QUIET + HOLE)
    after = before[: len(difference)] + difference - loudest
    return float(np.nanmedian(after[holes])) if holes.any() else np.nan


def rounded(values: Any) -> list[float]:
    return [round(float(value), 1) for value in values]


def frames(sound: Waveform, recipe: LogMel) -> Any:
    return recipe.all_frames(sound.mono().resampled(recipe.rate))


def through(sound: Waveform, rate: int, channels: int, kilobits: int) -> Waveform:
    """Written as mp3 of such a rate and read again."""
    moved = sound.resampled(rate) if channels == 2 else sound.mono().resampled(rate)
    some = Waveform(moved.samples[:, : 2 * rate], rate)
    levels = np.arange(0.4, 1, 0.02)
    level = min(levels, key=lambda at: abs(rate_of(coded(some, at), some) - kilobits))
    found, rate = soundfile.read(io.BytesIO(coded(moved, float(level))), always_2d=True)
    return Waveform(np.ascontiguousarray(found.T, dtype=np.float32), rate)


def coded(sound: Waveform, level: float) -> bytes:
    file = io.BytesIO()
    soundfile.write(
        file, sound.samples.T, sound.rate, format="MP3", subtype="MPEG_LAYER_III",
        compression_level=level, bitrate_mode="CONSTANT",
    )  # fmt: skip
    return file.getvalue()


def rate_of(file: bytes, sound: Waveform) -> float:
    return len(file) * 8 / sound.seconds / 1000


def change(before: Any, after: Any) -> Any:
    """dB, frame by frame, where there is something to change; the encoder's delay is found."""
    n = min(len(before), len(after)) - MOST_LATE
    late = min(range(MOST_LATE), key=lambda k: np.abs(after[k : k + n] - before[:n]).mean())
    return np.where(before[:n] > QUIET, after[late : late + n] - before[:n], np.nan)


def middles(recipe: LogMel) -> Any:
    """Hz of the middle of each band."""
    places = np.arange(recipe.bands.shape[1]) * recipe.rate / recipe.n_fft
    return (recipe.bands * places).sum(1) / recipe.bands.sum(1)


if __name__ == "__main__":
    main()
