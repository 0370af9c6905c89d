"""New pieces from a model of frames, and frames as a score.

Conventions. Frames are uint8 [T, P], column 0 the pitch ``lowest``; a step is ``step`` quarters.
A pitch that sounds on is one note: frames cannot say that it is struck again. Bars are of 4/4.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from musicrnn.arrays import Frames
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.key import estimate_key
from musicrnn.networks.frames import FrameModel
from musicrnn.sampling.compose import MAX_ATTEMPTS, Composition, is_stuck
from musicrnn.sampling.composer import Request, WholeComposer
from musicrnn.sampling.controls import refuse_others
from musicrnn.sampling.filters import Settings
from musicrnn.score import Note, Score, Tempo, Track, make_score
from musicrnn.tokens import Controls

QUARTER = 480  # ticks
DEFAULT_BPM = 100.0
DEFAULT_BARS = 16
MAX_FRAMES = 16_384
VELOCITY = 80
DEFAULT_LOWEST, DEFAULT_STEP = 21, 0.5  # of the corpora of frames: A0, eighths


def compose_frames(
    checkpoint: Checkpoint, seeds: Sequence[int], *, controls: Controls, settings: Settings
) -> list[Composition]:
    """One piece a seed; the same seed gives the same piece, alone or among others.

    Raises:
        MusicRNNError: no frame model, or a control or setting that it does not have.
    """
    model = FrameModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    lowest, step = _meaning(checkpoint, model.config.pitches)
    bars, length = _length(controls, settings, step)
    pieces: list[Composition] = []
    for seed in seeds:
        started = time.perf_counter()
        score, frames, attempt = make_score(QUARTER, []), np.zeros((0, 0), np.uint8), 0
        while attempt < MAX_ATTEMPTS and (attempt == 0 or is_stuck(score)):
            random = np.random.default_rng([seed, attempt])
            frames = model.compose(length, 1, random, temperature=settings.temperature)[0]
            score = score_of(frames, lowest, step, controls.tempo or DEFAULT_BPM)
            attempt += 1
        ids = tuple(int("".join(map(str, frame)), 2) for frame in frames)
        seconds = time.perf_counter() - started
        pieces.append(Composition(score, ids, None, bars, seed, attempt, seconds))
    return pieces


class FrameComposer(WholeComposer):
    made = "pieces of frames"

    def piece(self, seed: int, request: Request) -> Composition:
        controls, settings = request.controls, request.settings
        return compose_frames(self.checkpoint, [seed], controls=controls, settings=settings)[0]


def score_of(frames: Frames, lowest: int, step: float, bpm: float) -> Score:
    """The score of frames, for one piano; see the module's text."""
    ticks = round(step * QUARTER)
    notes = sorted(_notes(frames, lowest, ticks), key=lambda note: (note.start, note.pitch))
    score = make_score(QUARTER, [Track(tuple(notes), 0)], tempos=[Tempo.from_bpm(0, bpm)])
    return replace(score, keys=(estimate_key(score),)) if notes else score


def _notes(frames: Frames, lowest: int, ticks: int) -> Iterator[Note]:
    edges = np.diff(np.pad(frames.astype(np.int8), ((1, 1), (0, 0))), axis=0)  # [T + 1, P]
    for pitch in range(frames.shape[1]):
        begins = np.flatnonzero(edges[:, pitch] == 1)
        ends = np.flatnonzero(edges[:, pitch] == -1)
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            yield Note(begin * ticks, lowest + pitch, (end - begin) * ticks, VELOCITY)


def _meaning(checkpoint: Checkpoint, pitches: int) -> tuple[int, float]:
    """The lowest pitch and the step, as the file says, within what MIDI has."""
    said = checkpoint.metadata.get("frames", {})
    lowest = said.get("lowest", DEFAULT_LOWEST) if isinstance(said, dict) else None
    step = said.get("step", DEFAULT_STEP) if isinstance(said, dict) else None
    if not isinstance(lowest, int) or not 0 <= lowest <= 128 - pitches:
        raise MusicRNNError(f"the model file's lowest pitch must be 0..{128 - pitches}: {lowest!r}")
    if not isinstance(step, float | int) or not 1 / QUARTER <= step <= 16:
        raise MusicRNNError(f"the model file's step must be up to 16 quarters, got {step!r}")
    return lowest, float(step)


def _length(controls: Controls, settings: Settings, step: float) -> tuple[int, int]:
    """Bars and frames."""
    how = "a model of frames composes by bars, tempo and temperature"
    refuse_others(controls, ("bars", "tempo"), how)
    refuse_others(settings, ("temperature",), how)
    bars = DEFAULT_BARS if controls.bars is None else controls.bars
    frames = round(bars * 4 / step)
    if frames > MAX_FRAMES:
        most = int(MAX_FRAMES * step / 4)
        raise MusicRNNError(f"bars must be in 1..{most}, got {bars}")
    return bars, frames
