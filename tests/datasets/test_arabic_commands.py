"""Arabic Speech Commands, and how corpora of spoken words are found and listed."""

from collections import Counter
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import read_audio
from musicrnn.sources.catalogue import catalogue
from musicrnn.sources.find import corpus_folder
from musicrnn_datasets.arabic_commands import ARABIC_COMMANDS
from musicrnn_datasets.corpora import SPOKEN


@pytest.fixture
def folder(corpora: Path) -> Path:
    try:
        return corpus_folder(ARABIC_COMMANDS.folders, corpora)
    except MusicRNNError:
        pytest.skip("needs Arabic Speech Commands")


def test_the_official_split(folder: Path) -> None:
    clips = list(ARABIC_COMMANDS.clips(folder))
    assert Counter(clip.split for clip in clips) == {"train": 7200, "valid": 2400, "test": 2400}
    assert Counter(Counter(clip.label for clip in clips).values()) == {300: 40}
    assert len({clip.path for clip in clips}) == 12_000
    assert all(clip.path.is_file() for clip in clips)
    speakers = {
        split: {c.speaker for c in clips if c.split == split}
        for split in ("train", "valid", "test")
    }
    assert [len(found) for found in speakers.values()] == [18, 6, 6]
    assert len(set().union(*speakers.values())) == 30


def test_clips_and_backgrounds_can_be_heard(folder: Path) -> None:
    first = next(ARABIC_COMMANDS.clips(folder))
    assert 0.9 < read_audio(first.path).seconds < 1.1
    noises = ARABIC_COMMANDS.backgrounds(folder)
    assert [path.stem for path in noises] == ["boiler", "washing_machine"]
    assert all(read_audio(path, max_seconds=1).seconds == 1 for path in noises)


def test_a_damaged_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match=r"cannot read .*train\.csv"):
        list(ARABIC_COMMANDS.clips(tmp_path))
    (tmp_path / "train.csv").write_text("name,word\na,b\n")
    with pytest.raises(MusicRNNError, match=r"cannot read .*train\.csv"):
        list(ARABIC_COMMANDS.clips(tmp_path))


def test_a_corpus_is_found_under_any_of_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MUSICRNN_DATA", raising=False)
    with pytest.raises(MusicRNNError, match="the corpus arabic-commands is not") as error:
        corpus_folder(ARABIC_COMMANDS.folders, tmp_path)
    for name in ARABIC_COMMANDS.folders:
        assert str(tmp_path / name) in str(error.value)
    for name in reversed(ARABIC_COMMANDS.folders):
        (tmp_path / name).mkdir()
        assert corpus_folder(ARABIC_COMMANDS.folders, tmp_path) == tmp_path / name
        assert corpus_folder(ARABIC_COMMANDS.folders, tmp_path / name) == tmp_path / name
    entries = {entry["name"]: entry for entry in catalogue(tmp_path)}
    assert entries.keys() >= SPOKEN.keys()
    assert {entries[name]["licence"] for name in SPOKEN} == {"CC BY 4.0"}
    assert "as the folder arabic-commands in $MUSICRNN_DATA" in entries["arabic-commands"]["get"]
    assert entries["irish-tunes"]["get"] == "it comes with the package"
    assert entries["arabic-commands"]["folder"] == str(tmp_path / "arabic-commands")
