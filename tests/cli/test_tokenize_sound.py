"""``musicrnn tokenize`` of sound files."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.io.audio import read_audio, write_audio
from musicrnn.tokens.sound import MuLawTokenizer
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main


@pytest.fixture
def tone(tmp_path):
    """Three seconds in stereo at 44,100 Hz."""
    at = np.arange(3 * 44_100) / 44_100
    left = 0.4 * np.sin(2 * np.pi * 440 * at) * (1 + np.sin(2 * np.pi * 2 * at)) / 2
    write_audio(
        Waveform(np.stack([left, 0.5 * left]).astype(np.float32), 44_100), tmp_path / "t.wav"
    )
    return tmp_path / "t.wav"


def told(*words):
    return CliRunner().invoke(main, ["tokenize", *map(str, words)])


def test_a_sound_as_samples(tone):
    text = told(tone, "--tokens", "mulaw")
    assert text.exit_code == 0
    assert "t.wav: 48000 mulaw tokens, 3.00 s at 16000 Hz in one channel, 128 kbit/s" in text.stdout
    output = tone.with_name("decoded.wav")
    found = json.loads(told(tone, "--json", "--tokens", "mulaw", "-o", output).stdout)
    assert found["tokens"] == 48_000
    assert found["bits_a_second"] == 128_000
    assert found["signal_to_noise"] > 30
    assert found["logmel_distance"] < 8
    assert found["said"] == []
    wanted = MuLawTokenizer().quantize(read_audio(tone).mono().resampled(16_000))
    assert np.abs(read_audio(output).samples - wanted.samples).max() < 1e-3


def test_a_sound_by_the_codec(tone):
    output = tone.with_name("decoded.flac")
    found = json.loads(told(tone, "--json", "-o", output).stdout)
    assert found["tokenizer"] == "codec"
    assert found["bits_a_second"] == 2000
    assert found["tokens"] == 4 * (188 + 2)  # frames of 16 ms, and what the last one needs
    assert found["signal_to_noise"] is None
    assert read_audio(output).samples.shape == (1, 48_000)
    assert "2 kbit/s, log-mel distance" in told(tone, "--model", "codec").stdout


def test_silence_has_no_ratio(tmp_path):
    write_audio(Waveform(np.zeros((1, 8000), np.float32), 8000), tmp_path / "s.wav")
    found = json.loads(told(tmp_path / "s.wav", "--json", "--tokens", "mulaw").stdout)
    assert found["signal_to_noise"] is None
    assert found["logmel_distance"] < 3  # of -81 dB, the softest that there is


def test_what_cannot_be_asked_of_sound(tone, tmp_path):
    for words, code, says in (
        ((tone, "--tokens", "beat"), 2, "is sound, whose tokens are codec or mulaw, not beat"),
        (
            (tone, "--model", "pop"),
            1,
            "pop reads no tokens of sound: it composes token after",
        ),
        ((tone, "--model", "pop", "--tokens", "codec"), 2, "give --model or --tokens, not both"),
        ((tone, "--check"), 2, "--check counts the notes that tokens keep"),
        ((tone, "--tokens", "mulaw", "-o", tone), 1, "is the sound itself: write to another file"),
        ((tone, tone, "-o", tmp_path / "a.wav"), 2, "-o writes what the tokens of one sound file"),
        ((tone, "-o", tmp_path / "a.txt"), 1, "the suffix must be one of .wav"),
        ((tmp_path / "none.wav", "--tokens", "mulaw"), 1, "none.wav"),
    ):
        found = told(*words)
        assert found.exit_code == code, found.output
        assert says in found.output
        assert not (tmp_path / "a.wav").exists()
