"""Data made ready to compare cells on: frames of a polyphonic corpus, or tokens of any scores.

DATA is the name of a corpus in POLYPHONIC (Bernoulli frames), of one in CORPORA, or a folder of
MIDI and ABC files (tokens of the language model that composes).
"""

from __future__ import annotations

import difflib
from dataclasses import asdict
from pathlib import Path

from musicrnn.comparison.budget import Budget, Course
from musicrnn.comparison.frames import FrameSettings, FrameTask
from musicrnn.comparison.task import Task
from musicrnn.comparison.tokens import TokenSettings, TokenTask
from musicrnn.errors import MusicRNNError
from musicrnn_datasets.composing import encode_sources, trainable
from musicrnn_datasets.corpora import CORPORA
from musicrnn_datasets.corpus import Refusal
from musicrnn_datasets.polyphonic import POLYPHONIC, read_frames

Settings = FrameSettings | TokenSettings


def settings_for(source: str) -> Settings:
    """The settings that such data have, with their defaults.

    Raises:
        MusicRNNError: it is neither a corpus nor a folder.
    """
    if source in POLYPHONIC:
        return FrameSettings()
    if source not in CORPORA and not Path(source).is_dir():
        names = [*POLYPHONIC, *CORPORA]
        near = difflib.get_close_matches(source, names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"corpora are {', '.join(names)}"
        raise MusicRNNError(f"{source} is neither a folder nor a corpus to compare on: {hint}")
    return TokenSettings()


def usual(settings: Settings) -> tuple[Budget, Course]:
    """Budget and course when nothing else is said; on frames 20,000 parameters as Chung 2014."""
    if isinstance(settings, FrameSettings):
        return Budget(20_000, updates=1000), Course(validate_every=25)
    return Budget(200_000, updates=1000), Course(validate_every=100)


def comparison_task(
    source: str, settings: Settings, *, data: Path | None = None
) -> tuple[Task, list[Refusal]]:
    """What is learned, and the files that were left out; ``data`` is where corpora lie.

    Raises:
        MusicRNNError: no such data, nothing usable in a split, or a setting out of its bounds.
    """
    if isinstance(settings, FrameSettings):
        corpus, frames = read_frames([source], data)
        splits = (frames["train"], frames["valid"], frames["test"])
        return FrameTask(source, *splits, settings, asdict(corpus.card)), []
    found = encode_sources([source], data=data)
    prepared = trainable(found)
    name = source if source in CORPORA else Path(source).resolve().name
    return TokenTask(name, prepared.material, prepared.ids["test"], settings), found.refused
