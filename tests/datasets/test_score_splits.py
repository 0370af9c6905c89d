"""How a user's folder is split: by families, by its folders, by a file, and as it was before."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import midi_bytes
from musicrnn.score import Note, Track, make_score
from musicrnn.sources.readers import read_data
from musicrnn.sources.score_folder import read_folder
from musicrnn.sources.score_splits import BY_CONTENT, BY_FAMILY
from musicrnn.sources.scores import read_source
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.training.data import DataRequest, read_all
from musicrnn.training.task import TASKS

LIKE = Checkpoint({}, {"tokenizer": {"name": "beat", **BeatTokenizer().configuration()}})


def tune(seed: int, higher: int = 0, count: int = 40) -> bytes:
    """Random notes; with ``higher`` the same tune in another key."""
    pitches = 60 + higher + np.random.default_rng(seed).integers(0, 12, count)
    notes = tuple(Note(240 * i, int(p), 240, 80) for i, p in enumerate(pitches))
    return midi_bytes(make_score(480, [Track(notes)]))


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def sides(folder: Path, **how) -> dict[str, str]:
    return {piece.name: piece.split for piece in read_folder(folder, **how)[1]}


def test_versions_of_a_tune_stand_on_one_side(tmp_path: Path) -> None:
    versions = {f"{key}-{seed}.mid": tune(seed, key) for seed in range(40) for key in (0, 3)}
    found = sides(write(tmp_path, versions))
    assert all(found[f"0-{seed}.mid"] == found[f"3-{seed}.mid"] for seed in range(40))
    assert set(found.values()) == {"train", "valid", "test"}
    before = sides(tmp_path, by=BY_CONTENT)
    assert any(before[f"0-{seed}.mid"] != before[f"3-{seed}.mid"] for seed in range(40))


def test_a_name_says_as_much_unless_many_have_it(tmp_path: Path) -> None:
    named = {f"Red Rose ({seed}).mid": tune(seed) for seed in range(5)}
    others = {f"Track {seed}.mid": tune(seed) for seed in range(10, 60)}
    found = sides(write(tmp_path, named | others))
    assert len({found[name] for name in named}) == 1
    assert {found[name] for name in others} == {"train", "valid", "test"}


def test_a_piece_without_versions_stands_where_it_always_did(tmp_path: Path) -> None:
    write(tmp_path, {f"{'abcdefgh'[seed % 8] * (seed + 1)}.mid": tune(seed) for seed in range(30)})
    assert sides(tmp_path) == sides(tmp_path, by=BY_CONTENT)
    assert read_folder(tmp_path)[0].split == BY_FAMILY
    assert read_folder(tmp_path, by=BY_CONTENT)[0].split == BY_CONTENT


def test_a_family_that_is_most_of_a_folder_is_trained_on(tmp_path: Path) -> None:
    for start in range(20):  # whatever the hashes are
        folder = tmp_path / str(start)
        write(folder, {f"{key}.mid": tune(start, key) for key in range(4)})
        assert set(sides(folder).values()) == {"train"}


def test_folders_named_after_splits_are_the_split(tmp_path: Path) -> None:
    names = ["train/a.mid", "train/b/c.mid", "Validation/d.mid", "test/e.mid", "f.mid"]
    write(tmp_path, {name: tune(seed) for seed, name in enumerate(names)})
    card, pieces = read_folder(tmp_path)
    kept, refused = read_all(pieces, lambda piece: piece.read())
    assert card.split == "by its folders train, valid and test"
    assert {item.piece.name: item.piece.split for item in kept} == {
        "Validation/d.mid": "valid", "test/e.mid": "test",
        "train/a.mid": "train", "train/b/c.mid": "train",
    }  # fmt: skip
    assert [each.name for each in refused] == ["f.mid"]
    assert "none of the folders" in refused[0].reason


def test_what_is_validated_on_is_drawn_where_no_folder_says_it(tmp_path: Path) -> None:
    names = [f"{side}/{seed}.mid" for side in ("train", "test") for seed in range(40)]
    found = sides(write(tmp_path, {name: tune(index) for index, name in enumerate(names)}))
    assert {found[name] for name in names if name.startswith("test")} == {"test"}
    assert {found[name] for name in names if name.startswith("train")} == {"train", "valid"}


def test_a_folder_named_train_alone_is_no_split(tmp_path: Path) -> None:
    write(tmp_path, {f"train/{seed}.mid": tune(seed) for seed in range(60)})
    assert set(sides(tmp_path).values()) == {"train", "valid", "test"}


def test_a_split_file_says_it_too(tmp_path: Path) -> None:
    abc = "X:1\nT:One\nM:4/4\nL:1/4\nK:C\nCDEF|\n\nX:2\nT:Two\nM:4/4\nL:1/4\nK:C\nGABc|\n"
    write(tmp_path, {f"{name}.mid": tune(seed) for seed, name in enumerate("abc")})
    write(tmp_path, {"t.abc": abc.encode()})
    listed = tmp_path / "my.csv"
    listed.write_text("file,split\na.mid,train\nb.mid,val\nt.abc:1,test\nt.abc,train\nx.mid,test\n")
    card, pieces = read_source(str(tmp_path), split_file=listed)
    kept, refused = read_all(pieces, lambda piece: piece.read())
    assert card.split == "as listed in my.csv"
    assert {item.piece.name: item.piece.split for item in kept} == {
        "a.mid": "train", "b.mid": "valid", "t.abc:1": "test", "t.abc:2": "train",
    }  # fmt: skip
    assert {each.name: each.reason for each in refused} == {
        "c.mid": "the split file does not list it",
        "x.mid": "the split file lists it, but there is no such file",
    }
    by_file = read_source(str(listed))  # the file is a source itself, of its folder
    assert [piece.split for piece in by_file[1]] == [piece.split for piece in pieces]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file\na.mid\n", "needs a first line with the columns file,split"),
        ("file,split\na.mid,some\n", "line 2: split must be train, valid or test"),
        ("", "needs a first line"),
        (
            "file,split\na.mid,train\nb.mid,test\na.mid,val\n",
            "lists a.mid twice, in line 2 as train, in line 4 as valid",
        ),
        ("file,split\nx/a.mid,train\n", "lists 1 file, none of which is there"),
        (b"file,split\n\xff.mid,train\n", "it is no text in UTF-8"),
    ],
)
def test_what_is_no_split_file_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    content = text if isinstance(text, bytes) else text.encode()
    write(tmp_path, {"a.mid": tune(0), "my.csv": content})
    with pytest.raises(MusicRNNError, match=message):
        read_folder(tmp_path, tmp_path / "my.csv")


def test_a_split_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    write(tmp_path, {"a.mid": tune(0)})
    with pytest.raises(MusicRNNError, match=r"^there is no split file .*my\.csv$"):
        read_folder(tmp_path, tmp_path / "my.csv")


def test_columns_are_found_in_any_case_and_rows_may_come_twice_alike(tmp_path: Path) -> None:
    write(tmp_path, {f"{name}.mid": tune(seed) for seed, name in enumerate("ab")})
    listed = tmp_path / "my.csv"
    listed.write_text(" Split, File ,why\nTrain, a.mid,\n\nval ,b.mid,x\ntrain,a.mid,again\n")
    assert sides(tmp_path, split_file=listed) == {"a.mid": "train", "b.mid": "valid"}


def test_a_list_without_a_training_piece_is_refused_and_what_is_moved_is_said(
    tmp_path: Path,
) -> None:
    write(tmp_path, {f"{seed}.mid": tune(seed) for seed in range(4)})
    compose, listed = TASKS["compose"], tmp_path / "my.csv"

    def read(split: str):
        listed.write_text("file,split\n" + "".join(f"{n}.mid,{split}\n" for n in range(4)))
        return read_data(compose, DataRequest((str(tmp_path),), split_file=listed))

    with pytest.raises(MusicRNNError, match=r"no piece to train on \(train 0, valid 4, test 0\)"):
        compose.check(read("valid"))
    data = read("train")
    compose.check(data)
    assert data.counts() == {"train": 3, "valid": 1, "test": 0}
    assert list(data.said) == [
        "there is no piece to validate on: 1 piece of train became valid (3.mid)"
    ]
    assert compose_test_alone(tmp_path, listed) == {"train": 0, "valid": 0, "test": 4}


def compose_test_alone(folder: Path, listed: Path) -> dict[str, int]:
    """To measure on, a list of test pieces will do."""
    listed.write_text("file,split\n" + "".join(f"{n}.mid,test\n" for n in range(4)))
    return read_data(TASKS["compose"], DataRequest((str(listed),)), LIKE).counts()


@pytest.mark.parametrize("notes", [8, 40])
def test_one_tune_in_seven_keys_never_stands_on_both_sides(tmp_path: Path, notes: int) -> None:
    seven = {f"key {key}.mid": tune(5, key, notes) for key in range(7)}
    compose, request = TASKS["compose"], DataRequest((str(write(tmp_path, seven)),))
    with pytest.raises(MusicRNNError, match="all versions of one tune"):
        compose.check(read_data(compose, request))
    other = write(tmp_path / "other", {f"song {seed}.mid": tune(seed) for seed in range(5)})
    data = read_data(compose, DataRequest((str(other),)))  # names of so few say little
    assert sorted(map(len, data.names.values())) == [0, 1, 4]
    shutil.rmtree(other)
    write(tmp_path, {f"also {key}.mid": tune(6, key, notes) for key in range(3)})
    data = read_data(compose, request)
    assert data.names["valid"] == [f"also {key}.mid" for key in range(3)]
    assert data.names["train"] == sorted(seven)
    assert "3 pieces of train became valid" in data.said[0]


def test_a_model_that_learnt_by_a_list_is_measured_by_it(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", {f"{seed}.mid": tune(seed) for seed in range(20)})
    listed = folder / "my.csv"
    rows = {f"{n}.mid": "test" if n % 3 == 0 else "valid" if n % 3 == 1 else "train"
            for n in range(18)}  # fmt: skip
    listed.write_text("file,split\n" + "".join(f"{n},{split}\n" for n, split in rows.items()))
    compose = TASKS["compose"]
    data = read_data(compose, DataRequest((str(folder),), split_file=listed))
    model = Checkpoint({}, {**LIKE.metadata, "data": data.description})
    folder = folder.rename(tmp_path / "moved")
    again = read_data(compose, DataRequest((str(folder),)), model)
    assert (again.names, again.said) == (data.names, ())
    assert {each.reason for each in again.refused} == {
        "it was not listed when the model was trained"
    }
    other = write(tmp_path / "other", {f"{seed}.mid": tune(seed) for seed in range(15, 40)})
    read = read_data(compose, DataRequest((str(other),)), model)
    assert sum(read.counts().values()) == 25


def test_where_the_list_is_not_known_any_more_it_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path / "mine", {f"{seed}.mid": tune(seed) for seed in range(20)})
    (folder / "my.csv").write_text("file,split\n0.mid,test\n")
    learnt = {"corpora": [{"name": "mine", "split": "as listed in my.csv"}]}
    model = Checkpoint({}, {**LIKE.metadata, "data": learnt})
    said = read_data(TASKS["compose"], DataRequest((str(folder),)), model).said
    assert "the model learnt from mine as listed in my.csv, which is split versions" in said[0]
    assert "name the list in place of the folder" in said[0]
    assert read_data(TASKS["compose"], DataRequest((str(folder / "my.csv"),)), model).said == ()


def test_a_split_file_is_of_one_folder_of_ones_own(tmp_path: Path) -> None:
    listed = tmp_path / "my.csv"
    with pytest.raises(MusicRNNError, match="irish-tunes has a split of its own"):
        read_source("irish-tunes", split_file=listed)
    request = DataRequest((str(tmp_path), str(tmp_path)), split_file=listed)
    with pytest.raises(MusicRNNError, match="lists the files of one folder, got 2 sources"):
        read_data(TASKS["compose"], request)


def test_a_model_reads_its_folder_as_it_was_split_for_it(tmp_path: Path) -> None:
    versions = {f"{key}-{seed}.mid": tune(seed, key) for seed in range(20) for key in (0, 3)}
    folder = write(tmp_path / "mine", versions)
    tokenizer = {"name": "beat", **BeatTokenizer().configuration()}
    counts = {}
    for split in (BY_FAMILY, BY_CONTENT):
        data = {"corpora": [{"name": "mine", "split": split}]}
        model = Checkpoint({}, {"tokenizer": tokenizer, "data": data})
        counts[split] = read_data(TASKS["compose"], DataRequest((str(folder),)), model).counts()
    before = list(sides(folder, by=BY_CONTENT).values())
    assert counts[BY_CONTENT] != counts[BY_FAMILY]
    assert counts[BY_CONTENT]["valid"] == before.count("valid")
