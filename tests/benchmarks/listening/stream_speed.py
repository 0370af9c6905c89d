"""How quickly models for words hear: one stream in blocks of 32 and 64 ms, and a hundred at once.

    python tests/benchmarks/listening/stream_speed.py commands commands-micro

Prints milliseconds of one core for a second of sound (median and least of ROUNDS), from samples to
events. Run with OMP_NUM_THREADS=1.
"""

import statistics
import sys
import time

import numpy as np

from musicrnn.features.causal_logmel import FrameStream
from musicrnn.listening.word_stream import WordStream
from musicrnn.networks.words_config import FRAMES_A_STEP
from musicrnn.pretrained import load_model

ROUNDS, SECONDS, MANY = 9, 4, 100


def one(stream: WordStream, sound: np.ndarray, block: int) -> list[float]:
    spent = []
    for _ in range(ROUNDS + 1):
        stream.begin()
        before = time.perf_counter()
        for start in range(0, len(sound), block):
            stream.push(sound[start : start + block])
        spent.append(1000 * (time.perf_counter() - before) / SECONDS)
    return spent[1:]


def many(stream: WordStream, sound: np.ndarray, block: int) -> list[float]:
    """All streams in step; each hears the sound from another place."""
    sounds = np.stack([np.roll(sound, 157 * row) for row in range(MANY)])
    spent = []
    for _ in range(ROUNDS // 3 + 1):
        frames = FrameStream(stream.recipe, (MANY,))
        stream.engine.begin(MANY)
        before = time.perf_counter()
        for start in range(0, sounds.shape[1] - block + 1, block):
            stream.engine.push(frames.push(sounds[:, start : start + block]))
        spent.append(1000 * (time.perf_counter() - before) / SECONDS)
    return spent[1:]


def main() -> None:
    for name in sys.argv[1:]:
        stream = WordStream.from_checkpoint(load_model(name))
        rate, step = stream.recipe.rate, FRAMES_A_STEP * stream.recipe.hop
        random = np.random.default_rng(0)
        sound = (0.05 * random.standard_normal(SECONDS * rate // step * step)).astype(np.float32)
        for blocks in (1, 2, 4):
            spent = one(stream, sound, blocks * step)
            print(
                f"{name}: one stream, blocks of {1000 * blocks * step / rate:.0f} ms: "
                f"{statistics.median(spent):.2f} ms a second of sound (least {min(spent):.2f})"
            )
        spent = many(stream, sound, step)
        print(
            f"{name}: {MANY} streams in step: {statistics.median(spent):.0f} ms a second of sound "
            f"for all: {statistics.median(spent) / MANY:.2f} each"
        )


if __name__ == "__main__":
    main()
