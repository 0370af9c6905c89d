"""Data and training from Python: the same as from the command line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import musicrnn as mr
from musicrnn.checkpoint import Checkpoint
from musicrnn_cli.main import main
from tests.properties.small_data import write_scores

SMALL = {"hidden": 8, "embedding": 8, "layers": 1, "updates": 4, "validate_every": 2}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("scores")
    write_scores(home)
    return home


def test_it_trains_what_the_command_trains(folder: Path, tmp_path: Path) -> None:
    here, there = tmp_path / "here.safetensors", tmp_path / "there.safetensors"
    mine = mr.train(
        "compose", mr.data(folder), cell="gru", to=here, settings=SMALL, seed=3, progress=False
    )
    words = [word for name, value in SMALL.items() for word in ("--set", f"{name}={value}")]
    line = ["train", "compose", str(folder), "-o", str(there), "--cell", "gru", "--seed", "3"]
    result = CliRunner().invoke(main, [*line, *words])
    assert result.exit_code == 0, result.output
    other = Checkpoint.load(there)
    assert mine.kind == "compose"
    assert all((mine.checkpoint.arrays[n] == other.arrays[n]).all() for n in other.arrays)
    assert mine.metadata["command"].startswith("musicrnn.train('compose', ")
    figures = mine.evaluate(mr.data(folder).valid)
    line = ["evaluate", str(there), str(folder), "--split", "valid"]
    result = CliRunner().invoke(main, line)
    assert figures.as_text() in result.output
    with pytest.raises(mr.MusicRNNError, match="exists"):
        mr.train("compose", folder, to=here, settings=SMALL)


def test_its_header_says_versions_and_seed(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    mine = mr.train("compose", folder, to=path, settings=SMALL, seed=7, progress=False)
    assert mine.metadata["seed"] == 7
    assert mine.metadata["versions"].keys() >= {"musicrnn", "torch"}


def test_progress_is_shown_unless_it_is_not_wanted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mr.train("compose", folder, to=tmp_path / "a.safetensors", settings=SMALL)
    assert capsys.readouterr().err.count("update ") == 2
    mr.train("compose", folder, to=tmp_path / "b.safetensors", settings=SMALL, progress=False)
    assert capsys.readouterr().err == ""


def test_parts_iterate_over_their_pieces(folder: Path) -> None:
    data = mr.data(folder)
    assert len(data.train) + len(data.valid) + len(data.test) == 14
    assert all(piece.split == "train" and piece.read().note_count for piece in data.train)
    assert repr(data) == f"<Data of {folder}>"
    assert repr(data.test) == f"<test part of {folder}>"


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (lambda folder, to: mr.data(), "say what to read"),
        (lambda folder, to: mr.data("pop99"), "neither a folder nor a corpus: did you mean pop909"),
        (lambda folder, to: mr.data("xyzzy"), "corpora are groove, "),
        (
            lambda folder, to: mr.train("draw", folder, to=to),
            "one of compose, classify, got",
        ),
        (lambda folder, to: mr.train("compose", folder, to=to, cell="lstn"), "did you mean lstm"),
        (
            lambda folder, to: mr.train("compose", folder, to=to, settings={"hiden": 3}),
            "no setting 'hiden' here; did you mean hidden",
        ),
        (
            lambda folder, to: mr.train("compose", folder, to=to, settings={"hidden": "many"}),
            "hidden must be int, got 'many'",
        ),
        (lambda folder, to: mr.train("compose", to.parent, to=to), "no .mid, .midi, .kar or .abc"),
        (lambda folder, to: mr.train("compose", folder, to=to, device="banana"), "'banana'"),
        (
            lambda folder, to: mr.train("compose", mr.data(folder, split_file="a.csv"), to=to),
            "--split says nothing to a model of the task 'compose'",
        ),
        (lambda folder, to: mr.load("pop").evaluate(folder, split="all"), "one of train, valid"),
        (
            lambda folder, to: mr.load("pop").evaluate(mr.data(folder).valid, split="test"),
            "the part given is valid, got split 'test'",
        ),
    ],
)
def test_what_cannot_be_is_one_sentence(call, reason: str, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(mr.MusicRNNError, match=reason):
        call(folder, tmp_path / "mine.safetensors")
    assert not (tmp_path / "mine.safetensors").exists()


def test_corpora_say_their_terms_and_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "pop909").mkdir()
    told = mr.corpora(tmp_path)
    assert told["pop909"].endswith(f"(terms: MIT); {tmp_path / 'pop909'}")
