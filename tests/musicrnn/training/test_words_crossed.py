"""What networks hear that few speakers were crossed over for: one stream, and one sentence."""

import numpy as np
import pytest

from musicrnn.events import Script, Spoken, Stretch
from musicrnn.listening.curve import Curve
from musicrnn.metrics.detection import Point
from musicrnn.networks.detector import DetectorSettings
from musicrnn.training.words.choice import sweep
from musicrnn.training.words.stream import HeardStream, joined
from musicrnn.training.words.trust import trust

STEP = 0.1  # seconds
SETTINGS = DetectorSettings(smoothing=0.1, refractory=0.5)


def heard(word: str, at: int, steps: int) -> HeardStream:
    """A stream in which one word is spoken for two steps, and heard."""
    told = np.full((steps, 2), 0.01, np.float32)
    told[at : at + 3, ("go", "stop").index(word)] = 0.99
    spoken = (Spoken(at * STEP, (at + 2) * STEP, word),)
    script = Script(spoken, (Stretch(0.0, steps * STEP, "noise", 10.0),))
    return HeardStream(script, ("go", "stop"), told, STEP)


def test_streams_that_are_joined_are_counted_together() -> None:
    streams = [heard("go", 30, 100), heard("stop", 50, 200)]
    one = joined(streams)
    assert one.script.seconds == pytest.approx(30.0)
    assert [(word.start, word.label) for word in one.script.spoken] == [
        (pytest.approx(3.0), "go"),
        (pytest.approx(15.0), "stop"),
    ]
    assert len(one.probabilities) == 300
    for point in sweep(one, None, SETTINGS)[:20]:
        assert (point.miss, point.false_accepts_an_hour) == (0, 0)
    missed = joined([streams[0], heard("stop", 50, 200), heard("go", 10, 50)])
    missed.probabilities[150:160] = 0.01
    assert {round(p.miss, 3) for p in sweep(missed, None, SETTINGS)[:5]} == {0.333}


def test_how_far_to_trust_few_speakers_is_one_sentence() -> None:
    people = [{"right": 30, "n": 50}, {"right": 45, "n": 50}, {"right": 100, "n": 100}]
    (said,) = trust({"crossed": {"people": people}})
    assert "87.5% of the words right (95 % interval 82.2% .. 91.4%, n = 200)" in said
    assert "from 60% to 100% by speaker" in said
    assert "networks of the 3 speakers" in said


def test_too_few_clips_to_set_a_threshold() -> None:
    points = (Point(0.5, 0.1, 12.0), Point(0.9, 0.3, 0.0))

    def header(hours: float) -> dict[str, object]:
        return {"curve": Curve(hours, points).as_json(), "metrics": {"valid_n": 20}}

    (said,) = trust(header(1 / 12))
    assert said.startswith(
        "20 clips to validate on are too few to set a threshold: they make 5 min"
    )
    assert "the least are 48 clips" in said
    assert trust(header(0.2)) == []
    assert trust({"metrics": {}}) == []
    assert "too short to set a threshold by" in Curve(1 / 12, points).at_most(1).as_text()
    assert "too short to set a threshold by" not in Curve(0.5, points).at_most(1).as_text()
