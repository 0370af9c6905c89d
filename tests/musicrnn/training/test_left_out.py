"""Files that are left out: each is named once, and the reason is about it."""

from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import read_midi
from musicrnn.listening.one_word import one_word
from musicrnn.training.data import SkippedFile, beside, skipping


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("{path} is empty: 0 bytes", "it is empty: 0 bytes"),
        ("{path}: it is silent", "it is silent"),
        ("cannot read {path}: no such file", "no such file"),
        ("{path} is MPEG-4: ffmpeg -i {path} song.wav", "it is MPEG-4: ffmpeg -i {path} song.wav"),
        ("no tokens for it: see {path}", "no tokens for it: see {path}"),
        ("it has no note", "it has no note"),
    ],
)
def test_the_path_is_said_once(sentence: str, reason: str) -> None:
    for folder in ("", "words/", "/home/anna b/"):
        path = f"{folder}left/1.wav"
        assert beside("left/1.wav", sentence.format(path=path)) == reason.format(path=path)


@pytest.mark.parametrize("read", [read_midi, lambda path: one_word(path, rate=16_000, samples=9)])
def test_readers_name_the_file_in_front(tmp_path: Path, read) -> None:
    for name, content in (("empty.wav", b""), ("none.wav", None), ("bad.wav", b"RIFF\0\0\0\0WAVE")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        refused: list[SkippedFile] = []
        with skipping(name, refused, "it is odd: "):
            read(tmp_path / name)
            raise MusicRNNError("it can be read")
        assert name not in refused[0].reason
        assert refused[0].reason.startswith("it is odd: ")
