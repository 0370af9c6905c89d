"""What a codec loses of sounds, beside Griffin and Lim's algorithm from the same codes.

Conventions. Of long sounds the first SECONDS are measured; those that are shorter are joined with
others of the same speaker (of the same folder where none is known), since speech is judged by the
sentence. At most MOST stretches, evenly spread, are measured. ``stoi`` and ``pesq`` are those of
musicrnn.metrics.speech_quality, ``logmel`` the log-mel distance of musicrnn.metrics.sound,
``stft`` the mean difference of magnitudes in windows of 16 to 128 ms, both dB. The other row is the
same frames as the codes say them, made sound by musicrnn.features.griffin_lim. What is made has the
length of what was heard.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from musicrnn.arrays import Float64Array, Samples
from musicrnn.features.griffin_lim import griffin_lim
from musicrnn.metrics.bootstrap import ratio_interval
from musicrnn.metrics.piece_losses import MODEL, PieceLosses
from musicrnn.metrics.sound import logmel_distance, stft_distance
from musicrnn.metrics.speech_quality import lacking, pesq, stoi
from musicrnn.metrics.tables import between, number, table
from musicrnn.networks.codec_array import CodecDecoder, CodecEncoder
from musicrnn.tokens.sound.codec import CodecTokenizer
from musicrnn.training.codec.data import Sound
from musicrnn.waveform import in_full_scale

SECONDS, MOST = 8.0, 60
GRIFFIN_LIM = "Griffin-Lim"
MEASURES: dict[str, Callable[[Samples, Samples], float]] = {
    "stoi": stoi,
    "pesq": pesq,
    "logmel": logmel_distance,
    "stft": stft_distance,
}
HIGHER = ("stoi", "pesq")  # is better


@dataclass(frozen=True, eq=False)
class CodecFigures:
    """``found`` [N] by row and measure, NaN where a measure says nothing; ``examples`` are log-mel
    distances."""

    found: dict[str, dict[str, Float64Array]]
    bits_a_second: float
    examples: PieceLosses

    @property
    def n(self) -> int:
        return len(self.examples.names)

    def as_json(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        rows: dict[str, Any] = {}
        for row, measures in self.found.items():
            rows[row] = {}
            for name, values in measures.items():
                told = values[~np.isnan(values)]
                rows[row][name] = {
                    "mean": float(told.mean()) if len(told) else None,
                    "interval": ratio_interval(told, np.ones(len(told))),
                    "n": len(told),
                }
        return {
            "n": self.n,
            "bits_a_second": self.bits_a_second,
            "measures": rows,
            "pieces": self.examples.as_json(),
        }

    def as_text(self) -> str:
        """A row a measure; the codec, its interval, and Griffin-Lim."""
        measures = self.as_json()["measures"]
        rows = [
            [
                f"{name}, {'higher' if name in HIGHER else 'dB, lower'} is better",
                number(own["mean"]),
                between(own["interval"]),
                number(measures[GRIFFIN_LIM][name]["mean"]),
                str(own["n"]),
            ]
            for name, own in measures[MODEL].items()
        ]
        lines = [table(["", "codec", "95 % interval", GRIFFIN_LIM, "n"], rows), ""]
        lines.append(f"{self.bits_a_second / 1000:g} kbit/s; stretches of {SECONDS:g} s at most")
        if missing := lacking():
            lines.append(f"not measured: {' and '.join(missing)} are not installed")
        return "\n".join(lines)


def codec_figures(tokenizer: CodecTokenizer, sounds: Sequence[Sound]) -> CodecFigures:
    """See the module's text."""
    stretches = stretches_of(sounds, tokenizer.rate)
    found: dict[str, dict[str, list[float]]] = {
        row: {name: [] for name in MEASURES} for row in (MODEL, GRIFFIN_LIM)
    }
    for _, heard in stretches:
        for row, made in zip(found.values(), both(tokenizer, heard), strict=True):
            for name, measure in MEASURES.items():
                row[name].append(measure(heard, made))
    arrays = {
        row: {name: np.array(values) for name, values in measures.items()}
        for row, measures in found.items()
    }
    frames = np.array([len(heard) / tokenizer.recipe.hop for _, heard in stretches])
    examples = PieceLosses(
        [name for name, _ in stretches],
        {row: np.nan_to_num(measures["logmel"]) * frames for row, measures in arrays.items()},
        {"frame": frames},
        called="dB",
    )
    return CodecFigures(arrays, tokenizer.bits_a_second, examples)


def both(tokenizer: CodecTokenizer, heard: Samples) -> tuple[Samples, Samples]:
    """A sound as the codec makes it again, and as Griffin and Lim's algorithm does."""
    recipe, past = tokenizer.recipe, tokenizer.recipe.n_fft - tokenizer.recipe.hop
    silent = np.zeros(-len(heard) % recipe.hop + past, np.float32)
    sound = np.concatenate([np.zeros(past, np.float32), heard, silent])
    encoder, decoder = CodecEncoder(tokenizer.weights), CodecDecoder(tokenizer.weights)
    codes = [encoder.step(frame) for frame in recipe.continued(sound)]
    frames = np.stack([decoder.frame(each) for each in codes])
    made = tokenizer.decode(tokenizer.ids(codes)).samples[0]
    return made[: len(heard)], griffin_lim(frames, recipe)[: len(heard)]


def stretches_of(sounds: Sequence[Sound], rate: int) -> list[tuple[str, Samples]]:
    """What is measured: names and samples [N]."""
    return spread(joined(sounds, round(SECONDS * rate)), MOST)


def joined(sounds: Sequence[Sound], length: int) -> list[tuple[str, Samples]]:
    """Stretches of ``length`` samples: the beginnings of long sounds, short ones of one speaker
    joined; what is left over of a speaker is one where it is half as long."""
    waiting: dict[tuple[int, str], list[Sound]] = {}
    found = list[tuple[str, Samples]]()
    for sound in sounds:
        if len(sound.samples) >= length:
            found.append((sound.name, in_full_scale(sound.samples[:length])))
            continue
        group = waiting.setdefault((sound.source, sound.speaker or sound.label), [])
        group.append(sound)
        if sum(len(each.samples) for each in group) >= length:
            found.append((group[0].name, _one(group, length)))
            group.clear()
    left = [(group[0].name, _one(group, length)) for group in waiting.values() if group]
    return found + [each for each in left if len(each[1]) >= length / 2 or not found]


def _one(group: Sequence[Sound], length: int) -> Samples:
    return in_full_scale(np.concatenate([each.samples for each in group])[:length])


def spread(stretches: Sequence[Any], most: int) -> list[Any]:
    """``most`` of them at most, evenly spread."""
    count = min(most, len(stretches))
    return [stretches[math.floor(index * len(stretches) / count)] for index in range(count)]
