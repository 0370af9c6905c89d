"""The models that come with the package: small .safetensors files, a card beside each.

STYLES lists those that compose, with the sampler settings that suit each (chosen on validation).
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Style:
    """How a bundled model likes to be sampled."""

    temperature: float
    top_p: float


STYLES: dict[str, Style] = {
    "pop": Style(temperature=1.0, top_p=0.95),
    "folk": Style(temperature=0.9, top_p=0.95),
    "drums": Style(temperature=1.0, top_p=0.95),
}


def bundled_names() -> list[str]:
    """Names of all bundled models."""
    return sorted(path.stem for path in FOLDER.glob("*.safetensors"))


def model_path(name_or_file: str) -> Path:
    """The file of a bundled model by name, or the file itself.

    Raises:
        MusicRNNError: neither; the message names what there is.
    """
    bundled = FOLDER / f"{name_or_file}.safetensors"
    if "/" not in name_or_file and "\\" not in name_or_file and bundled.is_file():
        return bundled
    path = Path(name_or_file)
    if path.is_file():
        return path
    near = difflib.get_close_matches(name_or_file, bundled_names(), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise MusicRNNError(
        f"there is no model {name_or_file!r}: give a file or one of "
        f"{', '.join(bundled_names())}{hint}"
    )


def load_model(name_or_file: str) -> Checkpoint:
    """A bundled model by name, or a model file."""
    return Checkpoint.load(model_path(name_or_file))
