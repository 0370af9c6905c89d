import numpy as np
import pytest
import soundfile

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import read_audio, stream_audio, write_audio
from musicrnn.waveform import Waveform


def tone(seconds=1.0, rate=44_100, channels=2, level=0.5):
    t = np.arange(round(seconds * rate)) / rate
    sine = level * np.sin(2 * np.pi * 440 * t)
    return Waveform(np.tile(sine, (channels, 1)).astype(np.float32), rate)


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_sixteen_bits_return_exactly(tmp_path, suffix):
    path, again = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    random = np.random.default_rng(0)
    steps = random.integers(-32768, 32768, (2, 5000))
    wave = Waveform((steps / 32768).astype(np.float32), 32_000)
    write_audio(wave, path)
    read = read_audio(path)
    assert read.rate == 32_000
    assert np.array_equal(read.samples, wave.samples)
    write_audio(read, again)
    assert path.read_bytes() == again.read_bytes()


@pytest.mark.parametrize("suffix", ["ogg", "mp3"])
def test_lossy_formats_return_the_tone_and_the_same_bytes(tmp_path, suffix):
    path, again = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    wave = tone(2.0)
    write_audio(wave, path)
    write_audio(wave, again)
    assert path.read_bytes() == again.read_bytes()
    read = read_audio(path)
    assert read.rate == 44_100
    assert read.samples.shape[0] == 2
    assert abs(read.seconds - 2.0) < 0.1
    spectrum = np.abs(np.fft.rfft(read.samples[0, :44_100]))
    assert abs(int(spectrum.argmax()) - 440) <= 1
    assert path.stat().st_size < 60_000
    assert spectrum[430:451].sum() > 0.9 * spectrum.sum()


def test_long_vorbis_is_written(tmp_path):
    write_audio(tone(300, rate=8000, channels=1), tmp_path / "a.ogg")
    assert abs(read_audio(tmp_path / "a.ogg").seconds - 300) < 0.1


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("rate", [8000, 44_100, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_depth_rate_and_channels(tmp_path, subtype, rate, channels):
    wave = tone(0.1, rate=rate, channels=channels)
    soundfile.write(tmp_path / "a.wav", wave.samples.T, rate, subtype)
    read = read_audio(tmp_path / "a.wav")
    assert read.rate == rate
    assert read.samples.shape == wave.samples.shape
    assert np.abs(read.samples - wave.samples).max() < (0.02 if subtype == "PCM_U8" else 1e-4)


def test_opus_is_read(tmp_path):
    wave = tone(1.0, rate=48_000)
    soundfile.write(tmp_path / "a.opus", wave.samples.T, 48_000, "OPUS", format="OGG")
    assert abs(read_audio(tmp_path / "a.opus").seconds - 1.0) < 0.1


def test_pieces_are_the_whole(tmp_path):
    wave = tone(5.3)
    write_audio(wave, tmp_path / "a.wav")
    pieces = list(stream_audio(tmp_path / "a.wav", seconds=2.0))
    assert [piece.samples.shape[1] for piece in pieces] == [88_200, 88_200, 57_330]
    whole = np.concatenate([piece.samples for piece in pieces], axis=1)
    assert np.array_equal(whole, read_audio(tmp_path / "a.wav").samples)
    assert read_audio(tmp_path / "a.wav", max_seconds=1.5).seconds == 1.5


def test_overload_is_the_callers_choice(tmp_path):
    path = tmp_path / "a.wav"
    wave = Waveform(np.array([[0.5, -2.0, 1.5]], np.float32), 8000)
    with pytest.raises(MusicRNNError, match=r"the largest is 2: pass overload"):
        write_audio(wave, path)
    assert not path.exists()
    write_audio(wave, path, overload="clip")
    assert np.allclose(read_audio(path).samples, [[0.5, -1.0, 1.0]], atol=1e-4)
    write_audio(wave, path, overload="scale")
    assert np.allclose(read_audio(path).samples, [[0.25, -1.0, 0.75]], atol=1e-4)
    with pytest.raises(MusicRNNError, match="error, clip or scale"):
        write_audio(wave, path, overload="loud")


def test_refusals_when_writing(tmp_path):
    with pytest.raises(MusicRNNError, match=r"must be one of .*got \.aiff"):
        write_audio(tone(), tmp_path / "a.aiff")
    with pytest.raises(MusicRNNError, match="finite"):
        write_audio(Waveform(np.full((1, 9), np.nan, np.float32), 8000), tmp_path / "a.wav")
    with pytest.raises(MusicRNNError, match="at least one sample"):
        write_audio(Waveform(np.zeros((2, 0), np.float32), 8000), tmp_path / "a.wav")
    with pytest.raises(MusicRNNError, match="as MP3 with 44100 Hz and 6 channels"):
        write_audio(tone(channels=6), tmp_path / "a.mp3")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.wav", None, "no such file"),
        ("a.wav", b"", "is empty"),
        ("a.wav", b"this is a letter, not a sound", "is a text, not sound"),
        ("a.raw", bytes(1000), "begins with 512 zeros"),
        ("a.m4a", b"\0\0\0\x20ftypM4A " + bytes(50), "MPEG-4"),
        ("a.mid", b"MThd\0\0\0\6" + bytes(50), "MIDI"),
        ("a.wav", b"RIFF\xff\xff\xff\xffWAVEfmt ", "not a readable audio file"),
    ],
)
def test_refusals_when_reading(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(MusicRNNError, match=says):
        read_audio(path)


def test_a_folder_and_bad_values_are_refused(tmp_path):
    with pytest.raises(MusicRNNError, match="it is a folder"):
        read_audio(tmp_path)
    soundfile.write(tmp_path / "a.wav", np.array([0.0, np.nan]), 8000, "FLOAT")
    with pytest.raises(MusicRNNError, match="holds the sample nan at frame 1"):
        read_audio(tmp_path / "a.wav")
    soundfile.write(tmp_path / "b.wav", np.zeros(0), 8000)
    with pytest.raises(MusicRNNError, match="holds no sound"):
        read_audio(tmp_path / "b.wav")
    with pytest.raises(MusicRNNError, match="max_seconds must be above 0"):
        read_audio(tmp_path / "b.wav", max_seconds=0)


def test_absurd_headers(tmp_path):
    write_audio(tone(0.1, channels=1), tmp_path / "a.wav")
    content = bytearray((tmp_path / "a.wav").read_bytes())
    content[24:28] = (2**31 - 1).to_bytes(4, "little")
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(MusicRNNError, match=r"1000\.\.768000 Hz|not a readable"):
        read_audio(tmp_path / "a.wav")
