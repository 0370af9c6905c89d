"""What tests of chorales share: a small untrained voices model, drawn pieces of four voices."""

import numpy as np
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.networks.voices import VoicesModel
from musicrnn.networks.voices_config import VoicesConfig
from musicrnn.sampling.gibbs import GibbsSettings
from musicrnn.score import Score, Tempo, TimeSignature, Track, make_score
from musicrnn.tokens.metrical import METRICAL_FEATURES
from musicrnn.tokens.voices import HOLD, REST, VoiceGrid, line_notes

NAMES = ("soprano", "alto", "tenor", "bass")
GRID = VoiceGrid(NAMES, ((60, 81), (52, 74), (46, 69), (36, 66)))
QUICK = GibbsSettings(passes=3, sweeps=1, parts=2, repairs=3, candidates=2)


def untrained_voices(seed: int = 0, **sizes) -> Checkpoint:
    torch.manual_seed(seed)
    sizes = {"embedding": 8, "hidden": 8, "layers": 1, "dropout": 0.0, **sizes}
    model = VoicesModel(
        VoicesConfig(voices=len(NAMES), pitches=GRID.pitches, places=METRICAL_FEATURES, **sizes)
    )
    for parameter in model.parameters():  # far from uniform, so that draws differ
        torch.nn.init.normal_(parameter, std=0.5)
    metadata = {
        "task": "voices",
        "model": model.configuration(),
        "tokenizer": GRID.configuration(),
    }
    return Checkpoint(model.arrays(), metadata)


def random_positions(random: np.random.Generator, steps: int) -> np.ndarray:
    """[T, 4] in the ranges, with holds, rests and repeated notes."""
    positions = np.stack(
        [random.integers(low, high + 1, steps) for low, high in GRID.ranges], axis=1
    )
    kind = random.random(positions.shape)
    positions = np.where(kind < 0.6, HOLD, np.where(kind < 0.65, REST, positions)).astype(np.int16)
    positions[0] = [low for low, _ in GRID.ranges]
    return positions


def random_score(
    seed: int, *, bars: int = 4, quarter: int = 480, metre=(4, 4), named=True
) -> Score:
    random = np.random.default_rng(seed)
    positions = random_positions(random, bars * 16 * metre[0] // metre[1])
    tracks = [
        Track(line_notes(line, quarter, 70 + i), 52, name=NAMES[i].capitalize() if named else "")
        for i, line in enumerate(positions.T)
    ]
    return make_score(
        quarter,
        tracks,
        tempos=[Tempo.from_bpm(0, 90), Tempo.from_bpm(2 * quarter, 70)],
        time_signatures=[TimeSignature(0, *metre)],
        title="drawn",
    )
