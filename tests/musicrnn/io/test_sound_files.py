"""Sound is read whole, or refused with a sentence that is true; what is odd is said."""

import os
import socket
import warnings

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import read_audio, stream_audio
from musicrnn.io.sound.decode import seconds_told
from tests.musicrnn.io.odd_sounds import (
    SECONDS,
    ape,
    flac_of_unknown_length,
    id3,
    id3v1,
    made,
    mp3,
    music,
    ogg_flac,
    page,
    wav_of_mp3,
    with_size,
    without_info,
)


@pytest.fixture
def read(tmp_path, capfd):
    """Bytes as a file, read; the decoders' own lines are nowhere."""

    def reading(content, name="a.mp3"):
        (tmp_path / name).write_bytes(content)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                return read_audio(tmp_path / name)
        finally:
            assert capfd.readouterr() == ("", "")

    return reading


def is_music(waveform, times=1):
    """All of it: as long as it should be, with the tone in every second."""
    assert abs(waveform.seconds - times * SECONDS) < 0.12
    rate = waveform.rate
    for start in range(int(waveform.seconds)):
        second = waveform.samples[0, start * rate : (start + 1) * rate]
        spectrum = np.abs(np.fft.rfft(second * np.hanning(len(second)), rate))
        assert abs(int(spectrum[100:1000].argmax()) + 100 - 440) <= 2
    return waveform.said


def test_an_mp3_of_variable_rate_that_does_not_tell_its_length(read, tmp_path):
    sound = without_info(mp3(music(12.0)))
    waveform = read(sound)
    assert abs(waveform.seconds - 12) < 0.12
    assert waveform.said == ()
    assert seconds_told(tmp_path / "a.mp3") == pytest.approx(12, abs=0.12)


def test_tags_of_any_size_are_no_sound(read):
    for sound in (mp3(), without_info(mp3())):
        for before, after in ((id3(3_000_000), id3v1()), (ape(), ape() + id3v1()), (id3(9), b"")):
            assert is_music(read(before + sound + after)) == ()
    assert is_music(read(id3(500) + made("WAV", "PCM_16"))) == ()
    assert is_music(read(id3(500) + made("FLAC", "PCM_16"))) == ()


def test_joined_mp3(read):
    whole = mp3()
    assert is_music(read(whole + whole), 2) == (
        "it is 2 mp3 streams one after another: all are heard",
    )
    is_music(read(id3(90) + whole + id3v1() + id3(80) + whole + id3v1()), 2)
    is_music(read(without_info(whole) + without_info(whole)), 2)
    is_music(read(whole + without_info(whole)), 2)


def test_a_cut_mp3_and_one_with_nothing_in_between(read):
    whole = mp3()
    half = read(whole[: len(whole) // 2])
    assert 0.5 < half.seconds < 1.8
    assert "can be decoded: it is cut off or damaged" in half.said[0]
    frames = without_info(whole)
    place = frames.find(frames[:2], len(frames) // 2)
    said = is_music(read(frames[:place] + bytes(500) + frames[place:]))
    assert said == ("500 bytes between its frames are no sound: they were passed over",)


def test_layers_and_rates_of_mp3(read):
    for rate in (8000, 11_025, 16_000, 24_000, 32_000, 44_100, 48_000):
        for mode in ("CONSTANT", "VARIABLE"):
            is_music(read(without_info(mp3(music(rate=rate), rate, mode))))
    is_music(read(mp3(music(channels=1))))
    other = mp3(music(rate=16_000), 16_000)
    with pytest.raises(MusicRNNError, match=r"one of 22050 Hz with 2 .* one of 16000 Hz with 2 "):
        read(mp3() + other)


def test_flac_from_a_pipe_joined_and_cut(read):
    whole = made("FLAC", "PCM_16")
    unknown = flac_of_unknown_length(whole)
    assert is_music(read(unknown, "a.flac")) == ()
    assert is_music(read(unknown + whole, "a.flac"), 2) == (
        "it is 2 FLAC streams one after another: all are heard",
    )
    cut = read(whole[: len(whole) // 2], "a.flac")
    assert 0.3 < cut.seconds < 1.8
    assert "promise 2.00 s" in cut.said[0]
    broken = bytearray(made("FLAC", "PCM_16", music(8.0)))
    broken[len(broken) // 2 : len(broken) // 2 + 2000] = bytes(2000)
    with pytest.raises(MusicRNNError, match=r"is damaged \d\.\d\d s after its beginning"):
        read(bytes(broken), "a.flac")


@pytest.mark.parametrize(("subtype", "rate"), [("VORBIS", 22_050), ("OPUS", 24_000)])
def test_chained_ogg(read, subtype, rate):
    whole = made("OGG", subtype, music(rate=rate), rate)
    assert is_music(read(whole, "a.ogg")) == ()
    assert is_music(read(3 * whole, "a.ogg"), 3) == (
        "it is 3 recordings one after another: all are heard",
    )
    cut = read(whole[: len(whole) * 2 // 3], "a.ogg")
    assert "it may be cut off" in cut.said[0]


def test_flac_in_ogg_and_other_streams_beside(read):
    assert is_music(read(ogg_flac(made("FLAC", "PCM_16")), "a.oga")) == ()
    picture = page(b"\x80theora" + bytes(40), 0, 2, serial=9)
    assert is_music(read(picture + made("OGG", "VORBIS"), "a.ogv")) == ()
    with pytest.raises(MusicRNNError, match="an Ogg file of Speex, which is not read: convert it"):
        read(page(b"Speex   " + bytes(72), 0, 6), "a.spx")
    with pytest.raises(MusicRNNError, match="an Ogg file of Theora: it has no sound"):
        read(picture, "a.ogv")


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "ULAW"])
@pytest.mark.parametrize("size", [0, 400])
def test_a_wav_that_was_not_closed(read, subtype, size):
    whole = made("WAV", subtype)
    open_file = with_size(with_size(whole, b"data", size), b"RIFF", size and size + 36)
    (said,) = is_music(read(open_file, "a.wav"))
    assert said.startswith(f"its header promises {size} bytes of sound")
    assert is_music(read(with_size(whole, b"data", 0xFFFFFFFF), "a.wav")) == ()


def test_other_files_that_were_not_closed(read):
    rf64 = made("RF64", "PCM_16")
    place = rf64.index(b"ds64") + 16
    is_music(read(rf64[:place] + bytes(8) + rf64[place + 8 :], "a.wav"))
    is_music(read(made("RF64", "PCM_16"), "a.wav"))
    au = made("AU", "PCM_16")
    for size in (0, 400, 0xFFFFFFFF):
        is_music(read(au[:8] + size.to_bytes(4, "big") + au[12:], "a.au"))
    is_music(read(with_size(made("AIFF", "PCM_16"), b"SSND", 0, "big"), "a.aif"))
    caf = made("CAF", "PCM_16")
    place = caf.index(b"data") + 4
    is_music(read(caf[:place] + b"\xff" * 8 + caf[place + 8 :], "a.caf"))


@pytest.mark.parametrize("form", ["WAV", "AIFF", "AU"])
def test_joined_files(read, form):
    whole = made(form, "PCM_16")
    assert is_music(read(whole + whole, "a.wav"), 2) == (
        f"it is 2 {form} files one after another: all are heard",
    )


def test_an_empty_recording_is_called_so(read):
    for form in ("WAV", "AIFF", "AU"):
        with pytest.raises(MusicRNNError, match="holds no sound: 0 frames"):
            read(made(form, "PCM_16", np.zeros((0, 1), np.float32)), "a.wav")


def test_an_mp3_in_a_wav_and_nothing_before_a_header(read):
    is_music(read(wav_of_mp3(mp3()), "a.wav"))
    for form in ("WAV", "FLAC", "OGG", "AIFF"):
        whole = made(form, "VORBIS" if form == "OGG" else "PCM_16")
        said = is_music(read(b"\xfe\x01\x90" * 70 + whole, "a.wav"))
        assert said == ("210 bytes before its header are no sound: they were passed over",)
    is_music(read(b"HTTP/1.1 200 OK\r\n\r\n" + made("WAV", "PCM_16"), "a.wav"))
    is_music(read(b"\xfe\x01\x90" * 70 + mp3()))


@pytest.mark.parametrize("value", [1e20, -1e20, np.inf, np.nan, 32_768.0])
@pytest.mark.parametrize("form", ["WAV", "AIFF", "AU", "CAF"])
def test_samples_that_no_sound_has(read, form, value):
    sound = music()
    sound[700, 1] = value
    with pytest.raises(MusicRNNError, match=rf"sample {value:g} at frame 700".replace("+", r"\+")):
        read(made(form, "FLOAT", sound), "a.wav")
    sound[700, 1] = 1.7  # a mix that is too loud is still one
    assert read(made(form, "FLOAT", sound), "a.wav").samples.max() == np.float32(1.7)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.mp3", id3(2000), r"holds tags alone \(2010 bytes\), no sound"),
        ("a.mp3", b"\xff\xf1\x50\x80\x43\x9f\xfc" + bytes(900), "is AAC, which is not read: conv"),
        ("a.m4a", b"\0\0\0\x20ftypM4A " + bytes(90), r"MPEG-4 \(AAC or ALAC\), which is not read"),
        ("a.wma", b"0&\xb2u\x8ef\xcf\x11" + bytes(90), r"is Windows Media \(WMA\)"),
        ("a.webm", b"\x1a\x45\xdf\xa3" + bytes(90), "is WebM or Matroska"),
        ("a.mp3", b"\xff\xd8\xff\xe0" + bytes(90), "is a JPEG picture"),
        ("a.mp3", b"<!DOCTYPE html><html>404", "is a web page or XML"),
        ("a.wav", b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        ("a.mp3", np.random.default_rng(0).bytes(50_000), "begins as no sound file that is known"),
        ("a.wav", b"RIFF\x24\0\0\0AVI " + bytes(90), "is AVI video, which is not read"),
    ],
)
def test_what_a_file_is_and_what_to_do(read, name, content, says):
    with pytest.raises(MusicRNNError, match=says) as caught:
        read(content, name)
    if "which is not read" in says:
        assert "ffmpeg -i " in str(caught.value)
        assert "a.flac" in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without named pipes")
def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.wav")
    (tmp_path / "device.wav").symlink_to("/dev/zero")
    (tmp_path / "nothing.wav").symlink_to(tmp_path / "gone")
    (tmp_path / "round.wav").symlink_to(tmp_path / "round.wav")
    with socket.socket(socket.AF_UNIX) as place:
        place.bind(str(tmp_path / "socket.wav"))
        for name, why in (
            ("pipe", "it is a named pipe"),
            ("device", "it is a link to a device"),
            ("nothing", "it is a link to nothing"),
            ("round", "it cannot be opened: "),
            ("socket", "it is a socket"),
            ("gone", "no such file"),
        ):
            with pytest.raises(MusicRNNError, match=why):
                read_audio(tmp_path / f"{name}.wav")


def test_pieces_tell_what_was_found_when_it_was(tmp_path):
    whole = made("WAV", "PCM_16")
    (tmp_path / "a.wav").write_bytes(whole[: len(whole) // 2])
    said = [piece.said for piece in stream_audio(tmp_path / "a.wav", seconds=0.25)]
    assert said[:-1] == [()] * (len(said) - 1)
    assert "can be decoded" in said[-1][0]
