"""A training that begins with another model has its weights, sizes and encoding."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import musicrnn as mr
from musicrnn.checkpoint import Checkpoint
from musicrnn.io.midi import write_midi
from musicrnn.score import Note, Track, make_score

SMALL = {"hidden": 12, "embedding": 8, "layers": 1, "batch_size": 4, "sequence_length": 32}


def folder(home: Path, seeds: range) -> Path:
    home.mkdir()
    for seed in seeds:
        pitches = np.random.default_rng(seed).integers(60, 72, 48)
        notes = tuple(Note(240 * i, int(pitch), 240, 80) for i, pitch in enumerate(pitches))
        write_midi(make_score(480, [Track(notes)]), home / f"{seed}.mid")
    return home


def trained(data: Path, to: Path, **how: Any) -> Checkpoint:
    settings = {**how.pop("settings", {}), "updates": how.pop("updates", 3)}
    mr.train("compose", data, to=to, settings=settings, progress=False, device="cpu", **how)
    return Checkpoint.load(to)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("base")
    trained(folder(home / "midi", range(8)), home / "base.safetensors", settings=SMALL)
    return home / "base.safetensors"


def test_it_begins_with_the_weights_of_that_model(base: Path, tmp_path: Path) -> None:
    other = folder(tmp_path / "other", range(20, 28))
    still = {"learning_rate": 1e-12, "weight_decay": 0.0}
    made = trained(other, tmp_path / "m.safetensors", base=base, settings=still)
    model = Checkpoint.load(base)
    assert made.entry("model") == model.entry("model")
    assert made.entry("tokenizer") == model.entry("tokenizer")
    assert made.metadata["from"] == str(base)
    for name, weights in model.arrays.items():
        np.testing.assert_allclose(made.arrays[name], weights, atol=1e-5)
    fresh = trained(other, tmp_path / "n.safetensors", settings={**SMALL, **still}, seed=5)
    assert "from" not in fresh.metadata
    assert np.abs(fresh.arrays["output.weight"] - model.arrays["output.weight"]).max() > 0.01


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ({"settings": {"hidden": 16}}, "hidden is 12 in .* got 16"),
        ({"cell": "gru"}, "cell is lstm in .* got gru"),
        ({"settings": {"hears": "where"}}, "hears is where,asked.* got where"),
        ({"settings": {"layer.zoneout": 0.1}}, "layer is {} in .* got"),
    ],
)
def test_another_network_is_refused_by_name(
    base: Path, tmp_path: Path, how: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(mr.MusicRNNError, match=sentence):
        trained(base.parent / "midi", tmp_path / "m.safetensors", base=base, **how)
    assert not (tmp_path / "m.safetensors").exists()


def test_a_model_of_another_kind_or_of_other_tokens_is_refused(base: Path, tmp_path: Path) -> None:
    data, to = base.parent / "midi", tmp_path / "m.safetensors"
    with pytest.raises(mr.MusicRNNError, match=r"commands .*musicrnn train classify"):
        trained(data, to, base="commands")
    with pytest.raises(mr.MusicRNNError, match="reads music as beat, got tokens 'performance'"):
        mr.train("compose", mr.data(data, tokens="performance"), to=to, base=base, progress=False)
    with pytest.raises(mr.MusicRNNError, match="write to another file"):
        trained(data, base, base=base, overwrite=True)
    for empty in ("", "nope"):
        with pytest.raises(mr.MusicRNNError, match="there is no model"):
            trained(data, to, base=empty)
    with pytest.raises(mr.MusicRNNError, match=r"there is no model 'popp'.*did you mean pop"):
        trained(data, to, base="popp")


def test_a_run_goes_on_from_the_same_base_alone(base: Path, tmp_path: Path) -> None:
    data, to = base.parent / "midi", tmp_path / "m.safetensors"
    trained(data, to, base=base)
    other = tmp_path / "other.safetensors"
    trained(data, other, settings=SMALL, seed=1)
    with pytest.raises(mr.MusicRNNError, match="from was"):
        trained(data, to, base=other, updates=5, resume=True)
    trained(data, to, base=base, updates=5, resume=True)
