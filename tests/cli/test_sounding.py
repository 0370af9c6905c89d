"""A piece that is heard, or told, while it is drawn: the stream, the files, Ctrl-C."""

import json
import signal
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import read_midi
from musicrnn.pretrained import load_model
from musicrnn.sampling.compose import SamplingBudget, compose
from musicrnn.sampling.composer import Request
from musicrnn.sampling.filters import Settings
from musicrnn.tokens import TOKENIZERS, Controls
from musicrnn_cli.order import Order, composer_of
from musicrnn_cli.sounding import sound_piece


class Device:
    """As sounddevice; it interrupts the program when it is started, if asked to."""

    class PortAudioError(Exception):
        pass

    class CallbackStop(Exception):
        pass

    def __init__(self, interrupts=False):
        self.interrupts, self.heard, self.closed = interrupts, 0.0, 0

    def query_devices(self, kind):
        return {"default_samplerate": 22_050.0}

    def check_output_settings(self, **settings):
        if settings["samplerate"] != 22_050:
            raise self.PortAudioError("Invalid sample rate")

    def OutputStream(self, samplerate, blocksize, channels, callback, finished_callback, **how):
        def run():
            memory = np.zeros((blocksize, channels), np.float32)
            while True:
                try:
                    callback(memory, blocksize, None, None)
                except self.CallbackStop:
                    return finished_callback()
                self.heard += float((memory**2).sum())

        def start():
            if self.interrupts:
                signal.raise_signal(signal.SIGINT)
            else:
                threading.Thread(target=run, daemon=True).start()

        def close():
            self.closed += 1

        return SimpleNamespace(start=start, close=close)


@pytest.fixture
def device(sounddevice):
    return lambda **settings: sounddevice(Device(**settings))


def order(name: object, *outputs: Path, controls: Controls, **more) -> Order:
    asked = {"primer": None, "budget": SamplingBudget()}
    asked = {key: more.pop(key, usual) for key, usual in asked.items()}
    request = Request(controls, Settings(), **asked)
    return Order(str(name), outputs, request, **({"soundfont": None, "many": False} | more))


def sound(order: Order, *, play=False, stream=False) -> dict:
    return sound_piece(order, composer_of(order), 7, play=play, stream=stream)


def keys_of(lines: str) -> list[tuple[float, bool, int, int]]:
    """Time, down or up, channel and pitch of every note message of a stream."""
    events = [json.loads(line) for line in lines.splitlines()]
    times = [event["time"] for event in events]
    assert times == sorted(times)
    return [
        (event["time"], status >> 4 == 9, status & 15, pitch)
        for event in events
        for status, pitch in [event["message"][:2]]
        if status >> 4 in (8, 9)
    ]


@pytest.mark.parametrize("name", [*TOKENIZERS, "drums"])
def test_the_stream_is_the_file(models, tmp_path: Path, capsys, name: str) -> None:
    controls = Controls(seconds=6) if name == "performance" else Controls(bars=4)
    path = tmp_path / "a.mid"
    record = sound(order(models[name], path, controls=controls), stream=True)
    said = capsys.readouterr()
    score = read_midi(path)
    wanted = sorted(
        (round(score.seconds_at(tick), 5), down, 9 if track.is_drum else index, note.pitch)
        for index, track in enumerate(score.tracks)
        for note in track.notes
        for tick, down in ((note.start, True), (note.start + note.duration, False))
    )
    found = sorted((round(time, 5), *rest) for time, *rest in keys_of(said.out))
    assert [row[1:] for row in found] == [row[1:] for row in wanted]
    assert np.allclose([row[0] for row in found], [row[0] for row in wanted], atol=2e-5)
    assert record["files"] == [str(path)]
    assert record["seed"] == 7


@pytest.mark.parametrize("style", ["folk", "chorale", "jsb"])
def test_pieces_that_are_whole_at_once_are_told_too(capsys, style: str) -> None:
    record = sound(order(style, controls=Controls(bars=2)), stream=True)
    keys = keys_of(capsys.readouterr().out)
    downs = sum(down for _, down, *_ in keys)
    assert downs * 2 == len(keys)
    assert downs >= record["notes"] > 0  # the chords of a tune are played
    assert record["files"] == []


@pytest.mark.parametrize("name", ["beat", "abc"])
def test_it_is_heard(models, device, tmp_path: Path, name: str) -> None:
    made = device()
    path = tmp_path / "a.mid"
    asked = order(models[name], path, controls=Controls(bars=2))
    sound(asked, play=True)
    assert made.heard > 1
    assert made.closed == 1
    checkpoint = load_model(str(models[name]))
    (piece,) = compose(
        checkpoint, [7], controls=asked.request.controls, settings=asked.request.settings
    )
    if piece.attempts == 1:
        assert read_midi(path).note_count >= piece.score.note_count


def test_ctrl_c_stops_the_sound_and_the_files_are_written(device, tmp_path, capsys):
    before = signal.getsignal(signal.SIGINT)
    made = device(interrupts=True)
    paths = [tmp_path / "a.mid", tmp_path / "a.wav"]
    sound(order("pop", *paths, controls=Controls(bars=16)), play=True, stream=True)
    assert made.closed == 1
    assert signal.getsignal(signal.SIGINT) is before
    keys = keys_of(capsys.readouterr().out)
    notes = read_midi(paths[0]).note_count
    assert 0 < sum(down for _, down, *_ in keys) < notes / 2
    assert sum(down for _, down, *_ in keys) * 2 == len(keys)  # none is left hanging
    assert paths[1].stat().st_size > 16 * 4 * 22_050


def test_what_cannot_sound(models, monkeypatch) -> None:
    controls = Controls(bars=2)
    for more in ({"many": True}, {"budget": SamplingBudget(candidates=3)}):
        with pytest.raises(MusicRNNError, match="leave out --count and --best-of"):
            sound(order(models["beat"], controls=controls, **more), stream=True)
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(MusicRNNError, match=r"loudspeaker needs .*pip install sounddevice"):
        sound(order(models["beat"], controls=controls), play=True)
