"""The microphone with a device that is played: blocks, rates, and what is said when it fails."""

import sys
from contextlib import closing
from types import SimpleNamespace

import numpy as np
import pytest

from musicrnn import soundcard
from musicrnn.errors import MusicRNNError
from musicrnn.listening import microphone
from musicrnn.listening.microphone import microphone_blocks


class PortAudioError(Exception):
    pass


class Device:
    """As sounddevice: gives ``pieces`` blocks of a tone of 440 Hz to the callback when started."""

    PortAudioError = PortAudioError

    def __init__(self, rates=(16_000, 48_000), pieces=40, failing="", broken=0):
        self.rates, self.pieces, self.failing, self.broken = rates, pieces, failing, broken
        self.opened = self.closed = 0

    def query_devices(self, kind):
        assert kind == "input"
        if self.failing == "none":
            raise PortAudioError("Error querying device -1")
        return {"default_samplerate": float(self.rates[-1])}

    def check_input_settings(self, channels, dtype, samplerate):
        if samplerate not in self.rates:
            raise PortAudioError("Invalid sample rate")

    def InputStream(self, samplerate, blocksize, channels, dtype, callback):
        if self.failing == "busy":
            raise PortAudioError("Device unavailable")
        assert (channels, dtype) == (1, "float32")
        assert samplerate in self.rates
        time = np.arange(self.pieces * blocksize) / samplerate
        tone = np.sin(2 * np.pi * 440 * time).astype(np.float32)
        tone[: self.broken] = np.nan
        self.tone = tone

        def start(stream):
            self.opened += 1
            memory = np.zeros((blocksize, 1), np.float32)  # one buffer for all, as PortAudio's
            for piece in tone.reshape(-1, blocksize):
                memory[:, 0] = piece
                callback(memory, blocksize, None, None)

        def stop(stream, *error):
            self.closed += 1

        return type("Stream", (), {"__enter__": start, "__exit__": stop})()


@pytest.fixture
def device(sounddevice):
    return lambda **settings: sounddevice(Device(**settings))


def test_blocks_come_as_they_were_heard(device):
    made = device()
    with closing(microphone_blocks(16_000, 800)) as blocks:
        assert made.opened == 0
        heard = [next(blocks) for _ in range(40)]
        assert (made.opened, made.closed) == (1, 0)
    assert made.closed == 1
    assert all(block.shape == (800,) and block.dtype == np.float32 for block in heard)
    assert np.array_equal(np.concatenate(heard), made.tone)


def test_samples_that_are_no_numbers_are_silence(device):
    made = device(broken=100)
    with closing(microphone_blocks(16_000, 800)) as blocks:
        first = next(blocks)
    assert not first[:100].any()
    assert np.array_equal(first[100:], made.tone[100:800])


@pytest.mark.parametrize("own", [44_100, 48_000, 8_000])
def test_another_rate_is_resampled(device, own):
    made = device(rates=(own,))
    with closing(microphone_blocks(16_000, 800)) as blocks:
        heard = [next(blocks) for _ in range(30)]
    assert made.closed == 1
    assert {block.shape for block in heard} == {(800,)}
    sound = np.concatenate(heard)[2000:-2000].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    assert abs(np.argmax(spectrum) * 16_000 / len(sound) - 440) < 1
    assert 0.98 < np.abs(sound).max() < 1.02


def test_what_is_missing_is_named(device, monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(
        MusicRNNError, match=r"needs the library sounddevice: pip install sounddevice"
    ):
        next(microphone_blocks(16_000, 800))

    def no_portaudio(name):
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(soundcard, "importlib", SimpleNamespace(import_module=no_portaudio))
    with pytest.raises(
        MusicRNNError, match=r"PortAudio library not found.*pip install sounddevice.*libportaudio2"
    ):
        next(microphone_blocks(16_000, 800))


def test_microphones_that_are_not_there(device, monkeypatch):
    device(failing="none")
    with pytest.raises(MusicRNNError, match="there is no microphone"):
        next(microphone_blocks(16_000, 800))
    device(failing="busy")
    with pytest.raises(MusicRNNError, match="cannot be opened: Device unavailable"):
        next(microphone_blocks(16_000, 800))
    made = device(pieces=1)
    monkeypatch.setattr(microphone, "TIMEOUT_SECONDS", 0.05)
    blocks = microphone_blocks(16_000, 800)
    next(blocks)
    with pytest.raises(MusicRNNError, match="unplugged"):
        next(blocks)
    assert made.closed == 1
    made = device(pieces=40)
    monkeypatch.setattr(microphone, "MAX_LATE_SECONDS", 1.0)
    with pytest.raises(MusicRNNError, match="more than 1 s of sound wait to be heard"):
        next(microphone_blocks(16_000, 800))
    assert made.closed == 1
    with pytest.raises(MusicRNNError, match="at least 1"):
        next(microphone_blocks(0, 800))
