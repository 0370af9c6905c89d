"""A label with nothing but copies of another label's files is no label."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.sources.labelled_folder import labelled_files
from musicrnn.sources.word_folder import word_files
from tests.datasets.test_word_folder import PEOPLE, write


@pytest.mark.parametrize("read", [word_files, labelled_files])
def test_a_label_of_copies_alone(tmp_path: Path, read: Callable) -> None:
    write(tmp_path, [f"left/{p}_{t}.wav" for p in PEOPLE for t in range(2)])
    shutil.copytree(tmp_path / "left", tmp_path / "right")
    said = "own, got 1: left; all files of right are the same as some of left"
    with pytest.raises(MusicRNNError, match=said):
        read(tmp_path)
    listed = tmp_path / "split.csv"
    names = [f"{label}/{p}_0.wav" for label in ("left", "right") for p in PEOPLE]
    rows = [f"{name},{name.partition('/')[0]},train" for name in names]
    listed.write_text("\n".join(["file,label,split", *rows]))
    with pytest.raises(MusicRNNError, match=said):
        read(tmp_path, listed)
    write(tmp_path, [f"up/{p}_{t}.wav" for p in PEOPLE for t in range(2)])
    assert read(tmp_path)  # two are left, and every copy is listed
