"""A small untrained model of each tokenizer: what the commands do does not depend on its taste."""

from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.tokens import TOKENIZERS


def untrained(name: str, **configuration) -> Checkpoint:
    tokenizer = TOKENIZERS[name](**configuration)
    torch.manual_seed(0)
    model = LanguageModel(
        LanguageConfig(
            vocabulary=len(tokenizer.vocabulary), embedding=8, hidden=16, layers=1, dropout=0.0
        )
    )
    arrays = model.arrays()
    bias = np.zeros(len(tokenizer.vocabulary), np.float32)
    for token, word in enumerate(tokenizer.vocabulary):  # notes are likelier than bars
        bias[token] = 2.0 if word.startswith(("pitch", "drum", "note_on", "end")) else 0.0
    arrays["output.bias"] = bias
    metadata = {
        "task": "compose",
        "model": model.configuration(),
        "tokenizer": {"name": name, **tokenizer.configuration()},
    }
    return Checkpoint(arrays, metadata)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Model files by the tokenizer's name, and "drums"."""
    folder = tmp_path_factory.mktemp("models")
    paths = {name: folder / f"{name}.safetensors" for name in (*TOKENIZERS, "drums")}
    for name, path in paths.items():
        checkpoint = untrained("beat", programs=(128,)) if name == "drums" else untrained(name)
        checkpoint.save(path)
    return paths
