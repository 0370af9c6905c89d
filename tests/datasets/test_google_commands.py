"""Google Speech Commands: the official lists, the rule that made them, and the two tasks."""

from collections import Counter
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.sources.find import corpus_folder
from musicrnn_datasets.google_commands import (
    FOLDERS,
    GOOGLE_COMMANDS,
    GOOGLE_COMMANDS_12,
    split_of_speaker,
)

LISTS = {"validation_list.txt": "valid", "testing_list.txt": "test"}


@pytest.fixture
def sample(corpora: Path) -> Path:
    try:
        return corpus_folder(FOLDERS, corpora)
    except MusicRNNError:
        pytest.skip("needs Google Speech Commands")


def test_the_rule_gives_the_official_lists(sample: Path) -> None:
    for file, split in LISTS.items():
        names = (sample / file).read_text().split()
        assert len(names) > 6000
        speakers = {name.split("/")[1].split("_nohash_")[0] for name in names}
        assert {split_of_speaker(speaker) for speaker in speakers} == {split}


def test_clips_are_those_of_the_lists(sample: Path) -> None:
    listed = {f: set((sample / f).read_text().split()) for f in LISTS}
    clips = list(GOOGLE_COMMANDS.clips(sample))
    assert len({clip.label for clip in clips}) in (30, 35)
    for clip in clips:
        assert clip.path.is_file()
        assert clip.name == f"{clip.label}/{clip.path.name}"
        expected = [split for file, split in LISTS.items() if clip.name in listed[file]]
        assert [clip.split] == (expected or ["train"])
    sides = {clip.speaker: {c.split for c in clips if c.speaker == clip.speaker} for clip in clips}
    assert {len(splits) for splits in sides.values()} == {1}
    assert len(sides) > 20


def test_other_words_are_unknown(sample: Path) -> None:
    every, twelve = list(GOOGLE_COMMANDS.clips(sample)), list(GOOGLE_COMMANDS_12.clips(sample))
    assert [clip.path for clip in every] == [clip.path for clip in twelve]
    ten = {"yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"}
    for one, other in zip(every, twelve, strict=True):
        assert other.label == (one.label if one.label in ten else "_unknown_")
    assert len({clip.label for clip in twelve}) == 11


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    for word in ("yes", "bed", "_background_noise_"):
        (tmp_path / word).mkdir()
    for number in range(300):
        (tmp_path / ("yes", "bed")[number % 2] / f"{number:08x}_nohash_0.wav").touch()
    (tmp_path / "_background_noise_" / "pink.wav").touch()
    (tmp_path / "_background_noise_" / "README.md").touch()
    (tmp_path / "yes" / "notes.txt").touch()
    return tmp_path


def test_without_lists_the_rule_splits(drawn: Path) -> None:
    clips = list(GOOGLE_COMMANDS.clips(drawn))
    assert len(clips) == 300
    counts = Counter(clip.split for clip in clips)
    assert 15 <= counts["valid"] <= 45
    assert 15 <= counts["test"] <= 45
    assert all(clip.split == split_of_speaker(clip.speaker) for clip in clips)
    assert GOOGLE_COMMANDS.backgrounds(drawn) == [drawn / "_background_noise_" / "pink.wav"]
    # one list without the other would make train of what the missing one holds
    (drawn / "validation_list.txt").write_text("yes/00000000_nohash_0.wav\n")
    assert list(GOOGLE_COMMANDS.clips(drawn)) == clips
    (drawn / "testing_list.txt").write_text("bed/00000001_nohash_0.wav\r\n")
    assert Counter(clip.split for clip in GOOGLE_COMMANDS.clips(drawn)) == {
        "train": 298, "valid": 1, "test": 1,
    }  # fmt: skip


def test_a_folder_without_clips_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match="has no clips"):
        list(GOOGLE_COMMANDS.clips(tmp_path))
