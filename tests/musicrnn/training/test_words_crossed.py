"""What networks hear that few speakers were crossed over for: one stream, and one sentence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.events import Script, Spoken, Stretch
from musicrnn.listening.curve import Curve, chosen_threshold
from musicrnn.metrics.detection import Point
from musicrnn.networks.detector import DetectorSettings
from musicrnn.training.crossed import begun_runs, check_place, fold_path
from musicrnn.training.run_state import run_path
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

    def header(clips: int, stream: float, other: float = 0.0) -> dict[str, Any]:
        """Three networks make five minutes each at least, whatever the clips; other sound is long
        enough."""
        metrics = {"valid_n": clips, "valid_stream_hours": stream}
        metrics |= {"valid_wordless_hours": other} if other else {}
        return {"curve": Curve(other or stream, points).as_json(), "metrics": metrics}

    for clips, stream, minutes in ((20, 1 / 12, 5), (12, 0.25, 3), (47, 0.25, 12)):
        (said,) = trust(header(clips, stream))
        assert said == (
            f"{clips} clips to validate on are too few to set a threshold: they make {minutes} min "
            "of stream, on which five false accepts an hour cannot be told from none; the least "
            "are 48 clips"
        )
        (said,) = trust(header(clips, stream, 3.1))
        assert "by which the share of words that it misses is hardly known" in said
        assert "false accepts" not in said
        for other in (0.0, 3.1):
            told = chosen_threshold(header(clips, stream, other), 0.5, None, None).as_text()
            assert f"made of {clips} clips, too few to set a threshold by" in told
    for other in (0.0, 3.1):
        assert trust(header(48, 0.2, other)) == []
        told = chosen_threshold(header(48, 0.2, other), 0.5, None, None).as_text()
        assert "too few" not in told
        assert ("186 min of other sound and 12 min of a stream of words" in told) == bool(other)
    assert trust({"metrics": {"valid_n": 12}}) == []  # it hears clips alone
    assert trust({"metrics": {}}) == []
    assert "too short to set a threshold by" in Curve(1 / 12, points).at_most(1).as_text()
    assert "too short to set a threshold by" not in Curve(0.5, points).at_most(1).as_text()


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"as it was")


@pytest.mark.parametrize("name", ["words", "my[1]", "a+b", "words.safetensors"])
def test_the_runs_of_a_model_are_its_own(tmp_path: Path, name: str) -> None:
    output = tmp_path / f"{name}.safetensors"
    folds = [fold_path(output, fold) for fold in (0, 1, 10)]
    write(tmp_path, *(
        f"{name}{end}.safetensors.run"
        for end in ("-folder", "-fold1", ".fold", ".safetensors.folder", ".safetensors.fold1x")
    ))  # fmt: skip
    assert begun_runs(output) == []
    check_place(output)
    write(tmp_path, *(run_path(path).name for path in folds))
    assert sorted(begun_runs(output)) == sorted(map(run_path, folds))
    with pytest.raises(MusicRNNError, match=r"is of an unfinished run: name another file"):
        check_place(output)
    check_place(output, resume=True)
    check_place(output, overwrite=True)
    write(tmp_path, run_path(output).name)
    assert begun_runs(output)[0] == run_path(output)
    assert begun_runs(tmp_path / "none" / "a.safetensors") == []
