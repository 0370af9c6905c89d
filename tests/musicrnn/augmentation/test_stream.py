"""Streams made by code: what is where they say it is, at the SNR that they say."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicrnn.augmentation.noise import coloured
from musicrnn.augmentation.stream import (
    KINDS,
    Piece,
    StreamSettings,
    StreamSource,
    script,
    stream,
)
from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import read_audio
from musicrnn.metrics.detection import detection
from musicrnn.networks.detector import Detector, DetectorSettings

RATE = 16_000


def random_words(count: int = 12) -> np.ndarray:
    """Bursts of tone between 0.3 and 0.8 s, each with a pitch of its own; nothing around them."""
    time = np.arange(RATE) / RATE
    inside = ((time >= 0.3) & (time < 0.8)).astype(np.float64)
    waves = [np.sin(2 * np.pi * (300 + 100 * n) * time) * inside for n in range(count)]
    return np.rint(8000 * np.array(waves)).astype(np.int16)


@pytest.fixture(scope="module")
def source() -> StreamSource:
    random = np.random.default_rng(0)
    recording = coloured(random, 5 * RATE, 1.0)
    return StreamSource(random_words(), [f"w{n % 4}" for n in range(12)], RATE, [recording])


def made(source: StreamSource, seed: int = 1, **settings: object) -> list[Piece]:
    chosen = replace(StreamSettings(hours=300 / 3600), **settings)
    return list(stream(np.random.default_rng(seed), source, chosen))


def test_the_seed_alone_decides(source: StreamSource) -> None:
    first, again, other = made(source, 1), made(source, 1), made(source, 2)
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.samples, two.samples)
    assert script(first) == script(again)
    assert script(first) != script(other)


def test_pieces_make_the_whole(source: StreamSource) -> None:
    pieces = made(source, hours=150 / 3600)
    assert [len(piece.samples) / RATE for piece in pieces] == [60, 60, 30]
    whole = script(pieces)
    assert whole.seconds == 150
    assert [stretch.start for stretch in whole.stretches] == [0, 60, 120]
    assert all(np.abs(piece.samples).max() <= 1 for piece in pieces)


def test_gaps_share_of_unknown_and_turns(source: StreamSource) -> None:
    pieces = made(source, hours=0.4, snr=(0.0, 20.0))
    words = script(pieces).spoken
    for piece in pieces:
        for one, two in zip(piece.spoken, piece.spoken[1:], strict=False):
            assert 0.49 <= two.start - one.end <= 4.01
            assert piece.stretch.start <= one.start < one.end <= piece.stretch.end
    unknown = np.mean([word.label is None for word in words])
    assert 0.14 < unknown < 0.26
    assert [piece.stretch.background for piece in pieces[:5]] == [*KINDS, KINDS[0]]
    assert [piece.stretch.snr for piece in pieces[:9]] == [0.0] * 4 + [20.0] * 4 + [0.0]


def test_no_word_again_before_all_were_heard(source: StreamSource) -> None:
    each = replace(source, labels=[f"w{n}" for n in range(12)])
    said = [w.label for w in script(made(each, unknown=0.0)).spoken]
    for start in range(0, len(said) - 11, 12):
        assert len(set(said[start : start + 12])) == 12


def test_words_are_where_they_are_said_to_be(source: StreamSource) -> None:
    for piece in made(source, snr=(60.0,), unknown=0.0):
        loud = np.zeros(len(piece.samples), bool)
        for word in piece.spoken:
            assert word.end - word.start == pytest.approx(0.5, abs=0.021)
            begin = round((word.start - piece.stretch.start) * RATE)
            end = round((word.end - piece.stretch.start) * RATE)
            loud[max(0, begin - 400) : end + 400] = True
        power = np.square(piece.samples, dtype=np.float64)
        assert power[~loud].mean() < 1e-4 * power[loud].mean()


@pytest.mark.parametrize("snr", [0.0, 10.0])
def test_the_snr_is_what_it_is_said_to_be(source: StreamSource, snr: float) -> None:
    for piece in made(source, snr=(snr,)):
        word, gap = np.zeros(len(piece.samples), bool), np.ones(len(piece.samples), bool)
        gap[: RATE // 5], gap[-RATE // 5 :] = False, False
        for spoken in piece.spoken:
            begin = round((spoken.start - piece.stretch.start) * RATE)
            end = round((spoken.end - piece.stretch.start) * RATE)
            word[begin + 400 : end - 400] = True
            gap[max(0, begin - 800) : end + 800] = False
        power = np.square(piece.samples, dtype=np.float64)
        under, together = power[gap].mean(), power[word].mean()
        # music and knocks are not as loud at all times: where words are may be a quieter part
        wanted = pytest.approx(snr, abs=1.0 if piece.stretch.background != "music" else 3.0)
        assert 10 * np.log10(together / under - 1) == wanted


def test_real_words_and_an_oracle(corpora: Path) -> None:
    """Who knows what is said when hears everything and nothing else."""
    folder = corpora / "arabic-speech-commands" / "dataset"
    files = [path for word in sorted(folder.iterdir())[:4] for path in sorted(word.glob("*"))[:5]]
    clips = [read_audio(path).mono().resampled(RATE).samples[0] for path in files]
    sounds = [np.resize(clip, RATE) for clip in clips]
    words = np.rint(np.array(sounds).clip(-1, 1) * 32767).astype(np.int16)
    source = StreamSource(words, [path.parent.name for path in files], RATE)
    pieces = made(source, hours=180 / 3600)
    assert {piece.stretch.background for piece in pieces} == {"noise", "music", "babble"}
    said, step = script(pieces), 0.032
    labels = (*sorted(set(source.labels)), "_unknown_", "_silence_")
    told = np.zeros((round(said.seconds / step), len(labels)), np.float32)
    told[:, -1] = 1
    for word in said.spoken:
        rows = slice(round(word.start / step), round(word.end / step) + 1)
        told[rows] = 0
        told[rows, labels.index(word.label or "_unknown_")] = 1
    events = Detector(DetectorSettings(0.9, 0.1, 0.2), labels, step).push(told)
    figures = detection(said, events)
    assert figures.n > 20
    assert (figures.detection, figures.false_accepts_an_hour, figures.confused) == (1.0, 0.0, 0)


def test_what_no_stream_can_be_made_of(source: StreamSource) -> None:
    with pytest.raises(MusicRNNError, match="two words"):
        StreamSource(random_words(2), ["go", "go"], RATE)
    with pytest.raises(MusicRNNError, match="two words"):
        StreamSource(random_words(2), ["go"], RATE)
    for wrong in ({"hours": 0.0}, {"snr": ()}, {"snr": (99.0,)}, {"unknown": 2.0}):
        with pytest.raises(MusicRNNError, match=r"must|lasts|is in"):
            StreamSettings(**wrong)
    with pytest.raises(MusicRNNError, match="gaps must rise"):
        StreamSettings(gaps=(3.0, 1.0))
