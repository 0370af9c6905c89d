"""What is kept of decoded sound: whole or made again, and never another folder's."""

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import write_audio
from musicrnn.sources import kept as keeping
from musicrnn.sources.corpus import SOUND_RATE, LabelledFile, OtherSound
from musicrnn.sources.kept import Kept, kept
from musicrnn.sources.other_sounds import SoundsAtHand
from musicrnn.sources.word_cache import coded, decoded
from musicrnn.training.data import Card
from musicrnn.waveform import Waveform

RATE = 16_000


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("musicrnn.sources.find.sys.platform", "linux")
    return tmp_path / "cache"


def write(folder: Path, level: float) -> None:
    """Three words of a level, all of the same size and time, and one file that is none."""
    (folder / "go").mkdir(parents=True)
    for take in range(3):
        sound = np.full((1, 8000), level + take / 100, np.float32)
        write_audio(Waveform(sound, RATE), folder / "go" / f"{take}.wav")
    (folder / "go" / "x.wav").write_bytes(b"")
    for path in (folder / "go").iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))


def clips(digest: str = "") -> list[LabelledFile]:
    """As they are found from the folder itself."""
    paths = sorted(Path("words/go").iterdir())
    return [LabelledFile(p.name, p, "go", "train", digest=digest and p.name + digest)
            for p in paths]  # fmt: skip


def words(digest: str = "") -> np.ndarray:
    return np.array(decoded(clips(digest), rate=RATE, samples=8000).sounds)


class Speech:
    """A corpus of sound that says what its one file says."""

    kinds = ("words",)
    card = Card("speech", "Speech", "sounds", "made here", "none", "by language")

    def sounds(self, folder: Path, split: str) -> Iterator[OtherSound]:
        number = int((folder / "a.txt").read_text())
        yield OtherSound("fr", "words", np.full(SOUND_RATE, number, np.int16))


def speech() -> np.ndarray:
    (found,) = SoundsAtHand([(Speech(), Path("speech"))]).read("train")
    return np.array(found.samples)


@pytest.mark.parametrize(
    "read", [lambda _: words(), words, lambda _: speech()], ids=["words", "contents", "speech"]
)
def test_folders_that_look_alike_share_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[str], np.ndarray]
) -> None:
    """The same relative names, sizes and times, in two folders."""
    found: list[np.ndarray] = []
    for number, place in enumerate(("a", "b")):
        write(tmp_path / place / "words", 0.1 + number / 4)
        (tmp_path / place / "speech").mkdir()
        (tmp_path / place / "speech" / "a.txt").write_text(str(number))
        os.utime(tmp_path / place / "speech" / "a.txt", (1_700_000_000, 1_700_000_000))
        os.utime(tmp_path / place / "speech", (1_700_000_000, 1_700_000_000))
        monkeypatch.chdir(tmp_path / place)
        found.append(read(place))
    assert not np.array_equal(*found)


def bytes_of(path: Path) -> list[bytes]:
    """A file, damaged in every way that there was trouble with."""
    whole = path.read_bytes()
    line = len(keeping.MAGIC) + 4
    return [
        b"", whole[:10], whole[: line + 5], whole[:-2], whole + b"\0\0", b"garbage" * 400,
        b"\x93NUMPY\x01\x00" + whole[8:], b"PK\x03\x04" + whole[4:],
        whole[:line] + b"[1, 2]" + whole[line + 6 :],
        whole.replace(b'"shape": [', b'"shape": [1', 1), b"[]\n" * 99,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "read",
    [words, speech, lambda: coded(np.arange(8000, dtype=np.int16).reshape(1, -1), RATE)],
    ids=["words", "speech", "coded"],
)
def test_what_is_damaged_is_made_again_and_said(
    read: Callable[[], np.ndarray], cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    write(tmp_path / "words", 0.25)
    (tmp_path / "speech").mkdir()
    (tmp_path / "speech" / "a.txt").write_text("7")
    monkeypatch.chdir(tmp_path)
    first = np.array(read())
    (path,) = cache.rglob("*.sounds")
    for damaged in bytes_of(path):
        path.write_bytes(damaged)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            np.testing.assert_array_equal(read(), first)
        (line,) = caplog.messages
        assert line == f"{path} is damaged: what was kept in it is made again"
        assert list(cache.rglob("*.*")) == [path]  # nothing is left over
        caplog.clear()
        np.testing.assert_array_equal(read(), first)
        assert not caplog.messages


def test_what_cannot_be_read_is_kept_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "words", 0.25)
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        found = decoded(clips(), rate=RATE, samples=8000)
        assert [clip.name for clip in found.clips] == ["0.wav", "1.wav", "2.wav"]
        (refused,) = found.refused
        assert (refused.name, refused.reason) == ("x.wav", "it is empty: 0 bytes")
    nothing = decoded(clips()[3:], rate=RATE, samples=8000)
    assert (nothing.clips, nothing.sounds.shape) == ([], (0, 8000))


def test_two_first_runs_at_once(cache: Path) -> None:
    """The second writes while the first makes: both find the whole of one reading."""

    def first() -> Kept:
        assert kept("x", "key", lambda: Kept(np.full(5, 2, np.int16), ["second"])).listed == [
            "second"
        ]
        return Kept(np.full(9, 1, np.int16), ["first", "longer"])

    found = kept("x", "key", first)
    assert (found.listed, len(found.samples)) == (["first", "longer"], 9)
    again = kept("x", "key", lambda: pytest.fail("it is kept"))
    np.testing.assert_array_equal(again.samples, found.samples)


def test_what_another_run_has_written_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems replace no file that is being read."""
    write_it = keeping._write

    def refused(path: Path, made: Kept) -> None:
        write_it(path, made)
        raise MusicRNNError(f"cannot write {path}: it is open")

    monkeypatch.setattr(keeping, "_write", refused)
    assert kept("x", "key", lambda: Kept(np.ones(5, np.int16), None)).samples.sum() == 5
