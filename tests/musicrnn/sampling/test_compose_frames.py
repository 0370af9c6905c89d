"""Frames as a score, and pieces composed of them."""

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.networks.frame_config import FrameConfig
from musicrnn.networks.frames import FrameModel
from musicrnn.pretrained import load_model
from musicrnn.sampling.compose_frames import compose_frames, score_of
from musicrnn.sampling.filters import Settings
from musicrnn.tokens import Controls


def checkpoint(**metadata) -> Checkpoint:
    torch.manual_seed(0)
    model = FrameModel(
        FrameConfig(pitches=12, body="tied", head="nade", hidden=6, inner=4, copy=True)
    )
    model.begin_at(np.full(12, 0.2))
    metadata = {"task": "frames", "model": model.configuration(), **metadata}
    return Checkpoint(model.arrays(), metadata)


def test_what_sounds_on_is_one_note() -> None:
    frames = np.array([[1, 0, 0], [1, 0, 1], [0, 0, 1], [1, 0, 1]], np.uint8)
    score = score_of(frames, 60, 0.5, 90.0)
    notes = [(n.start, n.pitch, n.duration) for n in score.tracks[0].notes]
    assert score.ticks_per_quarter == 480
    assert notes == [(0, 60, 480), (240, 62, 720), (720, 60, 240)]
    assert score.tempos[0].bpm == pytest.approx(90)


def test_the_same_seed_is_the_same_piece_alone_or_among_others() -> None:
    model = checkpoint(frames={"lowest": 48, "step": 1.0})
    both = compose_frames(model, [3, 4], controls=Controls(bars=3), settings=Settings())
    alone = compose_frames(model, [4], controls=Controls(bars=3), settings=Settings())
    assert both[1].score == alone[0].score
    assert both[0].score != both[1].score
    assert len(both[0].ids) == 12  # four quarters a bar
    assert all(48 <= note.pitch < 60 for note in both[0].score.tracks[0].notes)


def test_a_low_temperature_takes_what_is_likely() -> None:
    model = checkpoint()
    cold = compose_frames(model, [0], controls=Controls(bars=8), settings=Settings(temperature=0.5))
    warm = compose_frames(model, [0], controls=Controls(bars=8), settings=Settings(temperature=1.5))
    sounding = [sum(bin(frame).count("1") for frame in made[0].ids) for made in (cold, warm)]
    assert sounding[0] < sounding[1]  # a pitch is likelier silent than not


@pytest.mark.parametrize(
    ("controls", "settings", "message"),
    [
        (
            Controls(seconds=3.0),
            Settings(),
            "composes by bars, tempo and temperature, not by seconds",
        ),
        (Controls(), Settings(top_p=0.5), "not by top p"),
        (Controls(bars=2049), Settings(), r"bars must be in 1\.\.2048, got 2049"),
    ],
)
def test_what_it_cannot_grant(controls: Controls, settings: Settings, message: str) -> None:
    with pytest.raises(MusicRNNError, match=message):
        compose_frames(checkpoint(), [0], controls=controls, settings=settings)


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ({"lowest": 120}, r"lowest pitch must be 0\.\.116: 120"),
        ({"step": "long"}, "step must be up to 16 quarters, got 'long'"),
        (7, "lowest pitch must be"),
    ],
)
def test_a_file_that_says_what_cannot_be(frames: object, message: str) -> None:
    with pytest.raises(MusicRNNError, match=message):
        compose_frames(
            checkpoint(frames=frames), [0], controls=Controls(bars=1), settings=Settings()
        )


def test_another_model_is_refused() -> None:
    with pytest.raises(MusicRNNError, match=r"setting branches = .* does not fit"):
        compose_frames(load_model("genre"), [0], controls=Controls(), settings=Settings())
