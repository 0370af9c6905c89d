import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.features.logmel import LogMel, logmel_from, quantize
from musicrnn.io.audio import write_audio
from musicrnn.listening.pauses import without_pauses
from musicrnn.listening.windows import score_windows, sound_windows
from musicrnn.waveform import Waveform

RECIPE = LogMel()


def song(seconds, rate=22_050):
    """A melody that changes note four times a second."""
    t = np.arange(round(seconds * rate)) / rate
    notes = np.random.default_rng(0).integers(0, 24, int(seconds * 4) + 1)
    pitch = 220 * 2 ** (notes[(t * 4).astype(int)] / 12)
    return Waveform(np.float32(0.4 * np.sin(2 * np.pi * pitch * t) * (1 - t * 4 % 1))[None], rate)


@pytest.mark.parametrize(
    ("seconds", "spans"),
    [
        (1.0, [(0, 1.0)]),
        (14.0, [(0, 14.0)]),
        (15.5, [(0, 15.0)]),
        (30.0, [(0, 30.0)]),
        (30.6, [(0, 30.0)]),
        (44.0, [(0, 30.0), (15, 29.0)]),
        (75.0, [(0, 30.0), (15, 30.0), (30, 30.0), (45, 30.0)]),
    ],
)
def test_songs_of_any_length(tmp_path, seconds, spans):
    path = tmp_path / "a.wav"
    write_audio(song(seconds), path)
    windows = list(sound_windows(path, RECIPE, hop_seconds=15.0))
    assert [(w.start, w.seconds) for w in windows] == spans
    for window in windows:
        assert window.values.dtype == np.uint8
        assert len(window.values) == pytest.approx(window.seconds / 0.0775, abs=2)


def test_a_window_hears_what_the_recipe_says(tmp_path):
    path, wave = tmp_path / "a.wav", song(20)
    write_audio(wave, path)
    (window,) = sound_windows(path, RECIPE, hop_seconds=30.0)
    expected = quantize(RECIPE.frames(wave)).astype(int)
    assert np.abs(window.values - expected).max() <= 64  # 16 bits near the floor of -80 dB
    assert np.abs(window.values - expected).mean() < 0.5


def test_refused_windows_say_why(tmp_path):
    whole = song(30).samples
    quiet = np.zeros((1, 30 * 22_050), np.float32)
    write_audio(Waveform(np.concatenate([whole, quiet], axis=1), 22_050), tmp_path / "a.wav")
    first, second = sound_windows(tmp_path / "a.wav", RECIPE, hop_seconds=30.0)
    assert first.refused is None
    assert "silent" in (second.refused or "")
    write_audio(song(0.5), tmp_path / "b.wav")
    with pytest.raises(MusicRNNError, match=r"b\.wav: 0\.50 s of sound is too short"):
        list(sound_windows(tmp_path / "b.wav", RECIPE, hop_seconds=15.0))


def test_silence_in_front_in_the_middle_and_behind_changes_no_window(tmp_path):
    sound, nothing = song(44).samples, np.zeros((1, 3 * 22_050), np.float32)
    parts = (nothing, sound[:, : 10 * 22_050], nothing, sound[:, 10 * 22_050 :], nothing)
    write_audio(Waveform(sound, 22_050), tmp_path / "a.wav")
    write_audio(Waveform(np.concatenate(parts, axis=1), 22_050), tmp_path / "b.wav")
    plain = list(sound_windows(tmp_path / "a.wav", RECIPE, hop_seconds=15.0))
    found = list(sound_windows(tmp_path / "b.wav", RECIPE, hop_seconds=15.0))
    heard = [window for window in found if window.refused is None]
    pauses = [(round(w.start), round(w.end)) for w in found if "silent" in (w.refused or "")]
    assert pauses == [(0, 3), (13, 16), (50, 53)]
    assert [(round(w.start), round(w.end), w.seconds) for w in heard] == [(3, 36, 30), (21, 50, 29)]
    for one, other in zip(plain, heard, strict=True):
        assert (one.values == other.values).all()


@pytest.mark.parametrize("level", [0.0, 0.3, -1 / 128])
def test_a_constant_is_silence(tmp_path, level):
    still = np.full((1, 3 * 22_050), level, np.float32)
    sound = song(4).samples
    write_audio(Waveform(np.concatenate([still, sound], axis=1), 22_050), tmp_path / "a.wav")
    heard, pause = sound_windows(tmp_path / "a.wav", RECIPE, hop_seconds=15.0)
    assert "silent" in (pause.refused or "")
    assert (heard.start, heard.seconds) == (pytest.approx(3, abs=0.2), pytest.approx(4, abs=0.2))


def test_an_hour_of_silence_is_one_pause_and_no_memory():
    def pieces():
        for _ in range(240):
            yield Waveform(np.zeros((1, 15 * 8000), np.float32), 8000)

    found = list(without_pauses(pieces()))
    assert all(stretch.pause for stretch in found)
    assert sum(stretch.sound.seconds for stretch in found) == pytest.approx(3600)


def test_a_short_rest_belongs_to_the_music():
    sound = song(3).samples
    sound[:, 22_050 : 22_050 + 17_000] = 0
    whole = Waveform(sound, 22_050)
    stretches = list(without_pauses([whole]))
    assert not any(stretch.pause for stretch in stretches)
    joined = np.concatenate([stretch.sound.samples for stretch in stretches], axis=1)
    assert (joined == sound).all()


def test_windows_of_tokens():
    ids = np.arange(1100, dtype=np.int32)
    assert [(w.start, len(w.values)) for w in score_windows(ids)] == [(0, 512), (512, 512)]
    assert [(w.start, len(w.values)) for w in score_windows(ids[:700])] == [(0, 512), (512, 188)]
    assert [len(w.values) for w in score_windows(ids[:5])] == [5]


def test_a_recipe_travels_as_json():
    assert logmel_from(RECIPE.configuration()) == RECIPE
    for damaged in (None, [], {"name": "log-mel"}, {**RECIPE.configuration(), "rate": "x"}):
        with pytest.raises(MusicRNNError, match="no log-mel recipe"):
            logmel_from(damaged)
    with pytest.raises(MusicRNNError, match="n_mels must be in"):
        logmel_from({**RECIPE.configuration(), "n_mels": 10**9})
