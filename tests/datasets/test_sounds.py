"""Sounds to make sound from: folders, lists, corpora; what is left out and changed is said."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import write_audio
from musicrnn.sources import sounds as module
from musicrnn.sources.coded_sounds import holds_sounds
from musicrnn.sources.sounds import read_sounds
from musicrnn.training.data import SPLITS, DataRequest
from musicrnn.waveform import Waveform


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def write(path, seconds=0.3, rate=16_000, channels=1, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng([seed, *path.parent.name.encode(), *path.name.encode()])
    samples = 0.1 * random.standard_normal((channels, int(seconds * rate)))
    write_audio(Waveform(samples.astype(np.float32), rate), path)


def read(source, **more):
    return read_sounds(DataRequest((str(source),), **more), None)


def names(data, split):
    return [sound.name for sound in data.examples[split]]


def test_a_folder_of_anything(tmp_path):
    for number in range(20):
        write(tmp_path / "s" / f"a{number}.wav", rate=(16_000, 44_100)[number % 2], channels=2)
    (tmp_path / "s" / "broken.wav").write_bytes(b"RIFF nothing")
    (tmp_path / "s" / "notes.txt").write_text("no sound")
    write(tmp_path / "s" / "short.wav", seconds=0.01)
    write_audio(Waveform(np.zeros((1, 8000), np.float32), 16_000), tmp_path / "s" / "silent.wav")
    data = read(tmp_path / "s")
    assert sum(map(len, data.examples.values())) == 20
    assert all(data.examples.values())
    told = {skipped.name: skipped.reason for skipped in data.refused}
    assert told.keys() == {"broken.wav", "notes.txt", "short.wav", "silent.wav"}
    assert told["silent.wav"] == "it is silent"
    assert "less than 0.05 s" in told["short.wav"]
    for split in SPLITS:
        for sound in data.examples[split]:
            assert sound.samples.dtype == np.int16
            assert len(sound.samples) == 4800
            assert sound.label == ""
    again = read(tmp_path / "s")
    assert names(again, "train") == names(data, "train")
    assert "20 sounds" in data.title
    assert holds_sounds(str(tmp_path / "s"))


def test_labels_are_folders_and_parts_stay_together(tmp_path):
    for label in ("kick", "snare"):
        for number in range(8):
            for part in (1, 2):
                write(tmp_path / label / f"take{number}_part{part}.wav", seed=part)
    data = read(tmp_path)
    assert data.labels == ("kick", "snare")
    where = {sound.name: split for split in SPLITS for sound in data.examples[split]}
    assert len(where) == 32
    for name, split in where.items():
        assert where[name.replace("part1", "part2")] == split


def test_folders_may_say_the_split(tmp_path):
    for split, count in (("train", 4), ("valid", 2), ("test", 1)):
        for number in range(count):
            write(tmp_path / split / "drum" / f"{number}.wav", seed=count)
    data = read(tmp_path)
    assert [len(data.examples[split]) for split in SPLITS] == [4, 2, 1]
    assert data.labels == ("drum",)


def test_strays_beside_such_folders_are_left_out(tmp_path):
    for number in range(18):
        write(tmp_path / "train" / "drum" / f"{number}.wav")
    write(tmp_path / "test" / "drum" / "a.wav")
    write(tmp_path / "noise.wav")
    (tmp_path / "split.csv").write_text("file,split")
    data = read(tmp_path)
    assert [len(data.examples[split]) for split in SPLITS] == [16, 2, 1]
    told = {skipped.name: skipped.reason for skipped in data.refused}
    assert told["noise.wav"] == "it lies in none of the folders train, valid and test"
    assert "it may be a list of the files: name" in told["split.csv"]


def test_a_list_says_label_and_tempo(tmp_path):
    for number in range(4):
        write(tmp_path / f"{number}.wav", seed=number)
    rows = ["file,label,split,tempo", "0.wav,funk,train,100", "1.wav,funk,valid,90.5",
            "2.wav,rock,test,", "none.wav,rock,train,100"]  # fmt: skip
    (tmp_path / "split.csv").write_text("\n".join(rows))
    assert holds_sounds(str(tmp_path / "split.csv"))
    for data in (read(tmp_path / "split.csv"), read(tmp_path, split_file=tmp_path / "split.csv")):
        (train,), (valid,), (test,) = (data.examples[split] for split in SPLITS)
        assert (train.label, train.tempo) == ("funk", 100)
        assert (valid.label, valid.tempo) == ("funk", 90.5)
        assert (test.label, test.tempo) == ("rock", 0)
        assert data.refused[0].name == "none.wav"
    (tmp_path / "split.csv").write_text("\n".join([*rows[:3], "0.wav,funk,train,120"]))
    with pytest.raises(MusicRNNError, match=r"lists 0\.wav twice"):
        read(tmp_path / "split.csv")
    (tmp_path / "split.csv").write_text("\n".join([*rows[:3], "2.wav,rock,test,fast"]))
    with pytest.raises(MusicRNNError, match=r"the tempo of 2\.wav must be in 20\.\.400"):
        read(tmp_path / "split.csv")


def test_much_sound_is_cut_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_SECONDS", 0.2)
    monkeypatch.setattr(module, "HOURS", 1 / 3600)
    for number in range(9):
        write(tmp_path / f"{number}.wav", seed=number)
    data = read(tmp_path)
    assert sum(map(len, data.examples.values())) == 5
    assert {skipped.reason for skipped in data.refused} == {
        "0.000277778 h of sound are read already"
    }
    assert any("only its first" in sentence for sentence in data.said)


def test_what_is_no_source_is_said(tmp_path):
    with pytest.raises(MusicRNNError, match="neither a folder, a split file nor a corpus"):
        read("nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(MusicRNNError, match="holds no sound that can be read"):
        read(tmp_path / "empty")
    assert not holds_sounds(str(tmp_path / "empty"))
    assert not holds_sounds("pop909")
