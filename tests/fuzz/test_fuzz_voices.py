"""Strange pieces and damaged voices models: each is written, or refused in one sentence."""

import copy
import json

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import midi_bytes, score_from_midi
from musicrnn.sampling.compose_voices import compose_voices
from musicrnn.sampling.gibbs import GibbsSettings
from musicrnn.sampling.voices import VoicesWriter
from musicrnn.score import Note, Score, Tempo, TimeSignature, Track, make_score
from musicrnn.tokens import Controls
from musicrnn.tokens.parts import voice_tracks
from tests.musicrnn.four_voices import NAMES, untrained_voices

BRIEF = GibbsSettings(passes=1, sweeps=1, parts=1, repairs=1, candidates=1)
STRANGE = [None, -1, 0, 2**40, 1e308, "", "x", [], {}, True, [0] * 50, [[1]], [[1, 2]] * 4]


def strange_score(random: np.random.Generator) -> Score:
    quarter = int(random.choice([1, 4, 7, 24, 96, 480, 32767]))
    tracks = []
    gaps = [1, 1, 1, 1.5, 9] if random.random() < 0.8 else [0.5, 1]  # or notes at once
    for number in range(int(random.choice([0, 1, 1, 1, 2, 4, 4, 4, 4, 5]))):
        at, notes = int(random.integers(0, 4 * quarter)), []
        for _ in range(int(random.integers(0, 30))):
            length = int(random.integers(1, 2 * quarter + 1))
            notes.append(Note(at, int(random.integers(128)), length, int(random.integers(1, 128))))
            at += max(1, int(length * random.choice(gaps)))
        name = str(random.choice(["", "", "", "Soprano", "Alto", "Bass", "melody", "b", "x"]))
        tracks.append(Track(tuple(notes), number, name=name, is_drum=random.random() < 0.1))
    metres = [(4, 4), (3, 4), (6, 8), (1, 4), (5, 16), (255, 64), (2, 2), (7, 1)]
    changes = [
        TimeSignature(int(random.integers(0, 5)) * quarter, *metres[random.integers(len(metres))])
        for _ in range(3)
    ]
    tempos = [Tempo(int(t) * quarter, int(random.integers(1, 2**24))) for t in range(3)]
    return make_score(quarter, tracks, tempos=tempos, time_signatures=changes)


@pytest.fixture(scope="module")
def writer() -> VoicesWriter:
    return VoicesWriter(untrained_voices())


@pytest.mark.parametrize("seed", range(80))
def test_strange_pieces(writer: VoicesWriter, seed: int) -> None:
    random = np.random.default_rng(seed)
    score = strange_score(random)
    keep = [name for name in NAMES if random.random() < 0.4] or ["soprano"]
    for job in ("harmonize", "vary"):
        try:
            if job == "harmonize":
                given = voice_tracks(score, NAMES, keep)
                found = writer.harmonize(score, given, BRIEF, seed).score
                index = NAMES.index(keep[0])
                assert len(keep) == 4 or found.tracks[index] is given[keep[0]]
            else:
                tracks = voice_tracks(score, NAMES, NAMES)
                bars = (1, int(random.integers(1, 4)))
                found = writer.vary(score, tracks, BRIEF, seed, bars=bars, voices=keep).score
            assert score_from_midi(midi_bytes(found)).note_count > 0
        except MusicRNNError as error:
            assert str(error)
            assert "\n" not in str(error)


def use(checkpoint: Checkpoint) -> None:
    try:
        compose_voices(checkpoint, [1], controls=Controls(bars=1), settings=BRIEF)
    except MusicRNNError as error:
        assert str(error)
        assert "\n" not in str(error)


@pytest.mark.parametrize("seed", range(60))
def test_strange_headers(seed: int) -> None:
    random = np.random.default_rng(seed)
    whole = untrained_voices()
    metadata = json.loads(json.dumps(whole.metadata))
    owner = metadata[["model", "tokenizer"][seed % 2]] if seed % 5 else metadata
    name = list(owner)[int(random.integers(len(owner)))]
    if seed % 4 == 3:
        del owner[name]
    else:
        owner[name] = STRANGE[int(random.integers(len(STRANGE)))]
    use(Checkpoint(whole.arrays, metadata))


@pytest.mark.parametrize("seed", range(14))
def test_strange_tensors(seed: int) -> None:
    random = np.random.default_rng(seed)
    whole = untrained_voices()
    arrays = copy.deepcopy(whole.arrays)
    name = list(arrays)[int(random.integers(len(arrays)))]
    change = [
        lambda a: a[:-1],
        lambda a: a[None],
        lambda a: a.astype(np.float64),
        lambda a: a.astype(np.int32),
        lambda a: np.full_like(a, np.inf),
        lambda a: np.full_like(a, 3e38),
        lambda a: np.zeros((0,), np.float32),
    ][seed % 7]
    arrays[name] = change(arrays[name])
    use(Checkpoint(arrays, whole.metadata))
