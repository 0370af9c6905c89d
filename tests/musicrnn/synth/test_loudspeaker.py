"""The loudspeaker with a device that is played: what it is given, when it begins, how it ends."""

import sys
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from musicrnn import soundcard
from musicrnn.errors import MusicRNNError
from musicrnn.synth import loudspeaker
from musicrnn.synth.loudspeaker import BLOCK_FRAMES, LEAD_SECONDS, Loudspeaker


class PortAudioError(Exception):
    pass


class Device:
    """As sounddevice: a thread takes blocks as fast as they come, or never if it is ``dead``."""

    PortAudioError = PortAudioError

    class CallbackStop(Exception):
        pass

    def __init__(self, rates=(44_100,), failing="", dead=False):
        self.rates, self.failing, self.dead = rates, failing, dead
        self.heard, self.started_after, self.closed = [], None, 0

    def query_devices(self, kind):
        assert kind == "output"
        if self.failing == "none":
            raise PortAudioError("Error querying device -1")
        return {"default_samplerate": float(self.rates[-1])}

    def check_output_settings(self, channels, dtype, samplerate):
        assert (channels, dtype) == (2, "float32")
        if samplerate not in self.rates:
            raise PortAudioError("Invalid sample rate")

    def OutputStream(self, samplerate, blocksize, channels, dtype, callback, finished_callback):
        if self.failing == "busy":
            raise PortAudioError("Device unavailable")
        assert (samplerate in self.rates, blocksize, channels) == (True, BLOCK_FRAMES, 2)
        memory = np.full((blocksize, 2), 7, np.float32)  # not cleared, one for all
        going = threading.Event()

        def run():
            while not going.is_set():
                try:
                    callback(memory, blocksize, None, None)
                except self.CallbackStop:
                    break
                if memory.any():
                    self.heard.append(memory.T.copy())
            finished_callback()

        def start():
            self.started_after = self.made
            if not self.dead:
                threading.Thread(target=run, daemon=True).start()

        def close():
            going.set()
            self.closed += 1

        return SimpleNamespace(start=start, close=close)

    made = 0

    def blocks(self, count, last=BLOCK_FRAMES):
        random = np.random.default_rng(0)
        for index in range(count):
            self.made = index + 1
            length = last if index + 1 == count else BLOCK_FRAMES
            yield random.uniform(-1, 1, (2, length)).astype(np.float32)


@pytest.fixture
def device(sounddevice):
    return lambda **settings: sounddevice(Device(**settings))


@pytest.mark.parametrize("count", [1, 5, 200])
def test_all_is_heard_in_order(device, count):
    made = device()
    Loudspeaker().play(made.blocks(count, last=300))
    wanted = np.concatenate(list(made.blocks(count, last=300)), 1)
    heard = np.concatenate(made.heard, 1)
    assert np.array_equal(heard[:, : wanted.shape[1]], wanted)
    assert not heard[:, wanted.shape[1] :].any()
    assert made.closed == 1


def test_it_begins_when_a_little_is_there(device):
    made = device()
    Loudspeaker().play(made.blocks(200))
    assert 1 <= (made.started_after - 1) * BLOCK_FRAMES / 44_100 / LEAD_SECONDS < 1.2


def test_it_does_not_run_far_ahead_of_the_ear(device, monkeypatch):
    made = device(dead=True)
    monkeypatch.setattr(loudspeaker, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(MusicRNNError, match="took no sound"):
        Loudspeaker().play(made.blocks(10_000))
    assert made.made * BLOCK_FRAMES / 44_100 < 2.1
    assert made.closed == 1
    monkeypatch.setattr(loudspeaker, "AHEAD_SECONDS", 1)
    with pytest.raises(MusicRNNError, match="unplugged"):
        Loudspeaker().play(made.blocks(3))


def test_it_can_be_stopped(device):
    made = device(dead=True)
    Loudspeaker().play(made.blocks(10_000), stopped=lambda: made.made > 20)
    assert (made.made, made.closed) == (21, 1)
    Loudspeaker().play(made.blocks(3), stopped=lambda: made.started_after == 3)
    assert (made.made, made.closed) == (3, 2)


def test_late_blocks_leave_gaps_and_what_is_too_loud_is_clipped(device):
    made = device()
    speaker = Loudspeaker()
    waiting = threading.Event()

    def slow():
        for _ in range(10):
            yield np.full((2, BLOCK_FRAMES), 3, np.float32)
        waiting.wait(0.1)
        yield np.full((2, BLOCK_FRAMES), -3, np.float32)

    speaker.play(slow())
    assert speaker.gaps > 0
    assert [float(block.max()) for block in made.heard] == [1.0] * 10 + [-1.0]


def test_the_device_has_a_rate_of_its_own(device):
    device(rates=(48_000,))
    assert Loudspeaker(44_100).rate == 48_000
    device(rates=(44_100, 48_000))
    assert Loudspeaker(44_100).rate == 44_100


def test_what_is_missing_is_named(device, monkeypatch):
    device(failing="none")
    with pytest.raises(MusicRNNError, match=r"no loudspeaker \(no output device\)"):
        Loudspeaker()
    made = device(failing="busy")
    with pytest.raises(MusicRNNError, match="loudspeaker cannot be opened: Device unavailable"):
        Loudspeaker().play(made.blocks(3))
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MusicRNNError, match=r"the loudspeaker needs.*pip install sounddevice"):
        Loudspeaker()

    def no_portaudio(name):
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(soundcard, "importlib", SimpleNamespace(import_module=no_portaudio))
    with pytest.raises(MusicRNNError, match="PortAudio library not found"):
        Loudspeaker()
