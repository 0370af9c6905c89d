"""A user's folder: what is found, what is refused and why, and which side it stands on."""

from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import midi_bytes
from musicrnn.score import Note, Track, make_score
from musicrnn.sources.score_folder import read_folder
from musicrnn.training.data import SkippedFile, read_all

ABC = "X:1\nT:One\nM:4/4\nL:1/4\nK:C\nCDEF|\n\nX:2\nT:Two\nM:4/4\nL:1/4\nK:C\nGABc|\n"


def tune(pitch: int) -> bytes:
    return midi_bytes(make_score(480, [Track((Note(0, pitch, 480, 64),))]))


def test_a_folder(tmp_path: Path) -> None:
    for name, data in {
        "b.MID": tune(60),
        "a/copy.mid": tune(61),
        "a/deep/song.midi": tune(62),
        "c.kar": tune(61),
        "silent.mid": midi_bytes(make_score(480, ())),
        "broken.mid": b"MThd",
        "notes.txt": b"no music",
        ".hidden/x.mid": tune(63),
        "._b.mid": tune(64),
        "tunes.abc": ABC.encode(),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    kept, refused = read_all(read_folder(tmp_path)[1], lambda piece: piece.read())
    assert [read.piece.name for read in kept] == [
        "a/copy.mid", "a/deep/song.midi", "b.MID", "tunes.abc:1", "tunes.abc:2",
    ]  # fmt: skip
    assert kept[-1].piece.abc is not None
    assert kept[0].piece.abc is None
    assert refused == [
        SkippedFile("broken.mid", "the MIDI header is cut off: 4 bytes of 14"),
        SkippedFile("c.kar", "the same as a/copy.mid"),
        SkippedFile("silent.mid", "it has no note"),
    ]


def test_the_split_follows_the_content(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    for pitch in range(40, 90):
        (one / f"{pitch}.mid").write_bytes(tune(pitch))
        (other / f"{99 - pitch}-renamed.mid").write_bytes(tune(pitch))

    def sides(folder: Path) -> dict[int, str]:
        return {
            piece.read().tracks[0].notes[0].pitch: piece.split for piece in read_folder(folder)[1]
        }

    assert sides(one) == sides(other)
    assert set(sides(one).values()) == {"train", "valid", "test"}


def test_nothing_to_read(tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match=r"no file that ends in \.mid, "):
        read_folder(tmp_path)
    with pytest.raises(MusicRNNError, match="no such folder"):
        read_folder(tmp_path / "none")
