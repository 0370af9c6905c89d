"""musicrnn export: ONNX files and smaller weights from the command line."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from musicrnn_cli.main import main


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["export", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


def test_smaller_weights(tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    said = run("drums", "-o", path, "--store", "int8")
    assert f"int8, 1,734,627 weights, {path.stat().st_size:,} bytes" in said
    assert path.stat().st_size < 1.03 * 1_734_627
    shown = CliRunner().invoke(main, ["inspect", str(path), "--json"])
    assert json.loads(shown.output)["file"]["weights"] == "int8"


def test_a_graph(tmp_path: Path) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    path = tmp_path / "drums.onnx"
    said = run("drums", "-o", path)
    assert float(re.findall(r"within (\S+) of", said)[0]) < 1e-4
    assert "in   hidden  [2, batch, 256]" in said
    assert path.exists()


def test_what_does_not_go_together(tmp_path: Path) -> None:
    assert "must end in" in run("drums", "-o", tmp_path / "a.tflite", code=2)
    assert "--store" in run("drums", "-o", tmp_path / "a.onnx", "--store", "int8", code=2)
    assert "--store" in run("drums", "-o", tmp_path / "a.safetensors", code=2)
    small = ["drums", "-o", tmp_path / "a.safetensors", "--store", "int8", "--streaming"]
    assert "--streaming" in run(*small, code=2)
    assert "leave out --streaming" in run("drums", "-o", tmp_path / "a.onnx", "--streaming", code=1)
    assert "there is no model" in run("nonsense", "-o", tmp_path / "a.onnx", code=1)
    assert not list(tmp_path.iterdir())
