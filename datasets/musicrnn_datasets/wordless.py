"""Hours of sound in which none of a model's words is spoken: what a detector must not fire on.

Conventions. Sounds int16 [N] at 16 kHz, by kind: "sentences" and "other words" of real people, in
languages of the split that the detector has not learnt from; "music", pieces of the split rendered
with the bundled SoundFont and pieces that the bundled models compose; "noise" and "silence" made by
code. Speech and pieces of people are there where their corpora are. They are as loud as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.arrays import Random
from musicrnn.augmentation.noise import coloured
from musicrnn.errors import MusicRNNError
from musicrnn.metrics.detection import FalseAccepts
from musicrnn.networks.detector import Detector, DetectorSettings
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import compose
from musicrnn.score import Score
from musicrnn.sources.corpus import SOUND_RATE, Corpus
from musicrnn.sources.find import folder_of
from musicrnn.sources.named import named
from musicrnn.synth.render import render
from musicrnn.tokens import Controls
from musicrnn.training.data import Piece, Split

Sound = NDArray[np.int16]
KINDS = ("sentences", "other words", "music", "noise", "silence")
MUSIC_HOURS, MADE_HOURS = 1.1, 1 / 6
PIECES = ("pop909", "groove")  # corpora of music
COMPOSED = ("pop", "folk", "drums", "chorale")
EXCERPT_SECONDS = 45.0
NOISE_SAMPLES = 10 * SOUND_RATE  # of one level and colour
PEAK = 20_000  # of a piece
SEED = 20_261_130


def wordless(
    split: Split, data: Path | None = None, *, hours: float = MUSIC_HOURS
) -> dict[str, Sound]:
    """The sounds of each kind that there is; ``hours`` of music, and a sixth of it of noise and of
    silence, MADE_HOURS at most."""
    random = np.random.default_rng(SEED)
    made = round(3600 * min(MADE_HOURS, hours / 6)) * SOUND_RATE
    found: dict[str, list[Sound]] = {kind: [] for kind in KINDS}
    for corpus in named().sounds.values():
        if folder := _folder(corpus, data):
            for sound in corpus.sounds(folder, split):
                kind = "sentences" if sound.kind == "sentences" else "other words"
                found[kind].append(sound.samples)
    left = round(hours * 3600) * SOUND_RATE
    for piece in _pieces(random, split, data):
        found["music"].append(_rendered(piece)[:left])
        left -= len(found["music"][-1])
        if not left:
            break
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


def _folder(corpus: Corpus, data: Path | None) -> Path | None:
    try:
        return folder_of(corpus, data)
    except MusicRNNError:  # it is not on this computer
        return None


def _pieces(random: Random, split: Split, data: Path | None) -> Iterator[Score]:
    """In turns a piece of people, while there are some, and one that is composed, without end."""
    people: list[Piece] = []
    for name in PIECES:
        corpus = named().scores.get(name)
        folder = None if corpus is None else _folder(corpus, data)
        if corpus is not None and folder is not None:
            people += [piece for piece in corpus.pieces(folder) if piece.split == split]
    people = [people[index] for index in random.permutation(len(people))]
    for number in count():
        if number < len(people):
            yield people[number].read()
        style = COMPOSED[number % len(COMPOSED)]
        controls, settings = Controls(bars=STYLES[style].bars), STYLES[style].settings
        yield compose(load_model(style), [number], controls=controls, settings=settings)[0].score


def _rendered(piece: Score) -> Sound:
    """EXCERPT_SECONDS of a piece at most, as loud as PEAK."""
    sound = render(piece, rate=SOUND_RATE).samples.mean(axis=0)
    sound = sound[: round(EXCERPT_SECONDS * SOUND_RATE)]
    return (sound * (PEAK / max(1e-6, float(np.abs(sound).max(initial=0))))).astype(np.int16)
