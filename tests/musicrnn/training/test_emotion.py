"""What an emotion model reads, by hand; its baseline, its windows, its figures, its labels."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.bootstrap import drawn_groups, percentiles
from musicrnn.score import Key, Note, Score, Tempo, TimeSignature, Track, make_score
from musicrnn.training.data import Card, DataRequest, Piece
from musicrnn.training.emotion.bars import (
    BAR_NUMBERS,
    PIECE_NUMBERS,
    EmotionSettings,
    EmotionSizes,
    RatedPiece,
    Reading,
    bar_numbers,
    fit_logistic,
    logistic_weights,
    piece_numbers,
    read,
    sigmoid,
)
from musicrnn.training.emotion.network import (
    EmotionNetwork,
    EmotionObjective,
    balanced_accuracy,
    emotion_figures,
    nats_of,
    window,
    window_probabilities,
    window_starts,
)
from musicrnn.training.emotion.task import EMOTION, predictions, quadrants
from tests.musicrnn.four_voices import random_score
from tests.musicrnn.training.small import data_of

SMALL = EmotionSettings(hidden=4, crop=4, batch_size=4)


def tune() -> Score:
    """A bar of two quarters, one of nothing, one of a whole chord, at 60 quarters a minute."""
    notes = (
        Note(0, 60, 480, 64), Note(960, 64, 480, 96),
        Note(3840, 60, 1920, 80), Note(3840, 67, 1920, 80),
    )  # fmt: skip
    drums = Track((Note(0, 36, 10, 127),), is_drum=True)
    return make_score(
        480, [Track(notes), drums], tempos=[Tempo.from_bpm(0, 60)], keys=[Key(0, 0, False)]
    )


def named(row: np.ndarray, names: tuple[str, ...]) -> dict[str, float]:
    return dict(zip(names, row.tolist(), strict=True))


def test_the_numbers_of_known_bars() -> None:
    first, empty, chord = (named(row, BAR_NUMBERS) for row in read(tune()).bars)
    assert first["log tempo"] == pytest.approx(log(60), abs=0.05)  # of the nearest tempo token
    assert first["onsets a quarter"] == pytest.approx(0.5)
    assert first["log notes a quarter"] == pytest.approx(log(2.5 / 4))
    assert (first["pitch"], first["lowest"], first["highest"]) == (62, 60, 64)
    assert first["deviation of pitch"] == pytest.approx(2)
    assert first["log length"] == pytest.approx(0)
    assert first["polyphony"] == pytest.approx(0.5)
    assert (first["degree 0"], first["degree 4"], first["empty"]) == (0.5, 0.5, 0)
    assert first["minor"] == 0
    assert empty["empty"] == 1
    assert empty["log notes a quarter"] == pytest.approx(log(0.5 / 4))
    assert empty["pitch"] == first["pitch"]
    assert chord["polyphony"] == pytest.approx(2)
    assert chord["onsets a quarter"] == pytest.approx(0.25)
    assert chord["log length"] == pytest.approx(log(4))
    assert chord["degree 7"] == pytest.approx(0.5)


def test_degrees_are_counted_from_the_tonic() -> None:
    moved = [read(tune().transposed(by)).bars for by in (0, 5)]
    same = [name for name in BAR_NUMBERS if name not in ("pitch", "lowest", "highest")]
    for name in same:
        at = BAR_NUMBERS.index(name)
        np.testing.assert_allclose(moved[0][:, at], moved[1][:, at], atol=1e-5, err_msg=name)


def test_the_numbers_of_a_known_piece() -> None:
    found = named(piece_numbers(tune()), PIECE_NUMBERS)
    assert found["minor"] == 0
    assert found["major minus minor"] > 0
    assert found["log notes a quarter"] == pytest.approx(log(4 / 12))
    assert found["log notes a second"] == pytest.approx(log(4 / 12))
    assert found["pitch"] == pytest.approx(62.75)
    assert found["velocity"] == pytest.approx(80)
    assert found["log tempo"] == pytest.approx(log(60))
    assert found["log length"] == pytest.approx(log(10 / 4))
    assert found["polyphony"] == pytest.approx(10 / 6)  # of six quarters in which something sounds
    faster = named(piece_numbers(replace(tune(), tempos=(Tempo.from_bpm(0, 120),))), PIECE_NUMBERS)
    assert faster["log notes a second"] == pytest.approx(log(8 / 12))
    assert faster["log length in seconds"] == pytest.approx(found["log length"] - log(2))


def test_what_cannot_be_read_is_said() -> None:
    with pytest.raises(MusicRNNError, match="none of the piece's notes"):
        read(make_score(480, [Track((Note(0, 36, 10, 127),), is_drum=True)]))


def test_bars_of_an_odd_metre_are_read_split() -> None:
    """19/16 as 10/16 9/16; see musicrnn.tokens.beat.bars."""
    metres = [TimeSignature(0, 19, 16)], [TimeSignature(0, 10, 16), TimeSignature(1200, 9, 16)]
    odd, split = (make_score(480, tune().tracks, time_signatures=each) for each in metres)
    assert len(read(odd).bars) > 1
    assert (read(odd).bars[:2] == read(split).bars[:2]).all()


def rated(seed: int, valence: int, arousal: int, group: str = "") -> RatedPiece:
    """Arousal raises the 4th number of a piece, valence the 3rd; both are noisy."""
    random = np.random.default_rng(seed)
    piece = random.standard_normal(len(PIECE_NUMBERS))
    piece[[2, 3]] += (3 * valence, 3 * arousal)
    bars = random.standard_normal((5 + seed % 7, len(BAR_NUMBERS))).astype(np.float32)
    ratings = np.array([valence, arousal], np.int8)
    return RatedPiece(str(seed), group or str(seed), ratings, Reading(bars, piece))


def many(count: int, first: int = 0) -> list[RatedPiece]:
    return [
        rated(seed, 1 - 2 * (seed % 2), 1 - 2 * (seed // 2 % 2))
        for seed in range(first, first + count)
    ]


def test_the_regression_is_where_the_loss_is_least() -> None:
    random = np.random.default_rng(0)
    x, positive = random.standard_normal((50, 3)), random.random(50) < 0.7
    w = logistic_weights(x, positive, 2.0)

    def loss(v: np.ndarray) -> float:
        p = sigmoid(x @ v[:-1] + v[-1])
        return float(-np.log(np.where(positive, p, 1 - p)).sum() + (v[:-1] ** 2).sum())

    for step in 1e-3 * np.concatenate([np.eye(4), -np.eye(4)]):
        assert loss(w + step) > loss(w)
    assert abs(logistic_weights(x, positive, 200.0)[:-1]).max() < abs(w[:-1]).max() / 2


def test_an_axis_that_is_not_known_does_not_count() -> None:
    pieces = many(20)
    unknown = [replace(p, ratings=p.ratings * np.array([1, 0], np.int8)) for p in many(6, 90)]
    with_them, without = fit_logistic([*pieces, *unknown]), fit_logistic(pieces)
    assert not np.allclose(with_them.weights[0], without.weights[0])
    told, ratings = np.full((1, 2, 2), 0.25), np.array([[1, 0], [-1, -1]], np.int8)
    np.testing.assert_allclose(nats_of(told, ratings)[0], [-log(0.25 * 0.75) / 2, -log(0.75)])


def test_the_network_holds_the_regression() -> None:
    torch.manual_seed(0)
    network = EMOTION.build(data_of(many(20), []), SMALL).eval()
    pieces = many(8, 50)
    bars = torch.from_numpy(np.stack([window(p.reading.bars, 0, 4) for p in pieces]))
    whole = torch.from_numpy(np.stack([p.reading.piece for p in pieces])).float()
    with torch.no_grad():
        other = 2 * network.together(bars, whole) - network(bars)
    wanted = fit_logistic(many(20)).logits(pieces)
    np.testing.assert_allclose(other.numpy(), wanted, rtol=1e-3, atol=1e-4)


def test_windows() -> None:
    assert window_starts(10, 24) == [0]
    assert window_starts(48, 24) == [0, 24]
    assert window_starts(60, 24) == [0, 36]
    assert window_starts(1000, 24) == [0, 195, 390, 586, 781, 976]
    bars = np.arange(3, dtype=np.float32)[:, None]
    assert window(bars, 0, 7)[:, 0].tolist() == [0, 1, 2, 0, 1, 2, 0]
    torch.manual_seed(0)
    network = EmotionNetwork(EmotionSizes(hidden=4, crop=4)).eval()
    pieces = many(6)
    together = window_probabilities(network, [p.reading for p in pieces])
    for piece, rows in zip(pieces, together, strict=True):
        alone = window_probabilities(network, [piece.reading])[0]
        assert len(rows) == len(window_starts(len(piece.reading.bars), 4))
        np.testing.assert_allclose(rows, alone, atol=1e-6)


def test_a_batch_is_what_seed_and_number_say() -> None:
    torch.manual_seed(0)
    network = EmotionNetwork(SMALL.extended(EmotionSizes, {})).eval()
    objective = EmotionObjective(network, many(12), many(4), settings=SMALL, seed=5)
    first = [objective.loss(network)[0].item() for _ in range(3)]
    objective.seek({"drawn": 1})
    assert [objective.loss(network)[0].item() for _ in range(2)] == first[1:]
    assert len(set(first)) == 3
    unrated = [replace(p, ratings=np.zeros(2, np.int8)) for p in many(12)]
    nothing = EmotionObjective(network, unrated, many(4), settings=SMALL, seed=5)
    assert nothing.loss(network) == (0.0, 4)


def test_figures_by_hand() -> None:
    pieces = [rated(0, 1, 1, "a"), rated(1, 1, -1, "a"), rated(2, 1, 1, "b"), rated(3, -1, 0, "b")]
    told = np.full((3, 4, 2), 0.5)
    told[0, :, 0] = [0.8, 0.8, 0.2, 0.4]
    called = told > 0.5
    called[1] = True
    found = emotion_figures(told, called, pieces)
    assert (found.n, found.groups) == (4, 2)
    valence, arousal = found.axes["valence"], found.axes["arousal"]
    assert (valence.n, arousal.n) == (4, 3)
    assert valence.accuracy == pytest.approx((2 / 3 + 1) / 2)
    assert valence.majority == arousal.majority == 0.5
    assert valence.nats == pytest.approx(-log(0.8 * 0.8 * 0.2 * 0.6) / 4)
    assert valence.baselines["commonest label"] == {"accuracy": 0.5, "nats": pytest.approx(log(2))}
    assert valence.interval == (0.5, 1.0)  # "b" twice: 0 of 1 and 1 of 1; "a" twice: 2 of 2
    text = found.as_text()
    assert "83.3% (50.0% .. 100.0%)" in text
    assert "logistic regression" in text
    alone = emotion_figures(told, called, [replace(p, group="a") for p in pieces])
    assert alone.as_json()["valence"]["interval"] is None


def test_games_are_drawn_whole() -> None:
    drawn = drawn_groups(["a", "b", "a", "c"], 200)
    assert (drawn[:, 0] == drawn[:, 2]).all()
    assert (drawn[:, [0, 1, 3]].sum(1) == 3).all()
    ratings = np.array([[1, 1], [-1, -1]], np.int8)
    found = balanced_accuracy(np.ones((1, 2, 2), bool), ratings, np.array([[1, 1], [0, 3], [0, 0]]))
    np.testing.assert_array_equal(found[:, 0, 0], [0.5, 0.0, np.nan])
    assert percentiles(np.array([0.5, np.nan, 0.5])) == (0.5, 0.5)


def test_predictions_beside_the_baselines() -> None:
    torch.manual_seed(0)
    train = [*many(20), rated(200, 1, 1)]
    network = EMOTION.build(data_of(train, []), SMALL).eval()
    told, called = predictions(network, data_of(train, [], many(16, 300)), "test")
    assert told.shape == called.shape == (3, 16, 2)
    np.testing.assert_allclose(told[1], 11 / 21)
    assert called[1].all()
    right = np.stack([piece.ratings > 0 for piece in many(16, 300)])
    assert (called[2] == right).mean() > 0.9


def test_quadrants() -> None:
    found = quadrants(np.array([0.8, 0.4]))
    assert found == pytest.approx({"calm": 0.48, "excited": 0.32, "sad": 0.12, "tense": 0.08})
    assert list(found) == ["calm", "excited", "sad", "tense"]


def piece(name: str, **ratings: int) -> Piece:
    return Piece(name, "train", lambda: random_score(0, bars=2), ratings=ratings)


def test_pieces_without_a_rating_are_left_out() -> None:
    card = Card("made", "made", "scores", "here", "MIT", "none", ratings=("valence", "arousal"))
    request = DataRequest(("made",))
    data = EMOTION.encode([(card, [piece("a", valence=-1), piece("b")])], request)
    assert [p.ratings.tolist() for p in data.examples["train"]] == [[-1, 0]]
    assert data.examples["train"][0].group == "a"
    assert [skipped.name for skipped in data.refused] == ["b"]
    with pytest.raises(MusicRNNError, match="no piece is rated for valence or arousal"):
        EMOTION.encode([(card, [piece("b")])], request)


def test_one_sign_alone_teaches_nothing() -> None:
    one = [replace(p, ratings=abs(p.ratings)) for p in many(4)]
    with pytest.raises(MusicRNNError, match=r"no ratings to train on, \+1 and -1, for valence"):
        EMOTION.check(data_of(one, many(4)))
    unknown = [replace(p, ratings=p.ratings * np.array([1, 0], np.int8)) for p in many(4)]
    with pytest.raises(MusicRNNError, match="no ratings to validate on for arousal"):
        EMOTION.check(data_of(many(4), unknown))


def test_the_bars_are_those_of_the_tokens() -> None:
    from musicrnn.training.emotion.bars import TOKENIZER

    score = random_score(1, bars=3)
    decoded = TOKENIZER.decode(TOKENIZER.encode(score))
    np.testing.assert_allclose(bar_numbers(decoded), read(score).bars)
