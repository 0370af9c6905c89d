"""Other sound: where words are heard that nobody said, and what that makes of a detector."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from musicrnn.events import Script, Spoken, Stretch
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.networks.detector import DetectorSettings
from musicrnn.networks.words import WordsModel
from musicrnn.networks.words_config import WordsConfig
from musicrnn.training.words.choice import choose
from musicrnn.training.words.data import Other
from musicrnn.training.words.stream import HeardStream
from musicrnn.training.words.validation import RATES, ValidationStream
from musicrnn.training.words.wordless import HeardOthers, everyday_kinds, hear_others
from tests.musicrnn.training.test_words import material, objective

LABELS = ("go", "stop", "_unknown_", "_silence_")
STEP = 0.032
HOUR = round(3600 / STEP)


def hour(*heard: tuple[int, float, int]) -> np.ndarray:
    """An hour of silence in which labels are heard: which, how surely, how often."""
    told = np.full((HOUR, 4), (0.0, 0.0, 0.0, 1.0), np.float32)
    at = iter(range(100, HOUR, 60))
    for label, probability, times in heard:
        for _ in range(times):
            start = next(at)
            told[start : start + 12] = 0
            told[start : start + 12, label] = probability
            told[start : start + 12, 2] = 1 - probability
    return told


def test_an_hour_is_made_up_of_the_kinds_at_hand() -> None:
    settings = DetectorSettings(threshold=0.8, smoothing=0.2, refractory=0.5)
    words, music = hour((0, 0.9, 30)), hour((1, 0.9, 4))
    both = HeardOthers({"words": words, "music": music}, LABELS, STEP)
    assert both.hours == pytest.approx(2, rel=1e-4)
    expected = (0.1 * 30 + 0.45 * 4) / 0.55
    assert both.false_accepts(settings) == pytest.approx(expected, rel=1e-3)
    alone = HeardOthers({"words": words}, LABELS, STEP)
    assert alone.false_accepts(settings) == pytest.approx(30, rel=1e-3)
    assert both.false_accepts(replace(settings, threshold=0.95)) == 0


def test_music_alone_is_no_everyday_sound() -> None:
    """A threshold that is chosen on hours without speech says nothing of talk."""
    assert everyday_kinds(["music"]) == []
    assert everyday_kinds(["music", "words", "noise"]) == ["music", "words"]
    torch.manual_seed(0)
    sizes = {"hidden": 8, "channels": 2, "last": 4, "depth": 0}
    model, recipe = WordsModel(WordsConfig(labels=4, **sizes)).eval(), CausalLogMel()
    sound = np.random.default_rng(0).integers(-900, 900, 16 * 16_000).astype(np.int16)
    music = [Other("music", sound)] * 2
    for others, kinds in ((music, None), ([*music, Other("words", sound)], {"music", "words"})):
        heard = hear_others(model, recipe, others, labels=LABELS, temperature=1.0)
        assert (heard and set(heard.kinds)) == kinds
        data = replace(material(9), others=lambda split, others=others: others)
        assert set(ValidationStream(data, objective(12).labels).others) == (kinds or set())


def test_words_that_are_often_heard_must_be_surer() -> None:
    others = HeardOthers({"words": hour((0, 0.9, 40), (1, 0.9, 4))}, LABELS, STEP)
    margins = others.margins(0.2)
    assert set(margins) == {"go", "stop"}
    assert margins["go"] > 0 > margins["stop"]
    thresholds = DetectorSettings(0.9, 0.2, 0.5, margins).thresholds(LABELS)
    assert thresholds[0] > 0.9 > thresholds[1]
    np.testing.assert_allclose(thresholds[2:], 0.9)
    few = HeardOthers({"words": hour((0, 0.9, 5))}, LABELS, STEP)
    assert few.margins(0.2) == {}


def test_a_detector_is_chosen_on_other_sound() -> None:
    """What the stream has of unknown speech does not count where there is other sound."""
    spoken, told = list[Spoken](), hour()
    for at in range(50, HOUR - 100, 200):
        told[at : at + 15] = (0.97, 0.0, 0.03, 0.0)
        spoken.append(Spoken(at * STEP, (at + 12) * STEP, "go"))
        told[at + 100 : at + 115] = (0.0, 0.99, 0.01, 0.0)  # on something that is no word
    heard = HeardStream(Script(tuple(spoken), (Stretch(0, 3600, "noise", 10),)), LABELS, told, STEP)
    alone = choose(heard, most=1.0)
    assert not alone.met or alone.point.miss == 1
    beside = choose(heard, HeardOthers({"words": hour((0, 0.9, 40))}, LABELS, STEP), most=1.0)
    assert beside.met
    assert beside.point.miss == 0
    assert beside.settings.margins["go"] > 0


def test_what_is_missed_lies_between_nothing_and_all() -> None:
    made = objective(12)
    stream = ValidationStream(material(9), made.labels)
    assert stream.frames.shape[0] == 1  # a minute
    missed = stream.missed(made.module.eval())
    assert 0 <= missed <= 1
    assert (missed * len(RATES) * stream_words(stream)) % 1 == pytest.approx(0, abs=1e-6)


def stream_words(stream: ValidationStream) -> int:
    return sum(word.label is not None for word in stream.script.spoken)
