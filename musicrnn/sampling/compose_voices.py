"""New pieces of several voices from a voices model: what ``musicrnn compose --style chorale`` does.

Conventions. Whole bars of 4/4 in sixteenths. One candidate is drawn: the likeliest of several
unconditional pieces is the one in which the least happens. A key is asked for by its name: of the
candidates drawn then, those in its mode are moved to its tonic by the fewest semitones that leave
every voice in its range; when none can be, others are drawn from the same seed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError, counted
from musicrnn.key import estimate_key
from musicrnn.sampling.compose import Composition
from musicrnn.sampling.composer import Request, WholeComposer
from musicrnn.sampling.controls import refuse_others
from musicrnn.sampling.gibbs import GibbsSettings
from musicrnn.sampling.voices import VoicesWriter
from musicrnn.score import Key, Score, Tempo, make_score
from musicrnn.tokens import Controls
from musicrnn.tokens.metrical import STEPS_A_BAR
from musicrnn.tokens.voices import MAX_STEPS, GridPositions, VoiceGrid

QUARTER = 480  # ticks
DEFAULT_BPM = 80.0
DEFAULT_BARS = 16
MAX_ATTEMPTS = 8
AVAILABLE_CONTROLS = ("bars", "tempo", "key", "time_signature")


def compose_voices(
    checkpoint: Checkpoint, seeds: Sequence[int], *, controls: Controls, settings: GibbsSettings
) -> list[Composition]:
    """One piece a seed; the same seed gives the same piece, alone or among others.

    Raises:
        MusicRNNError: no voices model, or a control that it does not have.
    """
    check_controls(controls)
    writer = VoicesWriter(checkpoint)
    return [_piece(writer, seed, controls, settings) for seed in seeds]


class VoicesComposer(WholeComposer):
    made = "chorales"
    instead = ": use musicrnn harmonize or musicrnn vary"

    def completed(self, request: Request, bars: int) -> Request:
        check_controls(request.controls)
        return super().completed(request, bars)

    def piece(self, seed: int, request: Request) -> Composition:
        gibbs = GibbsSettings(settings=request.settings)
        return compose_voices(self.checkpoint, [seed], controls=request.controls, settings=gibbs)[0]


def check_controls(controls: Controls) -> None:
    """Raises:
    MusicRNNError: a control that voices are not composed by; the first is named.
    """
    refuse_others(controls, AVAILABLE_CONTROLS, "chorales are composed by bars, tempo and key")
    if controls.time_signature not in (None, (4, 4)):
        said = controls.given()["time signature"]
        raise MusicRNNError(f"chorales are composed in 4/4, got {said}")
    if controls.bars is not None and controls.bars > MAX_STEPS // STEPS_A_BAR:
        raise MusicRNNError(f"bars must be in 1..{MAX_STEPS // STEPS_A_BAR}, got {controls.bars}")


def _piece(
    writer: VoicesWriter, seed: int, controls: Controls, settings: GibbsSettings
) -> Composition:
    started = time.perf_counter()
    bars = controls.bars or DEFAULT_BARS
    if controls.key is None:
        settings = replace(settings, candidates=1)
    for attempt in range(MAX_ATTEMPTS):
        for positions, _ in writer.compose(bars * STEPS_A_BAR, settings, [seed, attempt]):
            score = _score(writer, positions, controls)
            if (
                controls.key is None
                or (score := _in_key(score, controls.key, writer.grid)) is not None
            ):
                ids = tuple(map(int, positions.flatten()))
                seconds = time.perf_counter() - started
                return Composition(score, ids, None, bars, seed, attempt + 1, seconds)
    tonic, minor = controls.key or (0, False)
    raise MusicRNNError(
        f"of {counted(MAX_ATTEMPTS * settings.candidates, 'piece')} drawn from seed {seed} none "
        f"fits into {Key(0, tonic, minor).name} within the voices' ranges: try another seed or "
        "fewer bars"
    )


def _score(writer: VoicesWriter, positions: GridPositions, controls: Controls) -> Score:
    score = make_score(
        QUARTER,
        writer.tracks(positions, QUARTER),
        tempos=[Tempo.from_bpm(0, controls.tempo or DEFAULT_BPM)],
    )
    return replace(score, keys=(estimate_key(score),))


def _in_key(score: Score, asked: tuple[int, bool], grid: VoiceGrid) -> Score | None:
    """The score in the key that is asked for, or None where its mode or a voice's range is in the
    way."""
    tonic, minor = asked
    key = score.keys[0]
    if key.minor != minor:
        return None
    up = (tonic - key.tonic) % 12
    for shift in sorted((up, up - 12), key=abs):
        inside = (
            low <= pitch + shift <= high
            for track, (low, high) in zip(score.tracks, grid.ranges, strict=True)
            for pitch in [note.pitch for note in track.notes] or [low]
        )
        if all(inside):
            return score.transposed(shift)
    return None
