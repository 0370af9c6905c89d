"""What a user with a broad collection sees: every file heard, or listed with its reason."""

import json
import os
import shlex
import sys

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.io.audio import read_audio, write_audio
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main
from tests.cli.test_classify import song

M4A = b"\0\0\0\x20ftypM4A " + bytes(100)


def run(*words):
    return CliRunner().invoke(main, [*map(str, words)])


def stereo(path, change):
    """The same song with a second channel made of the first."""
    wave = read_audio(path)
    write_audio(Waveform(np.concatenate([wave.samples, change(wave.samples)]), wave.rate), path)


@pytest.fixture
def collection(tmp_path):
    root = tmp_path / "songs"
    for number in range(4):
        song(root / "slow" / f"{number}.wav", number, False)
        song(root / "fast" / f"{number}.wav", number, True)
    (root / "fast" / "copy.wav").write_bytes((root / "slow" / "1.wav").read_bytes())
    stereo(root / "slow" / "2.wav", lambda samples: -samples)
    loud = read_audio(root / "slow" / "3.wav")
    loud = Waveform(loud.samples * 5, loud.rate)
    write_audio(loud, root / "slow" / "3.wav", overload="clip")
    quiet = Waveform(np.zeros((1, 44_100), np.float32), 22_050)
    write_audio(quiet, root / "fast" / "quiet.flac")
    for name, content in (
        ("slow/cover.jpg", b"\xff\xd8\xff\xe0"),
        ("slow/.hidden.wav", b"RIFF"),
        ("slow/song.m4a", M4A),
        ("fast/README", b"of these songs"),
        ("fast/song.sound", b"RIFF\0\0\0\0WAVE"),
        ("notes.txt", b"of all"),
    ):
        (root / name).write_bytes(content)
    if hasattr(os, "mkfifo"):
        os.mkfifo(root / "slow" / "pipe.wav")
        os.mkfifo(root / "slow" / "pipe")
    (root / "slow" / "zero.wav").symlink_to("/dev/zero")
    (root / "slow" / "gone.wav").symlink_to(root / "gone")
    (root / ".cache").mkdir()
    (root / "linked").symlink_to(root / "slow", target_is_directory=True)
    return root


PASSED_OVER = {
    "slow/cover.jpg": "files .jpg are not read here",
    "slow/.hidden.wav": "it is hidden",
    "fast/README": "files without a suffix are not read here",
    "fast/song.sound": "it holds sound, but files .sound are not read: rename it",
    "notes.txt": "files .txt are not read here",
    "slow/zero.wav": "it is a link to a device",
    "slow/gone.wav": "it is a link to nothing",
    ".cache": "it is a hidden folder",
    "linked": "it is a link to a folder, which is not followed",
}
PIPES = {"slow/pipe.wav": "it is a named pipe", "slow/pipe": "it is a named pipe"}
if hasattr(os, "mkfifo"):
    PASSED_OVER |= PIPES


def test_a_folder_of_sound_is_measured(collection):
    found = json.loads(run("data", "inspect", collection, "--json").stdout)
    assert found["sounds"] == 10
    assert found["hours"] == pytest.approx((9 * 4 + 2) / 3600)
    assert found["rates"] == {"22050": 10}
    assert found["silent"] == ["fast/quiet.flac"]
    assert found["clipped"] == ["slow/3.wav"]
    assert found["duplicates"] == {"slow/1.wav": "fast/copy.wav"}
    assert PASSED_OVER.items() <= found["refused"].items()
    assert "slow/song.m4a" in found["refused"]
    assert len(found["refused"]) == len(PASSED_OVER) + 1
    sounds = {sound["file"]: sound for sound in found["files"]}
    assert sounds["slow/2.wav"]["channels"] == 2
    assert "their difference is heard" in sounds["slow/2.wav"]["said"][0]
    assert sounds["slow/0.wav"]["seconds"] == 4.0
    assert -20 < sounds["slow/0.wav"]["level"] < sounds["slow/0.wav"]["peak"] < -5


def test_the_same_for_people(collection):
    said = run("data", "inspect", collection).stdout
    assert "slow/0.wav: 0:04.00, 22050 Hz, 1 channel, -" in said
    assert (
        "fast/quiet.flac: 0:02.00, 22050 Hz, 1 channel, -200.0 dB, peak -200.0 dB; silent" in said
    )
    assert "slow/1.wav: " in said
    assert "; the same as fast/copy.wav" in said
    assert "10 sounds, 0.01 hours: 22050 Hz 10" in said
    assert "1 clipped, 1 silent, 1 the same as another, " in said
    for name, reason in PASSED_OVER.items():
        assert f"refused {name}: {reason}\n" in said


def test_nothing_to_hear(tmp_path):
    (tmp_path / "a.m4a").write_bytes(M4A)
    result = run("data", "inspect", tmp_path)
    assert result.exit_code == 1
    assert "nothing in" in result.stderr
    assert "a.m4a: it is MPEG-4" in result.stderr


def test_training_lists_what_it_passes_over(collection, tmp_path):
    small = ("hidden=4", "channels=2", "batch=4", "updates=2", "warm_up=1", "crop=32")
    words = [word for setting in small for word in ("--set", setting)]
    model = tmp_path / "m.safetensors"
    result = run("train", "classify", collection, "-o", model, *words)
    assert result.exit_code == 0, result.output
    for name, reason in PASSED_OVER.items():
        assert f"left out {name}: {reason}\n" in result.stderr
    assert "slow/2.wav: its channels cancel each other" in result.stderr
    assert "left out slow/song.m4a: " in result.stderr
    heard = run("classify", collection / "slow" / "2.wav", "--model", model, "--json")
    assert "2.wav: its channels cancel each other: their difference is heard" in heard.stderr
    assert json.loads(heard.stdout)["said"]
    assert "said" not in json.loads(
        run("classify", collection / "slow" / "0.wav", "--model", model, "--json").stdout
    )


def test_scores_beside_what_is_none(tmp_path):
    notes = (Note(0, 60, 4, 64), Note(4, 64, 4, 64))
    write_midi(make_score(4, [Track(notes)]), tmp_path / "a.mid")
    (tmp_path / "list.txt").write_text("a")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mid")
    (tmp_path / "zero.mid").symlink_to("/dev/zero")
    found = json.loads(run("data", "inspect", tmp_path, "--json").stdout)
    assert found["pieces"] == 1
    assert found["refused"]["list.txt"] == "files .txt are not read here"
    assert found["refused"]["zero.mid"] == "it is a link to a device"
    assert found["refused"].get("pipe.mid", "it is a named pipe") == "it is a named pipe"


FFMPEG = """#!{python}
import sys, pathlib
line = sys.argv[1:]
assert line[line.index("-i") + 1].startswith("file:") and "-nostdin" in line, line
given = pathlib.Path(line[line.index("-i") + 1][5:])
sound = given.with_suffix(".pcm")
if not sound.exists():
    sys.exit("Invalid data")
body = sound.read_bytes()
size = b"\\xff" * 4
fmt = (3).to_bytes(2, "little") + (1).to_bytes(2, "little") + (22050).to_bytes(4, "little")
fmt += (88200).to_bytes(4, "little") + (4).to_bytes(2, "little") + (32).to_bytes(2, "little")
listed = b"LIST" + (4).to_bytes(4, "little") + b"INFO"
head = b"RIFF" + size + b"WAVEfmt " + (16).to_bytes(4, "little") + fmt + listed
sys.stdout.buffer.write(head + b"data" + size + body)
"""


@pytest.fixture
def ffmpeg(tmp_path, monkeypatch):
    """A program of that name, which gives the samples that lie beside a file."""
    place = tmp_path / "bin"
    place.mkdir()
    (place / "ffmpeg").write_text(FFMPEG.format(python=sys.executable))
    (place / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program there")
def test_ffmpeg_is_used_where_it_is_allowed_and_said(tmp_path, ffmpeg):
    song(tmp_path / "a.wav", 3, True)
    samples = read_audio(tmp_path / "a.wav").samples[0]
    (tmp_path / "a song.m4a").write_bytes(M4A)
    (tmp_path / "a song.pcm").write_bytes(samples.astype("<f4").tobytes())
    refused = run("classify", tmp_path / "a song.m4a")
    assert refused.exit_code == 1
    command = f"ffmpeg -i {shlex.quote(str(tmp_path / 'a song.m4a'))} "
    assert f"which is not read: convert it ({command}" in refused.stderr
    heard = run("classify", tmp_path / "a song.m4a", "--convert", "--json")
    expected = run("classify", tmp_path / "a.wav", "--json")
    assert "a song.m4a: it is MPEG-4 (AAC or ALAC): ffmpeg converted it" in heard.stderr
    assert json.loads(heard.stdout)["probabilities"] == json.loads(expected.stdout)["probabilities"]
    assert read_audio(tmp_path / "a song.m4a", convert=True).samples.shape == (1, len(samples))
    (tmp_path / "b.m4a").write_bytes(M4A)
    broken = run("classify", tmp_path / "b.m4a", "--convert")
    assert "ffmpeg cannot decode it: it is damaged" in broken.stderr
    listening = run("listen", tmp_path / "a song.m4a", "--convert")
    assert "ffmpeg converted it" in listening.stderr


def test_there_may_be_no_ffmpeg(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "a.wma").write_bytes(b"0&\xb2u\x8ef\xcf\x11" + bytes(90))
    result = run("classify", tmp_path / "a.wma", "--convert")
    assert result.exit_code == 1
    assert "--convert needs the program ffmpeg, which is not on this computer" in result.stderr
