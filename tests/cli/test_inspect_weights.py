"""musicrnn inspect --store: a table and JSON of what lighter weights cost."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from musicrnn_cli.main import main
from musicrnn_datasets import examined
from tests.datasets.test_gradients import write_tunes

OF_VOICES = str(Path(__file__).parents[1] / "golden" / "chorale-of-november.safetensors")


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["inspect", *map(str, words)])
    assert result.exit_code == code, f"{result.output}\n{result.exception!r}"
    return result.output


@pytest.fixture
def brief(monkeypatch) -> None:
    monkeypatch.setattr(examined, "OWN_TOKENS", 3000)


@pytest.mark.usefixtures("brief")
def test_a_table_of_a_bundled_model() -> None:
    said = run("drums", "--store", "--seed", 7)
    first, second, _, header, *rows = said.splitlines()
    assert first.startswith("drums: 16 pieces of its own, seed 7, n = ")
    assert first.endswith(" tokens")
    assert second == "KL from float32 in nats a token"
    assert "bytes  mean KL  99 % within  largest  nats a token" in header
    exact, half, byte = (row.split() for row in rows)
    assert (exact[0], exact[2:5], exact[6:]) == ("float32", ["0", "0", "0"], ["0", "%"])
    assert (half[0], byte[0]) == ("bfloat16", "int8")
    assert 0 < float(half[2]) < float(byte[2]) < 1e-3
    assert abs(float(byte[6])) < 0.2
    assert said == run("drums", "--store", "--seed", 7)


@pytest.mark.usefixtures("brief")
def test_json() -> None:
    found = json.loads(run("drums", "--store", "--json"))
    assert set(found) == {"model", "read", "pieces", "cut", "baselines", "n", "weights"}
    assert (found["model"], found["pieces"], found["cut"]) == ("drums", 16, None)
    assert found["n"] > 3000
    assert [one["weights"] for one in found["weights"]] == ["float32", "bfloat16", "int8"]
    for one in found["weights"]:
        assert set(one) == {
            "weights", "bytes", "kl", "kl_99", "kl_largest", "nats_per_token", "change_percent",
        }  # fmt: skip
        assert one["kl"] <= one["kl_99"] <= one["kl_largest"]


def test_held_out_pieces_beside_counting(models, tmp_path: Path) -> None:
    write_tunes(tmp_path)
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    said = run(models["beat"], "--store", "--on", tmp_path)
    assert f"pieces of the test split of {tmp_path}, n = " in said
    assert "left out broken.mid" in said
    (bigram,) = (line.split() for line in said.splitlines() if line.startswith("bigram"))
    assert len(bigram) == 2
    found = json.loads(run(models["beat"], "--store", "--on", tmp_path, "--json").splitlines()[-1])
    assert float(bigram[1]) == pytest.approx(found["baselines"]["bigram"], abs=1e-4)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("genre", "--store"), 1, "such as pop; this one's task is 'classify'"),
        ((OF_VOICES, "--store"), 1, "task is 'voices'"),
        (("jsb", "--store"), 1, "task is 'frames'"),
        (("drums", "--store", "--on", "nothing-there"), 1, "nothing-there"),
        (("drums", "--store", "--gradients"), 2, "ask one at a time"),
        (("drums", "--store", "--steps", "3"), 2, "--steps belongs to --gradients"),
        (("drums", "--store", "-o", "x.svg"), 2, "--output belongs to --gradients"),
        (("drums", "--seed", "0"), 2, "--seed belongs to --gradients and to --store"),
    ],
)
def test_what_cannot_be_shown(words: tuple[str, ...], code: int, message: str) -> None:
    assert message in run(*words, code=code)
