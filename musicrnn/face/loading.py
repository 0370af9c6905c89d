"""Models by name or file, and which come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from musicrnn.checkpoint import read_holdings, read_metadata
from musicrnn.face.asking import style_of
from musicrnn.face.model import Model
from musicrnn.pretrained import bundled_names, load_model, model_path
from musicrnn.sampling.engine import EngineSettings
from musicrnn.training.task import task_of


def load(name_or_file: str | Path, *, device: str = "auto") -> Model:
    """A bundled model by name (see :func:`musicrnn.models`), or a model file.

    Args:
        device: "auto", "cpu", "cuda" or "cuda:1": where it classifies and draws.

    Raises:
        MusicRNNError: neither a bundled model nor a file of one, or no name of a device; whether
            there is one is found out when it is used.

    Example:
        >>> import musicrnn as mr
        >>> mr.load("pop").kind
        'compose'
    """
    engine = EngineSettings(device)  # refuses a device that there is not
    name = str(name_or_file)
    return Model(load_model(name), Path(name).stem, engine.device, style_of(name))


def models() -> dict[str, str]:
    """The bundled models: what each does, what it learnt from and on what terms.

    Example:
        >>> import musicrnn as mr
        >>> "pop" in mr.models()
        True
    """
    return {name: _told(model_path(name)) for name in bundled_names()}


def _told(path: Path) -> str:
    metadata, weights = read_metadata(path), read_holdings(path).numbers
    sources: list[dict[str, Any]] = metadata.get("data", {}).get("corpora", [])
    learnt = " and ".join(f"{source['name']} ({source['licence']})" for source in sources)
    return f"{task_of(metadata).does}; {weights / 1e6:.2f} M weights; learnt from {learnt}"
