"""Damaged model files: each composes, or is refused in one sentence."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint, read_metadata
from musicrnn.errors import MusicRNNError
from musicrnn.networks.language import LanguageModel
from musicrnn.sampling.compose import compose
from musicrnn.sampling.filters import Settings
from musicrnn.tokens import Controls
from tests.cli.conftest import untrained

STRANGE = [None, -1, 0, 2**40, 1e308, "", "x", [], {}, True, [0] * 50]


def use(checkpoint: Checkpoint) -> bool:
    """Whether a piece comes out; raises anything but MusicRNNError."""
    try:
        pieces = compose(checkpoint, [1], controls=Controls(bars=1), settings=Settings())
        LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    except MusicRNNError as error:
        assert str(error)
        assert "\n" not in str(error)
        return False
    return len(pieces) == 1


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    path = tmp_path / "m.safetensors"
    untrained("beat", programs=(0,), chords=False).save(path)
    content = bytearray(path.read_bytes())
    if seed % 3 == 0:
        del content[int(random.integers(len(content))) :]
    else:
        limit = len(content) if seed % 3 == 1 else 600  # anywhere, or in the header
        for place in random.integers(0, limit, 6):
            content[place] = int(random.integers(256))
    path.write_bytes(content)
    try:
        checkpoint = Checkpoint.load(path)
    except MusicRNNError as error:
        assert str(path) in str(error)
        return
    assert read_metadata(path) == checkpoint.metadata
    use(checkpoint)


@pytest.mark.parametrize("seed", range(120))
def test_strange_headers(seed: int) -> None:
    random = np.random.default_rng(seed)
    whole = untrained("beat", programs=(0, 128))
    metadata = json.loads(json.dumps(whole.metadata))
    metadata["token_counts"] = [1] * 5
    owner = metadata if seed % 3 == 0 else metadata[["model", "tokenizer"][seed % 3 - 1]]
    name = list(owner)[int(random.integers(len(owner)))]
    if seed % 4 == 3:
        del owner[name]
    else:
        owner[name] = STRANGE[int(random.integers(len(STRANGE)))]
    use(Checkpoint(whole.arrays, metadata))


@pytest.mark.parametrize("seed", range(40))
def test_strange_tensors(tmp_path: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    whole = untrained("abc")
    arrays = copy.deepcopy(whole.arrays)
    name = list(arrays)[int(random.integers(len(arrays)))]
    change = [
        lambda a: a[:-1],
        lambda a: a[None],
        lambda a: a.astype(np.float64),
        lambda a: a.astype(np.int32),
        lambda a: np.full_like(a, np.inf),
        lambda a: np.full_like(a, 3e38),
        lambda a: np.zeros((0,), np.float32),
    ][seed % 7]
    arrays[name] = change(arrays[name])
    path = tmp_path / "m.safetensors"
    Checkpoint(arrays, whole.metadata).save(path)
    try:
        checkpoint = Checkpoint.load(path)
    except MusicRNNError as error:
        assert "not finite" in str(error)
        return
    use(checkpoint)
