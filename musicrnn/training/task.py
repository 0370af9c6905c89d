"""The kinds of model there are. A new one is a Task in a file of its own and a line here.

Nothing else knows them by name: see :mod:`musicrnn.training.protocol` for what a kind can be asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.training.classify.task import CLASSIFY
from musicrnn.training.codec.task import CODEC
from musicrnn.training.compose.task import COMPOSE
from musicrnn.training.emotion.task import EMOTION
from musicrnn.training.frames.task import FRAMES
from musicrnn.training.protocol import Task
from musicrnn.training.sound.task import SOUND
from musicrnn.training.voices.task import VOICES
from musicrnn.training.words.task import WORDS

TASKS: dict[str, Task] = {
    "compose": COMPOSE,
    "frames": FRAMES,
    "voices": VOICES,
    "classify": CLASSIFY,
    "words": WORDS,
    "emotion": EMOTION,
    "codec": CODEC,
    "sound": SOUND,
}


def task_of(model: Checkpoint | dict[str, Any]) -> Task:
    """The kind of a model file, or of its metadata.

    Raises:
        MusicRNNError: it is none of TASKS.
    """
    metadata = model.metadata if isinstance(model, Checkpoint) else model
    name = metadata.get("task")
    if not isinstance(name, str) or name not in TASKS:
        raise MusicRNNError(
            f"the model's task must be one of {', '.join(TASKS)}, got {name!r}: "
            "the file is damaged, or was made by another version"
        )
    return TASKS[name]


def ensemble_task(checkpoints: Sequence[Checkpoint]) -> Task:
    """The kind of several models that are measured as one, or of a single one.

    Raises:
        MusicRNNError: they are of different kinds, or of one that no ensemble is made of.
    """
    kinds = {task_of(checkpoint).name: task_of(checkpoint) for checkpoint in checkpoints}
    first = next(iter(kinds.values()))
    if len(kinds) > 1 or (len(checkpoints) > 1 and not first.ensembles):
        able = [name for name, task in TASKS.items() if task.ensembles]
        raise MusicRNNError(
            f"an ensemble is made of models of one task, {' or '.join(able)}, got "
            f"{' and '.join(kinds)}"
        )
    return first
