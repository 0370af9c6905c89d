"""``musicrnn evaluate --against``: bundled models and small ones on the same pieces."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import musicrnn as mr
from musicrnn_cli.main import main
from tests.cli.test_evaluate import write_pieces

SMALL = [
    "--set", "hidden=16", "--set", "embedding=8", "--set", "rows=4", "--set", "length=32",
    "--set", "updates=12", "--set", "validate_every=6", "--device", "cpu",
]  # fmt: skip


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [*map(str, words)])


@pytest.fixture(scope="module")
def beginner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of twelve updates with the tokens of folk."""
    path = tmp_path_factory.mktemp("against") / "beginner.safetensors"
    result = run("train", "compose", "irish-tunes", "-o", path, *SMALL)
    assert result.exit_code == 0, result.output
    return path


def test_a_bundled_model_beside_a_beginner(beginner: Path) -> None:
    words = ("evaluate", "folk", "irish-tunes", "--against", beginner)
    shown = run(*words)
    assert shown.exit_code == 0, shown.output
    assert "95 % interval" in shown.stdout
    assert f"folk beside {beginner} on the same 19 pieces" in shown.stdout
    assert "p = 0.0002: sign-flip permutation test" in shown.stdout
    found = json.loads(run(*words, "--json").stdout)
    low, high = found["interval"]
    assert low < found["nats_per_token"] < high
    pieces = found["pieces"]
    assert len({piece["name"] for piece in pieces}) == len(pieces) == found["n"] == 19
    for unit, figure in (("tokens", "nats_per_token"), ("notes", "nats_per_note")):
        nats = sum(piece["nats"] for piece in pieces)
        assert nats / sum(piece[unit] for piece in pieces) == pytest.approx(found[figure])
    bigram = sum(piece["baselines"]["bigram"] for piece in pieces) / found["tokens"]
    assert bigram == pytest.approx(found["baselines"]["bigram"])
    difference, other = found["difference"], found["against"]
    assert other["model"] == str(beginner)
    mean = found["nats_per_token"] - other["nats_per_token"]
    assert difference["difference"] == pytest.approx(mean)
    assert difference["interval"][0] < mean < difference["interval"][1] < 0
    assert difference["p"] == pytest.approx(2 / 10_001, abs=3e-4)


def test_python_says_the_same(beginner: Path) -> None:
    folk = mr.load("folk")
    found = folk.evaluate("irish-tunes", against=mr.load(beginner))
    words = ("evaluate", "folk", "irish-tunes", "--against", beginner, "--json")
    said = json.loads(run(*words).stdout)
    assert found.as_json()["difference"] == {
        **said["difference"],
        "interval": tuple(said["difference"]["interval"]),
    }
    assert "folk beside beginner on" in found.as_text()
    assert folk.evaluate("irish-tunes", against=str(beginner)).as_text() == found.as_text()


def test_other_tokens_are_compared_by_notes(models: dict[str, Path], tmp_path: Path) -> None:
    write_pieces(tmp_path / "pieces", 30, bars=4, seed=1)
    words = ("evaluate", models["beat"], tmp_path / "pieces", "--against", models["performance"])
    found = json.loads(run(*words, "--json", "--split", "train").stdout)
    assert found["difference"]["figure"] == "nats a note"
    assert found["difference"]["first"] == pytest.approx(found["nats_per_note"])
    assert "tokens are not the same" in run(*words, "--split", "train").stdout


def test_classifiers_are_compared_on_the_same_recordings(
    corpora: Path, tmp_path: Path, brief_words: None
) -> None:
    split, rows = tmp_path / "few.csv", ["file,label,split"]
    for home in sorted((corpora / "arabic-speech-commands" / "dataset").iterdir())[:8]:
        (tmp_path / home.name).mkdir()
        for clip in sorted(home.glob("*.opus"))[:4]:
            shutil.copy(clip, tmp_path / home.name)
            rows.append(f"{home.name}/{clip.name},{home.name},test")
    split.write_text("\n".join(rows))
    found = run("evaluate", "commands", split, "--against", "commands-micro", "--json")
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)
    difference = said["difference"]
    assert (difference["figure"], difference["n"], said["n"]) == ("accuracy", 32, 32)
    assert difference["difference"] == pytest.approx(said["accuracy"] - said["against"]["accuracy"])
    right = [[each["label"] == each["called"] for each in of["pieces"]]
             for of in (said, said["against"])]  # fmt: skip
    alone = sum(a and not b for a, b in zip(*right, strict=True))
    assert difference["counts"]["right_by_the_first_alone"] == alone
    assert difference["test"].startswith("McNemar")


def test_what_cannot_be_compared_is_one_sentence(beginner: Path, tmp_path: Path) -> None:
    cases = {
        ("folk", "irish-tunes", "--against", "genre"): "both are of one kind: folk composes token",
        ("folk", "irish-tunes", "--against", "pop"): "2,355 and 3,089, which must be within 5%",
        ("folk", "irish-tunes", "--against", "folkk"): "did you mean folk?",
    }
    for words, message in cases.items():
        result = run("evaluate", *words)
        assert result.exit_code == 1, words
        assert message in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
    assert run("evaluate", tmp_path, "irish-tunes", "--against", "pop").exit_code == 2
