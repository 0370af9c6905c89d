"""Nothing is written that does not say the same, and what is missing is named."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.errors import MusicRNNError
from musicrnn.export.graph import relative, write_graph
from musicrnn.export.sounds import trial_sounds
from musicrnn.pretrained import load_model
from tests.musicrnn.export.written import export_onnx, graph_of

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def test_a_graph_of_other_weights_is_not_written(tmp_path: Path) -> None:
    graph, path = graph_of(load_model("drums")), tmp_path / "m.onnx"
    path.write_bytes(b"before")
    with torch.no_grad():
        next(iter(graph.module.parameters()))[:] += 0.5
    with pytest.raises(MusicRNNError, match="nothing was written"):
        write_graph(graph, path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_difference_that_is_no_number_is_refused(tmp_path: Path) -> None:
    graph = dataclasses.replace(graph_of(load_model("drums")), compare=lambda run: float("nan"))
    with pytest.raises(MusicRNNError, match="differs from the model by nan"):
        write_graph(graph, tmp_path / "m.onnx")


@pytest.mark.parametrize("package", ["onnx", "onnxruntime"])
def test_without_the_extra_a_sentence_names_it(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MusicRNNError, match=rf"{package}: pip install onnx onnxruntime"):
        export_onnx(load_model("drums"), tmp_path / "m.onnx")
    assert not list(tmp_path.iterdir())


def test_tasks_without_a_graph(tmp_path: Path) -> None:
    with pytest.raises(MusicRNNError, match=r"frames of a .*: it cannot be exported as ONNX"):
        export_onnx(load_model("jsb"), tmp_path / "m.onnx")
    with pytest.raises(MusicRNNError, match="cannot stream sound"):
        export_onnx(load_model("pop"), tmp_path / "m.onnx", streaming=True)


def test_differences() -> None:
    one = np.array([0.5, 3.0])
    assert relative(one, one) == 0
    assert relative(one, one + np.array([0, 0.6])) == pytest.approx(0.6 / 3.6)
    assert relative(one, one[None]) == float("inf")
    assert not relative(np.array([np.nan]), np.array([1.0])) <= 1


def test_trial_sounds_are_sounds() -> None:
    for samples, rate in ((12_000, 8_000), (16_000, 16_000), (661_500, 22_050), (800, 8_000)):
        sounds = trial_sounds(samples, rate)
        assert sounds.shape[1] == samples
        assert sounds.dtype == np.float32
        assert not sounds[0].any()
        assert (np.abs(sounds[3:]).max(1) > 0.3).all()
        assert len({row.tobytes() for row in sounds}) == len(sounds)
