from pathlib import Path

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.fillers import real
from musicrnn.sources.labelled_folder import labelled_files, recording_name
from musicrnn.sources.readers import read_data
from musicrnn.training.data import DataRequest, TrainingData
from musicrnn.training.task import TASKS


@pytest.fixture
def folder(tmp_path):
    for label in ("dogs", "cats"):
        for number in range(10):
            for part in range(3):
                path = tmp_path / label / f"disc{number % 2}" / f"song{number}_chunk{part}.wav"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(f"{label} {number} {part}".encode())
    return tmp_path


def test_names_of_recordings():
    same = ["a/song.wav", "a/song_chunk3.wav", "a/song-Part 02.mp3", "a/song.clip1.ogg"]
    assert {recording_name(name) for name in same} == {"a/song"}
    assert recording_name("a/blues.00001.wav") == "a/blues.00001"
    assert recording_name("a/take5.wav") == "a/take5"
    assert recording_name("b/song.wav") != recording_name("a/song.wav")


def test_no_recording_on_both_sides_and_every_split_for_every_label(folder):
    files, refused = labelled_files(folder)
    assert len(files) == 60
    assert refused == []
    sides = {}
    for file in files:
        sides.setdefault(recording_name(file.name), set()).add(file.split)
    assert all(len(splits) == 1 for splits in sides.values())
    for label in ("dogs", "cats"):
        of_label = [next(iter(s)) for n, s in sides.items() if n.startswith(label)]
        assert (of_label.count("test"), of_label.count("valid")) == (2, 2)
    assert labelled_files(folder) == (files, refused)


def test_the_split_follows_the_content_not_the_name(folder):
    before = {file.path.read_bytes(): file.split for file in labelled_files(folder)[0]}
    (folder / "dogs").rename(folder / "hounds")
    after = {file.path.read_bytes(): file.split for file in labelled_files(folder)[0]}
    assert before == after


def test_what_is_left_out(folder):
    (folder / "cats" / "copy.wav").write_bytes(b"dogs 1 1")
    (folder / "stray.wav").write_bytes(b"stray")
    (folder / "cats" / ".hidden.wav").write_bytes(b"hidden")
    (folder / "cats" / "notes.txt").write_bytes(b"text")
    files, refused = labelled_files(folder)
    assert len(files) == 60
    reasons = {skipped.name: skipped.reason for skipped in refused}
    assert reasons["stray.wav"] == "it lies in no label's folder"
    assert "the same as" in reasons["dogs/disc1/song1_chunk1.wav"]


def recordings_of(source: str, data: Path | None = None) -> TrainingData:
    return read_data(TASKS["classify"], DataRequest((source,), data))


def test_folders_that_cannot_be_learned_from(tmp_path):
    with pytest.raises(MusicRNNError, match="is no folder"):
        labelled_files(tmp_path / "none")
    with pytest.raises(MusicRNNError, match=r"at least two folders.*got 0: none"):
        labelled_files(tmp_path)
    for label, count in (("a", 5), ("b", 2)):
        (tmp_path / label).mkdir()
        for number in range(count):
            (tmp_path / label / f"{number}.wav").write_bytes(f"{label}{number}".encode())
    with pytest.raises(MusicRNNError, match="'b' has 2 recordings, at least 3"):
        labelled_files(tmp_path)
    with pytest.raises(MusicRNNError, match="did you mean gtzan"):
        recordings_of("gtzen")


def test_a_split_file(folder):
    listed = folder / "split.csv"
    listed.write_text(
        "file,label,split\n"
        "dogs/disc0/song0_chunk0.wav,woof,train\n"
        "dogs/disc0/song2_chunk0.wav,woof,val\n"
        "cats/disc0/song0_chunk0.wav,miau,test\n"
        "cats/disc0/nothing.wav,miau,test\n"
    )
    files, refused = labelled_files(folder, listed)
    assert [(f.label, f.split) for f in files] == [
        ("woof", "train"),
        ("woof", "valid"),
        ("miau", "test"),
    ]
    assert refused[0].name == "cats/disc0/nothing.wav"
    listed.write_text("file,label,split\na.wav,woof,later\n")
    with pytest.raises(MusicRNNError, match="line 2: split must be train, valid or test"):
        labelled_files(folder, listed)
    listed.write_text("a,b\n1,2\n")
    with pytest.raises(MusicRNNError, match="columns file,label,split"):
        labelled_files(folder, listed)


def test_files_that_are_no_audio_are_listed_and_a_run_with_nothing_left_fails(folder):
    with pytest.raises(MusicRNNError, match="no recording is left in the train split"):
        recordings_of(str(folder))


def test_gtzan(corpora):
    prepared = recordings_of("gtzan", corpora)
    assert prepared.counts() == {"train": 442, "valid": 197, "test": 290}
    assert len(real(prepared.labels)) == 10
    names = [r.name for found in prepared.examples.values() for r in found]
    assert len(set(names)) == len(names)
    first = prepared.examples["valid"][0]
    assert first.name == "blues.00000"
    stored = np.load(corpora / "gtzan" / "logmel" / "blues.npy")[0]
    assert np.array_equal(first.windows[0], stored)
