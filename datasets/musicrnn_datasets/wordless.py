"""Hours of sound in which none of a model's words is spoken: what a detector must not fire on.

Conventions. Sounds int16 [N] at 16 kHz, by kind: "sentences" and "other words" of real people, in
languages of the split that the detector has not learnt from; "music", pieces of the split rendered
with the bundled SoundFont and pieces that the bundled models compose; "noise" and "silence" made by
code. Speech and pieces of people are there where their corpora are. They are as loud as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.augmentation.noise import coloured
from musicrnn.metrics.detection import FalseAccepts
from musicrnn.networks.detector import Detector, DetectorSettings
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import compose
from musicrnn.sources.corpus import SOUND_RATE
from musicrnn.sources.other_sounds import SoundsAtHand
from musicrnn.tokens import Controls
from musicrnn.training.data import Split
from musicrnn_datasets.rendered import PEAK, excerpt

Sound = NDArray[np.int16]
CALLED = {"words": "other words"}
KINDS = ("sentences", "other words", "music", "noise", "silence")
MUSIC_HOURS, MADE_HOURS = 1.1, 1 / 6
LEAST_HOURS, MOST_HOURS = 0.01, 100.0  # that may be asked for
COMPOSED = ("pop", "folk", "drums", "chorale")
NOISE_SAMPLES = 10 * SOUND_RATE  # of one level and colour
SEED = 20_261_130


def wordless(
    split: Split, data: Path | None = None, *, hours: float = MUSIC_HOURS
) -> dict[str, Sound]:
    """The sounds of each kind that there is; ``hours`` of music, and a sixth of it of noise and of
    silence, MADE_HOURS at most."""
    random = np.random.default_rng(SEED)
    made = round(3600 * min(MADE_HOURS, hours / 6)) * SOUND_RATE
    found: dict[str, list[Sound]] = {kind: [] for kind in KINDS}
    for sound in SoundsAtHand.find(data).read(split):
        found[CALLED.get(sound.kind, sound.kind)].append(sound.samples)
    music = chain(_in_turns(found["music"], _composed()), _composed(len(found["music"])))
    found["music"], left = [], round(hours * 3600) * SOUND_RATE
    while left:
        found["music"].append(next(music)[:left])
        left -= len(found["music"][-1])
    for start in range(0, made, NOISE_SAMPLES):
        length = min(NOISE_SAMPLES, made - start)
        level = np.float32(PEAK / 4 * 10 ** (float(random.uniform(-30, 0)) / 20))
        noise = level * coloured(random, length, float(random.uniform(0, 2.5)))
        found["noise"].append(noise.clip(-32_768, 32_767).astype(np.int16))
    found["silence"].append(np.zeros(made, np.int16))
    return {kind: np.concatenate(sounds) for kind, sounds in found.items() if sounds}


def false_accepts(
    probabilities: Sequence[NDArray[np.float32]],
    settings: DetectorSettings,
    labels: Sequence[str],
    step_seconds: float,
) -> FalseAccepts:
    """What a detector fires on sounds in which no word is spoken, [S, K] each."""
    heard = (Detector(settings, labels, step_seconds).push(each) for each in probabilities)
    words = Counter(event.label for events in heard for event in events)
    steps = sum(map(len, probabilities))
    return FalseAccepts(steps * step_seconds / 3600, dict(words.most_common()))


def _in_turns(one: Sequence[Sound], other: Iterator[Sound]) -> Iterator[Sound]:
    for sound in one:
        yield sound
        yield next(other)


def _composed(first: int = 0) -> Iterator[Sound]:
    """Pieces of the bundled models, without end."""
    for number in count(first):
        style = COMPOSED[number % len(COMPOSED)]
        controls, settings = Controls(bars=STYLES[style].bars), STYLES[style].settings
        pieces = compose(load_model(style), [number], controls=controls, settings=settings)
        yield excerpt(pieces[0].score)
