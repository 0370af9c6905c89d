"""Data and training from Python: the same as from the command line."""

import re
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

import musicrnn as mr
from musicrnn.checkpoint import Checkpoint
from musicrnn.face.progress import ProgressBar
from musicrnn.training.run_state import RunState
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
    with pytest.raises(mr.MusicRNNError, match=r"exists.*resume=True, or replace.* overwrite=True"):
        mr.train("compose", folder, to=here, settings=SMALL)


def test_its_header_says_versions_and_seed(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    mine = mr.train("compose", folder, to=path, settings=SMALL, seed=7, progress=False)
    assert mine.metadata["seed"] == 7
    assert mine.metadata["versions"].keys() >= {"musicrnn", "torch"}


def test_progress_is_shown_unless_it_is_not_wanted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "broken.mid").write_text("no notes")
    mr.train("compose", folder, to=tmp_path / "a.safetensors", settings=SMALL)
    (folder / "broken.mid").unlink()
    said = capsys.readouterr().err
    assert said.count("update ") == 2
    for line in (r"left out broken\.mid: ", "bigram ", "after 4 updates", "has learnt less"):
        assert re.search(line, said), said
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
        (lambda folder, to: mr.data(""), "name of a folder or of a corpus, got ''"),
        (lambda folder, to: mr.data(["a", "b"]), "name of a folder or of a corpus, got "),
        (lambda folder, to: mr.data(folder, backgrounds="nope"), "no folder nope"),
        (lambda folder, to: mr.data(folder, mix="2,1"), "mix reads like"),
        (lambda folder, to: mr.train("compose", folder, to=to, settings=["x"]), "settings read"),
        (lambda folder, to: mr.train("compose", folder, to=to, seed="x"), "seed must be a whole"),
        (
            lambda folder, to: mr.train("classify", mr.data(folder, tokens="beat"), to=to),
            "tokens must be one of codec, mulaw, got 'beat'",
        ),
        (lambda folder, to: mr.data("pop99"), "neither a folder nor a corpus: did you mean pop909"),
        (lambda folder, to: mr.data("xyzzy"), "corpora are ceol-rince, "),
        (
            lambda folder, to: mr.train("draw", folder, to=to),
            "one of compose, classify, tokenize, got",
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
        (
            lambda folder, to: mr.train("compose", to.parent, to=to),
            "no file that ends in .mid, ",
        ),
        (lambda folder, to: mr.train("compose", folder, to=to, device="banana"), "'banana'"),
        (
            lambda folder, to: mr.train("compose", mr.data(folder, backgrounds=to.parent), to=to),
            "backgrounds says nothing to a model of the task 'compose'",
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


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)]
)
def test_a_signal_ends_it_with_the_best_model_kept(
    number: int, raised: type[BaseException], folder: Path, tmp_path: Path
) -> None:
    path, before = tmp_path / "mine.safetensors", ProgressBar.validated

    def interrupted(bar: ProgressBar, state: RunState, figures: dict[str, float]) -> None:
        before(bar, state, figures)
        signal.raise_signal(number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProgressBar, "validated", interrupted)
        with pytest.raises(raised):
            mr.train("compose", folder, to=path, settings=SMALL)
    assert mr.load(path).kind == "compose"
    mr.train("compose", folder, to=path, settings=SMALL, resume=True, progress=False)


def test_a_file_that_cannot_be_read_says_its_name(tmp_path: Path) -> None:
    (tmp_path / "broken.mid").write_text("no notes")
    (piece,) = mr.data(tmp_path).pieces
    with pytest.raises(mr.MusicRNNError, match=r"broken\.mid: not a MIDI file"):
        piece.read()
