"""The models that come with the package: small .safetensors files, a card beside each.

STYLES lists those that compose, with the sampler settings that suit each: those whose pieces came
closest to the validation pieces (tests/benchmarks/sampler_settings.py); of chorale see
docs/chorales.md.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.sampling.filters import Settings

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Style:
    """The default sampler settings of a model, and the default number of bars."""

    settings: Settings
    bars: int = 16


STYLES: dict[str, Style] = {
    "pop": Style(Settings(temperature=0.9, min_p=0.003)),
    "folk": Style(Settings(temperature=0.9), bars=32),
    "drums": Style(Settings(temperature=0.75, min_p=0.003, velocity_temperature=1.0), bars=8),
    "chorale": Style(Settings(temperature=0.7, min_p=0.05)),
    "jsb": Style(Settings()),
    "nottingham": Style(Settings()),
    "musedata": Style(Settings()),
    "piano": Style(Settings()),
    "words": Style(Settings()),
    "loops": Style(Settings()),
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
    raise MusicRNNError(
        f"there is no model {name_or_file!r}: give a file or one of "
        f"{known(name_or_file, bundled_names())}"
    )


def known(asked: str, names: Collection[str]) -> str:
    """The names, and the one that ``asked`` may be a slip of."""
    near = difflib.get_close_matches(asked, names, n=1)
    return ", ".join(names) + (f"; did you mean {near[0]}?" if near else "")


def model_paths(names: str) -> list[Path]:
    """The file of a model, or of each of several with commas between; see :func:`model_path`."""
    several = "," in names and not Path(names).is_file()
    return [model_path(name.strip()) for name in (names.split(",") if several else [names])]


def load_model(name_or_file: str) -> Checkpoint:
    """A bundled model by name, or a model file."""
    return Checkpoint.load(model_path(name_or_file))
