import librosa
import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel, dequantize, quantize
from musicrnn.io.audio import read_audio
from musicrnn.waveform import Waveform


def noise(samples, seed=0):
    random = np.random.default_rng(seed)
    return Waveform(random.normal(0, 0.1, (1, samples)).astype(np.float32), 22_050)


@pytest.mark.filterwarnings("ignore:n_fft=")  # librosa warns of clips shorter than a frame
@pytest.mark.parametrize("samples", [1, 500, 22_050, 100_001])
@pytest.mark.parametrize("recipe", [LogMel(), LogMel(n_fft=1024, hop=256, n_mels=40, top_db=60)])
def test_equals_librosa(samples, recipe):
    wave = noise(samples)
    power = librosa.feature.melspectrogram(
        y=wave.samples[0],
        sr=recipe.rate,
        n_fft=recipe.n_fft,
        hop_length=recipe.hop,
        n_mels=recipe.n_mels,
    )
    theirs = librosa.power_to_db(power, ref=np.max, top_db=recipe.top_db).T
    assert np.abs(recipe.all_frames(wave) - theirs).max() < 1e-3


def test_silence_is_finite():
    frames = LogMel().all_frames(Waveform(np.zeros((1, 22_050), np.float32), 22_050))
    assert np.isfinite(frames).all()


@pytest.mark.parametrize(("genre", "clip"), [("blues", "00001"), ("classical", "00002")])
def test_real_clips_give_the_stored_frames(corpora, genre, clip):
    folder = corpora / "gtzan"
    names = (folder / "logmel" / f"{genre}.txt").read_text().split()
    stored = np.load(folder / "logmel" / f"{genre}.npy")[names.index(f"{genre}.{clip}")]
    ours = LogMel().frames(read_audio(folder / f"{genre}.{clip}.wav"))
    assert ours.shape == stored.shape == (387, 128)
    assert np.abs(ours - dequantize(stored)).max() < 0.2


@pytest.mark.parametrize("total", [1290, 1292, 1293, 1320])
def test_a_clip_keeps_387(total):
    expected = [int((j + 0.5) * total / 387.5) for j in range(387)]
    assert LogMel().kept(total).tolist() == expected


def test_other_lengths_keep_the_spacing():
    recipe = LogMel()
    seconds = np.diff(recipe.kept(100_000)).mean() * recipe.hop / recipe.rate
    assert seconds == pytest.approx(0.0775, abs=2e-4)
    for total in (1, 2, 44, 500, 1200, 1400, 5000):
        kept = recipe.kept(total)
        assert len(kept) == max(1, int(total * 387.5 / 1293))
        assert kept[0] >= 0
        assert kept[-1] < total
        assert ((np.diff(kept) == 3) | (np.diff(kept) == 4)).all()
    assert LogMel(keep=None).kept(7).tolist() == list(range(7))


def test_bytes_and_back():
    decibels = np.linspace(-80, 0, 4001, dtype=np.float32)
    assert np.abs(dequantize(quantize(decibels)) - decibels).max() <= 80 / 512 + 1e-4
    steps = np.arange(256, dtype=np.uint8)
    assert np.array_equal(quantize(dequantize(steps)), steps)


def test_refusals():
    with pytest.raises(MusicRNNError, match=r"got 2 at 44100 Hz: use waveform\.mono"):
        LogMel().frames(Waveform(np.zeros((2, 9), np.float32), 44_100))
    with pytest.raises(MusicRNNError, match=r"log-mel hop must be in 1\.\.65536, got 0"):
        LogMel(hop=0)
    with pytest.raises(MusicRNNError, match="at least one sample"):
        LogMel().frames(Waveform(np.zeros((1, 0), np.float32), 22_050))
