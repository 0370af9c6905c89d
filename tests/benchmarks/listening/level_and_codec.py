"""What a quiet voice and a codec cost a model that hears words.

    python tests/benchmarks/listening/level_and_codec.py commands [arabic-commands]

Prints, of the test split: the accuracy of clips as they are, 30 dB quieter, and sent through Opus
at 12 kbit/s; and, of a model that can be streamed, the share of words found in half an hour of
stream (20 dB) at the default threshold, as it is and 30 dB quieter. Needs the corpus.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np

from musicrnn.augmentation.codec import through_codec
from musicrnn.augmentation.stream import Piece, StreamSettings, StreamSource, stream
from musicrnn.metrics.detection import detection
from musicrnn.metrics.intervals import wilson_interval
from musicrnn.networks.words import clip_logits
from musicrnn.pretrained import load_model
from musicrnn.sources.words import find_words, prepare_words
from musicrnn.training.task import task_of
from musicrnn.training.words.stream import hear
from musicrnn.waveform import in_full_scale

FULL, QUIET = np.float32(1), np.float32(10 ** (-30 / 20))
HOURS, SNR, SEED = 0.5, 20.0, 7


def main(name: str, corpus: str) -> None:
    """Print the figures."""
    checkpoint = load_model(name)
    task = task_of(checkpoint)
    model, labeller = task.load(checkpoint), cast(Any, task.labeller(checkpoint, "cpu"))
    recipe, labels = labeller.recipe, labeller.labels
    data = prepare_words(find_words(corpus), recipe=recipe, labels=labels)
    clips, words = data.examples["test"], len(set(data.examples["test"].labels.tolist()))

    def told(what: str, sounds: Any, gain: np.float32 = FULL) -> None:
        right = 0
        for at in range(0, len(sounds), 256):
            block = gain * in_full_scale(sounds[at : at + 256])
            logits = clip_logits(model, recipe.frames(block))
            right += int((logits.argmax(1) == clips.labels[at : at + 256]).sum())
        low, high = wilson_interval(right, len(clips))
        print(
            f"clips {what}: {100 * right / len(clips):.2f} % ({100 * low:.1f} to {100 * high:.1f}),"
            f" n = {len(clips)}, any one word {100 / words:.1f} %",
            flush=True,
        )

    told("as they are", clips.sounds)
    told("30 dB quieter", clips.sounds, QUIET)
    told("through Opus, 12 kbit/s", through_codec(np.asarray(clips.sounds), recipe.rate))
    if model.config.bidirectional:
        return
    listener = task.listener(checkpoint)
    source = StreamSource(
        clips.sounds, [labels[i] for i in clips.labels], recipe.rate, data.recordings["test"]
    )
    temperature = float(checkpoint.metadata.get("temperature", 1))

    def pieces(gain: np.float32) -> Iterator[Piece]:
        settings = StreamSettings(HOURS, (SNR,))
        for piece in stream(np.random.default_rng(SEED), source, settings):
            yield replace(piece, samples=gain * piece.samples)

    for what, gain in (("as it is", FULL), ("30 dB quieter", QUIET)):
        heard = hear(model, recipe, pieces(gain), labels=labels, temperature=temperature)
        found = detection(heard.script, heard.events(listener.settings))
        low, high = found.interval
        print(
            f"stream at {SNR:g} dB, {what}: {100 * found.detection:.1f} % ({100 * low:.1f} to "
            f"{100 * high:.1f}) of {found.n} words found, {found.false_accepts_an_hour:.1f} false "
            f"accepts an hour, threshold {listener.settings.threshold:g}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "arabic-commands")
