"""Streams heard: piece by piece as a whole, what clips lose, and the detector that is chosen."""

import numpy as np
import pytest
import torch

from musicrnn.augmentation.stream import Piece, StreamSettings, StreamSource, stream
from musicrnn.errors import MusicRNNError
from musicrnn.events import Script, Spoken, Stretch
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.listening.curve import Curve
from musicrnn.networks.words import WordsModel
from musicrnn.networks.words_config import WordsConfig
from musicrnn.training.words.choice import choose
from musicrnn.training.words.data import Other
from musicrnn.training.words.detector import chosen_detector, heard_by
from musicrnn.training.words.stream import HeardStream, hear, hear_sound, streaming_cost

RECIPE = CausalLogMel()
LABELS = ("go", "stop", "_unknown_", "_silence_")


def small(bidirectional: bool = False) -> WordsModel:
    torch.manual_seed(0)
    sizes = {"hidden": 8, "channels": 2, "last": 4, "depth": 0}
    return WordsModel(WordsConfig(labels=4, bidirectional=bidirectional, **sizes)).eval()


def words(count: int = 6) -> np.ndarray:
    random = np.random.default_rng(0)
    time = np.arange(16_000) / 16_000
    inside = (time > 0.2) & (time < 0.8)
    pitches = 300 + 400 * (np.arange(count) % 2)
    waves = np.sin(2 * np.pi * pitches[:, None] * time) * inside
    return np.rint(6000 * waves + 60 * random.standard_normal((count, 16_000))).astype(np.int16)


SOURCE = StreamSource(words(), ["go", "stop"] * 3, 16_000)


def test_pieces_are_heard_as_one_sound() -> None:
    [piece] = stream(np.random.default_rng(0), SOURCE, StreamSettings(hours=20 / 3600))
    cuts = np.split(piece.samples, [700, 1000, 90_001, 250_000])
    stretch = piece.stretch
    cut = [Piece(part, (), stretch) for part in cuts]
    model = small()
    whole = hear(model, RECIPE, [piece], labels=LABELS, temperature=1.5)
    pieces = hear(model, RECIPE, cut, labels=LABELS, temperature=1.5)
    assert whole.probabilities.shape == (20 * 16_000 // 512, 4)
    assert whole.step_seconds == pytest.approx(0.032)
    np.testing.assert_allclose(pieces.probabilities, whole.probabilities, atol=1e-5)
    np.testing.assert_allclose(whole.probabilities.sum(1), 1, atol=1e-5)


def test_a_long_sound_is_heard_in_parts_side_by_side() -> None:
    made, recipe = small(), CausalLogMel()
    sound = np.random.default_rng(3).integers(-9000, 9000, 16 * 50_000 + 7).astype(np.int16)
    found = hear_sound(made, recipe, sound, temperature=1.0)
    assert found.shape == (16, 50_000 // 512, len(LABELS))
    part = sound[5 * 50_000 : 6 * 50_000].astype(np.float32) / 32_768
    alone = hear(
        made,
        recipe,
        [Piece(part, (Spoken(0, 1, "go"),), Stretch(0, 3, "noise", 10))],
        labels=LABELS,
        temperature=1.0,
    )
    np.testing.assert_allclose(found[5], alone.probabilities, atol=1e-5)


def test_what_reads_both_ways_is_refused() -> None:
    with pytest.raises(MusicRNNError, match="cannot be streamed"):
        hear(small(bidirectional=True), RECIPE, [], labels=LABELS, temperature=1.0)


def test_clips_in_streams_of_their_own_lose_nothing() -> None:
    """Up to 16 clips are heard side by side, each from silence: the same answers both ways."""
    cost = streaming_cost(small(), RECIPE, words(12), np.arange(12) % 4)
    assert (cost.n, cost.streaming_costs) == (12, 0.0)
    assert cost.accuracy == cost.streamed_accuracy
    assert cost.interval[0] <= cost.accuracy <= cost.interval[1]


def test_a_network_with_one_answer_loses_nothing_either() -> None:
    model = small()
    sounds, labels = words(64), np.arange(64) % 2
    with torch.no_grad():
        model.output.weight.zero_()
        model.output.bias.copy_(torch.tensor([1.0, 0, 0, 0]))
    always = streaming_cost(model, RECIPE, sounds, labels)
    assert (always.accuracy, always.streamed_accuracy) == (0.5, 0.5)
    with pytest.raises(MusicRNNError, match="got none"):
        streaming_cost(model, RECIPE, sounds[:0], labels[:0])


def test_the_detector_is_chosen_between_words_and_noise() -> None:
    """Words at 0.8, something else at 0.6 now and then: a threshold between keeps them apart."""
    told = np.full((112_500, 4), (0.0, 0.0, 0.0, 1.0), np.float32)
    spoken: list[Spoken] = []
    for number, at in enumerate(range(50, 112_000, 200)):
        if number % 5:
            told[at : at + 15] = (0.8, 0.0, 0.0, 0.2)
            spoken.append(Spoken(at * 0.032, (at + 12) * 0.032, "go"))
        else:
            told[at : at + 15] = (0.0, 0.6, 0.0, 0.4)
    script = Script(tuple(spoken), (Stretch(0, 3600, "noise", 10.0),))
    choice = choose(HeardStream(script, LABELS, told, 0.032))
    assert choice.met
    assert (choice.point.miss, choice.point.false_accepts_an_hour) == (0.0, 0.0)
    assert 0.6 < choice.settings.threshold < 0.8
    points = {point.threshold: point for point in choice.sweep}
    assert points[choice.settings.threshold] == choice.point
    assert Curve.of_sweep(choice.sweep, 1.0).at_most(1.0).threshold == choice.settings.threshold


def test_calibration_is_brief_where_there_are_few_words() -> None:
    heard = heard_by(small(), RECIPE, SOURCE, labels=LABELS, temperature=1.0)
    assert heard.others is None
    settings, curve, figures = chosen_detector([heard])
    assert figures["valid_stream_hours"] == pytest.approx(1 / 12)
    assert 0 <= figures["valid_stream_detection"] <= 1
    assert figures["valid_stream_false_accepts_an_hour"] >= 0
    assert curve.hours == figures["valid_stream_hours"]
    assert Curve.from_json(curve.as_json()).hours == curve.hours
    again, other, _ = chosen_detector(
        [heard_by(small(), RECIPE, SOURCE, labels=LABELS, temperature=1.0)]
    )
    assert (again, other) == (settings, curve)
    sound = np.random.default_rng(1).integers(-900, 900, 2 * 16_000 * 16).astype(np.int16)
    beside = heard_by(
        small(),
        RECIPE,
        SOURCE,
        [Other("music", sound), Other("words", sound)],
        labels=LABELS,
        temperature=1.0,
    )
    _, curve, figures = chosen_detector([beside, beside])
    assert curve.hours == figures["valid_wordless_hours"] == pytest.approx(4 * 16 / 3600, rel=0.05)
    assert figures["valid_stream_hours"] == pytest.approx(1 / 6)
