"""The detector: the same events however the steps come, and what keeps a word from firing twice."""

import time

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.events import DetectedWord
from musicrnn.networks.detector import Detector, DetectorSettings

LABELS = ("go", "stop", "_unknown_", "_silence_")
STEP = 0.1


def rows(words: str) -> np.ndarray:
    """A row a letter: g, s or u with 0.9, - with 0.9 for silence, G and S with 0.5."""
    found = np.full((len(words), 4), 0.1 / 3, np.float32)
    for step, letter in enumerate(words):
        index = "gsu-".index(letter.lower())
        found[step] = (0.5 if letter.isupper() else 0.1) / 3
        found[step, index] = 0.5 if letter.isupper() else 0.9
    return found


def fired(words: str, **settings: float) -> list[tuple[float, str]]:
    chosen = DetectorSettings(**{"threshold": 0.8, "smoothing": 0.1, "refractory": 0.2, **settings})
    events = Detector(chosen, LABELS, STEP).push(rows(words))
    return [(event.time, event.label) for event in events]  # to the microsecond


def test_a_word_fires_at_the_end_of_its_first_step() -> None:
    assert fired("--ggg--") == [(0.3, "go")]


def test_smoothing_waits_for_the_mean() -> None:
    # (0.9 + 0.9 + 0.033) / 3 = 0.61 stays below 0.8; the third step makes 0.9
    assert fired("--ggg--", smoothing=0.3) == [(0.5, "go")]
    assert fired("--gg--", smoothing=0.3) == []


def test_what_was_before_the_start_counts_as_nothing() -> None:
    assert fired("gg", smoothing=0.3) == []


def test_no_word_within_the_refractory_time() -> None:
    assert fired("-gs---") == [(0.2, "go")]
    assert fired("-g-s---") == [(0.2, "go"), (0.4, "stop")]
    assert fired("-g-s---", refractory=0.5) == [(0.2, "go")]


def test_the_same_word_not_before_it_fell_below_half() -> None:
    assert fired("-g----g-") == [(0.2, "go"), (0.7, "go")]
    assert fired("-gGGGGgg") == [(0.2, "go")]  # 0.5 is not below 0.4
    assert fired("-gGGssgg") == [(0.2, "go"), (0.5, "stop"), (0.7, "go")]


def test_fillers_compete_and_never_fire() -> None:
    assert fired("uuuu----") == []
    low = rows("--gg")
    low[2:] = (0.4, 0.05, 0.5, 0.05)
    settings = DetectorSettings(0.3, 0.1, 0.2)
    assert Detector(settings, LABELS, STEP).push(low) == []


@pytest.mark.parametrize("seed", range(20))
def test_any_pieces_give_the_same_events(seed: int) -> None:
    random = np.random.default_rng(seed)
    steps = int(random.integers(1, 600))
    drift = np.cumsum(random.normal(0, 0.7, (steps, 4)), axis=0)  # words that come and go slowly
    told = np.exp(drift - drift.max(1, keepdims=True))
    told = (told / told.sum(1, keepdims=True)).astype(np.float32)
    settings = DetectorSettings(
        float(random.uniform(0.2, 0.9)), float(random.uniform(0, 1)), float(random.uniform(0, 1))
    )
    whole = Detector(settings, LABELS, STEP).push(told)
    pieces, found, at = Detector(settings, LABELS, STEP), list[DetectedWord](), 0
    while at < steps:
        size = int(random.choice([0, 1, 2, 7, 64, 200]))
        found += pieces.push(told[at : at + size])
        at += size
    assert found == whole


def test_pieces_of_loud_words_fire_at_all() -> None:
    random = np.random.default_rng(1)
    words = "".join(random.choice(list("gs-u"), 500))
    assert len(fired(words)) > 50


def test_an_hour_takes_less_than_a_second() -> None:
    random = np.random.default_rng(0)
    told = random.dirichlet(np.full(42, 0.05), 112_500).astype(np.float32)
    labels = [*(f"word {index}" for index in range(40)), "_unknown_", "_silence_"]
    start = time.process_time()
    events = Detector(DetectorSettings(0.5, 0.1, 0.5), labels, 0.032).push(told)
    assert len(events) > 100
    assert time.process_time() - start < 1.5


def test_settings_survive_json_and_refuse_what_is_none() -> None:
    settings = DetectorSettings(0.91, 0.25, 0.75)
    assert DetectorSettings.from_json(settings.as_json()) == settings
    for wrong in (None, {}, {"threshold": 0.5}, {**settings.as_json(), "more": 1}):
        with pytest.raises(MusicRNNError, match="settings are threshold, smoothing, refractory"):
            DetectorSettings.from_json(wrong)
    for name, value in (("threshold", 0.0), ("smoothing", 2.5), ("refractory", "1")):
        with pytest.raises(MusicRNNError, match=f"detector {name} must be"):
            DetectorSettings.from_json({**settings.as_json(), name: value})
    with pytest.raises(MusicRNNError, match="4 labels"):
        Detector(settings, LABELS, STEP).push(np.zeros((2, 3), np.float32))
