"""Recurrent neural networks that make music and listen to sound.

    import musicrnn as mr

    pop = mr.load("pop")
    piece = pop.compose(seed=3, bars=8, key="D")
    piece.save("d.mid", "d.wav")

The names below are all that most programs need; each is imported when it is first used, so that
``import musicrnn`` costs nothing. docs/python.md describes them, and the rest.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # as in typing, whose import would be most of this module's

if TYPE_CHECKING:
    from typing import Any

    from musicrnn.errors import MusicRNNError as MusicRNNError
    from musicrnn.face.corpora import corpora as corpora
    from musicrnn.face.data import Data as Data
    from musicrnn.face.data import data as data
    from musicrnn.face.loading import load as load
    from musicrnn.face.loading import models as models
    from musicrnn.face.model import Model as Model
    from musicrnn.face.reading import read as read
    from musicrnn.face.training import train as train
    from musicrnn.sampling.compose import Composition as Composition
    from musicrnn.score import Score as Score
    from musicrnn.waveform import Waveform as Waveform

    __version__: str

NAMES = {  # where each name is
    "Composition": "musicrnn.sampling.compose",
    "Data": "musicrnn.face.data",
    "Model": "musicrnn.face.model",
    "MusicRNNError": "musicrnn.errors",
    "Score": "musicrnn.score",
    "Waveform": "musicrnn.waveform",
    "corpora": "musicrnn.face.corpora",
    "data": "musicrnn.face.data",
    "load": "musicrnn.face.loading",
    "models": "musicrnn.face.loading",
    "read": "musicrnn.face.reading",
    "train": "musicrnn.face.training",
}

__all__ = [
    "Composition",
    "Data",
    "Model",
    "MusicRNNError",
    "Score",
    "Waveform",
    "corpora",
    "data",
    "load",
    "models",
    "read",
    "train",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("musicrnn")
    if name in NAMES:
        return getattr(import_module(NAMES[name]), name)
    from difflib import get_close_matches

    near = get_close_matches(name, NAMES, n=1)
    hint = f"; did you mean {near[0]}?" if near else f"; it has {', '.join(NAMES)}"
    raise AttributeError(f"musicrnn has no {name!r}{hint}", name=name)


def __dir__() -> list[str]:
    return [*NAMES, "__version__"]
