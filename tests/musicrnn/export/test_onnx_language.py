"""Composing models as ONNX: step by step with states carried on, every cell."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import FIELDS, sizes, written
from musicrnn.layers.settings import LayerSettings
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.pretrained import load_model
from musicrnn.tokens.beat import BeatTokenizer
from tests.musicrnn.export.read_graph import read_graph
from tests.musicrnn.export.written import export_onnx
from tests.musicrnn.random_networks import VARIANTS, title

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

SETTINGS = [
    ("lstm", LayerSettings(norm=True, residual=True, zoneout=0.1)),
    ("gru", LayerSettings(attention=4)),
    ("gru", LayerSettings(attention=4, attention_kind="scaled")),
    ("elman", LayerSettings(attention=1, attention_kind="general")),
]
VOCABULARY, STEPS = 11, 7


def random_model(cell: str, settings: LayerSettings, *, tied: bool = False) -> LanguageModel:
    torch.manual_seed(0)
    config = LanguageConfig(
        vocabulary=VOCABULARY, cell=cell, embedding=6, hidden=6, layers=2, tied=tied, layer=settings
    )
    model = LanguageModel(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(0.5 * torch.randn(parameter.shape))
    return model


def checkpoint_of(model: LanguageModel) -> Checkpoint:
    return Checkpoint(model.arrays(), {"task": "compose", "model": model.configuration()})


def run_steps(path: Path, model: LanguageModel, ids: np.ndarray) -> np.ndarray:
    """Logits [B, T, V] of the file, fed an id at a time."""
    run = read_graph(path)
    names, start = model.stack.state_names, model.initial_state(len(ids))
    carried = {name: part.numpy() for name, part in zip(names, start, strict=True)}
    found = []
    for column in ids.T:
        outputs = run({"ids": np.ascontiguousarray(column), **carried})
        carried = {name: outputs[f"{name}_after"] for name in names}
        found.append(outputs["logits"])
    return np.stack(found, 1)


def test_a_model_that_hears_a_context(tmp_path: Path) -> None:
    """Its steps are compared with the network's before anything is written."""
    kit = BeatTokenizer((128,), velocity_bins=2, chords=False)
    found = sizes(kit.readings(), len(kit.vocabulary))
    config = LanguageConfig(
        vocabulary=len(kit.vocabulary), embedding=6, hidden=8, layers=1, context=written(found)
    )
    torch.manual_seed(0)
    model = LanguageModel(config).eval()
    model.set_readings(kit.readings())
    inputs = export_onnx(checkpoint_of(model), tmp_path / "m.onnx").inputs
    assert inputs["context"] == ("batch", len(FIELDS))


@pytest.mark.parametrize(("cell", "settings"), [*VARIANTS, *SETTINGS], ids=title)
def test_every_cell_steps_as_it_reads_the_whole(
    cell: str, settings: LayerSettings, tmp_path: Path
) -> None:
    model, path = random_model(cell, settings), tmp_path / "m.onnx"
    written = export_onnx(checkpoint_of(model), path)
    assert written.difference < 1e-5
    assert written.inputs["ids"] == ("batch",)
    assert written.outputs["logits"] == ("batch", VOCABULARY)
    for rows in (1, 4):
        ids = np.random.default_rng(rows).integers(0, VOCABULARY, (rows, STEPS))
        with torch.no_grad():
            wanted = model(torch.from_numpy(ids), model.initial_state(rows))[0].numpy()
        np.testing.assert_allclose(run_steps(path, model, ids), wanted, atol=1e-4)


def test_the_file_says_what_it_is_and_not_where_it_was_made(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    export_onnx(load_model("drums"), path)
    entries = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert entries["task"] == "compose"
    assert entries["states"] == "hidden:hidden_after,cell:cell_after"
    assert json.loads(entries["tokenizer"]) == load_model("drums").metadata["tokenizer"]
    assert str(Path(__file__).parents[3]).encode() not in path.read_bytes()
    again = tmp_path / "again.onnx"
    export_onnx(load_model("drums"), again)
    assert again.read_bytes() == path.read_bytes()


def test_tied_weights(tmp_path: Path) -> None:
    model = random_model("gru", LayerSettings(), tied=True)
    assert export_onnx(checkpoint_of(model), tmp_path / "m.onnx").difference < 1e-5
