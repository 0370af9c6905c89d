"""Recurrent neural networks that make music and listen to sound.

    import musicrnn as mr

    pop = mr.load("pop")
    piece = pop.compose(seed=3, bars=8, key="D")
    piece.save("d.mid", "d.wav")

The names below are all that most programs need; each is imported when it is first used, so that
``import musicrnn`` costs nothing. What else there is stands in the folders: docs/python.md.
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
    from musicrnn.sampling.compose import Request as Request
    from musicrnn.sampling.filters import Settings as Settings
    from musicrnn.score import Score as Score
    from musicrnn.tokens.protocol import Controls as Controls
    from musicrnn.waveform import Waveform as Waveform

    __version__: str

NAMES = {  # where each name is
    "Composition": "musicrnn.sampling.compose",
    "Controls": "musicrnn.tokens.protocol",
    "Data": "musicrnn.face.data",
    "Model": "musicrnn.face.model",
    "MusicRNNError": "musicrnn.errors",
    "Request": "musicrnn.sampling.compose",
    "Score": "musicrnn.score",
    "Settings": "musicrnn.sampling.filters",
    "Waveform": "musicrnn.waveform",
    "corpora": "musicrnn.face.corpora",
    "data": "musicrnn.face.data",
    "load": "musicrnn.face.loading",
    "models": "musicrnn.face.loading",
    "read": "musicrnn.face.reading",
    "train": "musicrnn.face.training",
}


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
