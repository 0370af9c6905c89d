"""SoundFonts by name: where they are looked for, and what is said when there is none."""

import json
import os
import shutil
import sys

import pytest
from click.testing import CliRunner

from musicrnn.errors import MusicRNNError
from musicrnn.synth import soundfonts
from musicrnn.synth.soundfont import read_soundfont
from musicrnn.synth.soundfonts import default_soundfont, find_soundfont, installed
from musicrnn_cli.main import main


@pytest.fixture
def there(tmp_path, monkeypatch):
    """A folder that is looked in, beside one that is not there, and an empty one to work in."""
    folder = tmp_path / "soundfonts"
    folder.mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(soundfonts, "FOLDERS", {"": (str(tmp_path / "no"), str(folder))})
    monkeypatch.delenv("SDL_SOUNDFONTS", raising=False)
    shutil.copy(default_soundfont(), folder / "Grand_Piano.SF2")
    (folder / "readme.txt").write_text("no SoundFont")
    (folder / "gone.sf2").symlink_to(tmp_path / "nowhere.sf2")
    return folder


@pytest.mark.parametrize("name", ["Grand_Piano.SF2", "grand_piano.sf2", "grand_piano"])
def test_a_name_is_found_in_the_folders(there, name):
    assert find_soundfont(name) == there / "Grand_Piano.SF2"
    assert read_soundfont(name).path == there / "Grand_Piano.SF2"


def test_what_is_here_comes_first_then_the_variable(there, monkeypatch):
    other = there.parent / "grand_piano.sf2"
    shutil.copy(default_soundfont(), other)
    monkeypatch.setenv("SDL_SOUNDFONTS", os.pathsep.join(["/nowhere/x.sf2", str(other)]))
    assert find_soundfont("Grand_Piano") == other
    assert installed() == [other]
    shutil.copy(other, "Grand_Piano")
    assert find_soundfont("Grand_Piano").resolve().parent == there.parent / "here"


def test_what_is_not_there_is_said_with_what_is(there):
    with pytest.raises(MusicRNNError) as said:
        find_soundfont("fluid")
    assert f"{there.parent / 'no'}, {there}: there are Grand_Piano.SF2" in str(said.value)
    with pytest.raises(MusicRNNError, match="cannot read the SoundFont"):
        read_soundfont(there / "fluid.sf2")


def test_compressed_ones_are_refused_at_once(there):
    """SF3 marks a recording that is Ogg Vorbis by bit 4 of its kind, the last field of 46 bytes."""
    content = bytearray(default_soundfont().read_bytes())
    first = content.index(b"shdr") + 8
    content[first + 44] |= 0x10
    (there / "small.sf3").write_bytes(content)
    with pytest.raises(MusicRNNError, match=r"small.sf3 is a compressed SoundFont \(.sf3\)"):
        read_soundfont("small")


def test_the_one_that_comes_along_has_a_name(there):
    assert find_soundfont("timgm6mb") == find_soundfont("TimGM6mb.sf2") == default_soundfont()


def test_they_are_listed(there):
    (there / "small.sf3").write_bytes(b"")
    said = CliRunner().invoke(main, ["data", "soundfonts"])
    names = [line.split()[0] for line in said.stdout.splitlines()]
    assert names == ["TimGM6mb", "Grand_Piano", "small"]
    assert "is not read" in said.stdout.splitlines()[2]
    assert str(there) in said.stderr
    told = CliRunner().invoke(main, ["data", "soundfonts", "--json"]).stdout.splitlines()
    assert [json.loads(line)["read"] for line in told] == [True, True, False]


def test_every_system_has_folders(monkeypatch):
    for system in ("linux", "darwin", "win32", "freebsd14"):
        monkeypatch.setattr(sys, "platform", system)
        assert len(soundfonts.folders()) > 3
