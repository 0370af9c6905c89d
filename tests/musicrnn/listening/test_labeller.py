"""The bundled genre model on real songs, and labellers that cannot be."""

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import read_audio, write_audio
from musicrnn.pretrained import load_model
from musicrnn.training.task import task_of
from musicrnn.waveform import Waveform


@pytest.fixture(scope="module")
def genre():
    return labeller_of(load_model("genre"))


def labeller_of(checkpoint):
    return task_of(checkpoint).labeller(checkpoint, "cpu")


def stereo_44100(path):
    wave = read_audio(path).resampled(44_100)
    right = wave.samples * np.float32(0.8)
    return Waveform(np.concatenate([wave.samples, right]).clip(-1, 1), 44_100)


@pytest.mark.parametrize("song", ["blues.00001", "classical.00002"])
def test_the_same_song_in_any_format_has_the_same_label(corpora, tmp_path, genre, song):
    source = corpora / "gtzan" / f"{song}.wav"
    expected = genre.classify_file(source)
    for suffix in ("wav", "mp3", "ogg", "flac"):
        path = tmp_path / f"song.{suffix}"
        write_audio(stereo_44100(source), path)
        answer = genre.classify_file(path)
        assert answer.label == expected.label
        assert answer.probability == pytest.approx(expected.probability, abs=0.25)


def test_what_is_answered(corpora, genre):
    answer = genre.classify_file(corpora / "gtzan" / "classical.00002.wav")
    assert answer.label == "classical"
    assert answer.likely
    assert sum(answer.probabilities.values()) + answer.none == pytest.approx(1.0)
    assert list(answer.probabilities.values()) == sorted(answer.probabilities.values())[::-1]
    assert [(m.start, m.label) for m in answer.timeline] == [(0.0, "classical")]


def test_a_long_song_moves_through_labels(corpora, tmp_path, genre):
    parts = [
        read_audio(corpora / "gtzan" / f"{name}.wav").samples
        for name in ("classical.00002", "blues.00001", "classical.00002")
    ]
    silence = np.zeros((1, 40 * 22_050), np.float32)
    whole = Waveform(np.concatenate([*parts, silence], axis=1), 22_050)
    write_audio(whole, tmp_path / "long.flac")
    answer = genre.classify_file(tmp_path / "long.flac")
    assert answer.timeline[0].label == "classical"
    assert answer.timeline[-1].label is None
    assert "silent" in (answer.timeline[-1].reason or "")
    starts = [moment.start for moment in answer.timeline]
    assert starts[:-1] == [15.0 * k for k in range(len(starts) - 1)]
    assert starts[-1] == pytest.approx(90.0, abs=0.3)  # where the pause begins
    assert answer.timeline[-1].end == pytest.approx(whole.seconds, abs=1.0)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda r: r.normal(0, 0.1, 66_150), "is noise"),
        (lambda r: (r.integers(0, 256, 66_150) - 128) / 128, "is noise"),
        (lambda r: np.zeros(66_150), "is silent"),
        (lambda r: r.normal(0, 0.1, 11_025), "too short"),
    ],
)
def test_no_guess_for_what_is_no_music(tmp_path, genre, make, says):
    samples = np.float32(make(np.random.default_rng(0)))[None]
    write_audio(Waveform(samples.clip(-1, 1), 22_050), tmp_path / "a.wav")
    with pytest.raises(MusicRNNError, match=says):
        genre.classify_file(tmp_path / "a.wav")


def test_damaged_headers():
    model = load_model("genre")
    for change, says in (
        ({"task": "voices"}, "composes voices side by side.*: it cannot classify"),
        ({"task": "genres"}, "task must be one of compose, .*got 'genres'"),
        ({"labels": ["a"]}, "tells 11 labels apart"),
        ({"labels": None}, "tells 11 labels apart"),
        ({"features": {"name": "mfcc"}}, "no log-mel recipe"),
        ({"temperature": "hot"}, "temperature in the model's header"),
        ({"temperature": 0}, "temperature in the model's header"),
        ({"model": None}, "has no 'model'"),
        ({"model": {**model.metadata["model"], "hidden": 4096}}, "the configuration says"),
    ):
        with pytest.raises(MusicRNNError, match=says):
            labeller_of(Checkpoint(model.arrays, {**model.metadata, **change}))
    with pytest.raises(MusicRNNError, match=r"device must be auto, cpu or cuda.*got 'gqu'"):
        task_of(model).labeller(model, "gqu")
