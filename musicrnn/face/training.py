"""Training from Python: what ``musicrnn train`` does."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from musicrnn.checkpoint import Checkpoint
from musicrnn.device import torch_device
from musicrnn.errors import MusicRNNError
from musicrnn.face.data import Data
from musicrnn.face.data import data as named_data
from musicrnn.face.model import Model
from musicrnn.face.progress import ProgressBar
from musicrnn.sources.readers import read_data, task_for
from musicrnn.training.machine import check_output
from musicrnn.training.wanted import Wanted


def train(
    verb: str,
    data: Data | str | Path,
    *,
    to: str | Path,
    cell: str | None = None,
    minutes: float | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = False,
    overwrite: bool = False,
    progress: bool = True,
) -> Model:
    """Train a model, write the one that is best on the validation part, and load it.

    Ctrl-C, or the kernel's stop button, ends it after the update under way: the best model so far
    comes back, and ``resume=True`` goes on where it stopped.

    Args:
        verb: "compose" or "classify".
        data: what to learn from; what kind of model it becomes follows from them.
        to: the model file to write, such as "mine.safetensors".
        cell: any of docs/cells.md, such as "lstm", "gru", "mingru".
        minutes: how long; 30 for composing if nothing is said of the length.
        settings: such as {"hidden": 128, "updates": 500}; docs/training.md lists them.
        seed: the same data, settings and seed give the same model.
        device: "auto", "cpu", "cuda", "cuda:1".
        resume: go on with the run that was interrupted.
        overwrite: replace the model that ``to`` is already.
        progress: show a bar and a line after every validation.

    Raises:
        MusicRNNError: too little to learn from, a setting that there is not or that is out of its
            bounds, a file that cannot be written or exists, or no such device.

    Example:
        >>> import musicrnn as mr
        >>> mr.train("compose", "my-midi", to="mine.safetensors", progress=False,
        ...          settings={"hidden": 8, "updates": 2})
        <Model 'mine': it composes token after token>
    """
    from musicrnn.training.train import Run, train

    source = data if isinstance(data, Data) else named_data(data)
    task, output = task_for(verb, source.request), Path(to)
    check_output(output, overwrite=overwrite, resume=resume)
    torch_device(device)
    first = task.settings() if cell is None else replace(task.settings(), cell=cell)
    words = tuple(f"{name}={_word(value)}" for name, value in (settings or {}).items())
    wanted = Wanted(first, words, minutes, None, seed, device, overwrite)
    examples = read_data(task, source.request)
    task.check(examples)
    sizes, plan = wanted.settled(task, examples)
    with ProgressBar(task.items) if progress else nullcontext() as callback:
        command = f"musicrnn.train({verb!r}, {source!r}, to={str(to)!r})"
        train(task, examples, Run(output, command, callback, resume), settings=sizes, plan=plan)
    if not output.is_file():
        raise MusicRNNError(f"interrupted before the first validation: there is no {output} yet")
    return Model(Checkpoint.load(output), output.stem, device)


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
