"""Training from Python: what ``musicrnn train`` does."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from musicrnn.device import torch_device
from musicrnn.face.asking import checked_seed, checked_settings
from musicrnn.face.data import Data
from musicrnn.face.data import data as named_data
from musicrnn.face.loading import load
from musicrnn.face.model import Model
from musicrnn.face.own_pieces import seen
from musicrnn.face.progress import ProgressBar
from musicrnn.face.report import chosen, outcome_lines, read_lines, summary
from musicrnn.face.words import in_python
from musicrnn.sources.beginning import usual_base
from musicrnn.sources.readers import begun, learning_data, rehearsing, task_for
from musicrnn.training.base import NONE, Base
from musicrnn.training.crossed import check_place
from musicrnn.training.lock import first_process
from musicrnn.training.wanted import Wanted


def train(
    verb: str,
    data: Data | str | Path,
    *,
    to: str | Path,
    cell: str | None = None,
    base: str | Path | None = None,
    minutes: float | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    device: str = "auto",
    resume: bool = False,
    overwrite: bool = False,
    progress: bool = True,
) -> Model:
    """Train a model, write the one that is best on the validation part, and load it.

    Ctrl-C, or a notebook's stop button, ends it after the update under way, as KeyboardInterrupt
    does everything: the best model so far is in ``to``, and ``resume=True`` goes on. So does
    SIGTERM, as SystemExit.

    After a training to compose of some length its first ten pieces are measured beside the
    validation pieces: ``model.metadata["own_pieces"]``. One of them is to be heard in a page beside
    the model, ``mine.html``.

    Args:
        verb: "compose" or "classify".
        data: what to learn from; what kind of model it becomes follows from them.
        to: the model file to write, such as "mine.safetensors".
        cell: any of docs/cells.md, such as "lstm", "gru", "mingru".
        base: a bundled model such as "pop", or a file, with whose weights to begin; "none" for
            random ones. If nothing is said, a folder of words begins with "commands", all else at
            random.
        minutes: how long; 10 for composing if nothing is said of the length.
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
    from musicrnn.training.run import Run
    from musicrnn.training.train import train

    source, output = data if isinstance(data, Data) else named_data(data), Path(to)
    request, begun_with = source.request, None
    words, begins = checked_settings(settings), ""
    with in_python():
        named = base is not None and str(base) != NONE
        given = Base.load(str(base), verb, request, output) if named else None
        task = task_for(verb, request, given.task.name if given else None)
        check_place(output, overwrite=overwrite, resume=resume)
        if resume:
            begun_with, request = begun(request, output)
        if base is None:
            given, begins = usual_base(
                task,
                request,
                output,
                asked=lambda s: Wanted(replace(s, cell=cell or s.cell), words).asked,
                begun=begun_with,
            )
    torch_device(device)
    first = given.settings if given else task.settings()
    first = first if cell is None else replace(first, cell=cell)
    wanted = Wanted(
        first,
        words,
        minutes,
        seed=checked_seed(seed),
        device=device,
        overwrite=overwrite,
        base=given,
        begun=begun_with,
    )
    if given and getattr(wanted.asked, "rehearsal", 0):
        request = rehearsing(request, given.checkpoint)
    with in_python():
        examples = learning_data(task, request, given.checkpoint if given else None)
    task.check(examples)
    baselines = task.baselines(examples, "valid")
    sizes, plan = wanted.settled(task, examples)
    command = f"musicrnn.train({verb!r}, {source!r}, to={str(to)!r})"
    with ProgressBar(task.items) if progress else nullcontext() as bar:
        say: Callable[[str], None] = bar.say if bar else lambda _: None
        lines = [*read_lines(examples), summary(task, examples, baselines)]
        begins = begins.replace("--from none", 'base="none"')
        for line in (*[begins] * bool(begins), *lines, *chosen(task, examples, sizes, plan)):
            say(line)
        run = Run(output, command, bar, resume, baselines, given, say=say)
        outcome = train(task, examples, run, settings=sizes, plan=plan)
        floor = (task.floor, baselines.get(task.floor), task.unit)
        for line in outcome_lines(outcome, output, floor=floor):
            say(line.replace("--resume", "resume=True"))
        if first_process() and (found := seen(output, examples, plan, outcome, resumed=resume)):
            say(found)
    if outcome.signal == signal.SIGINT:
        raise KeyboardInterrupt
    if outcome.signal is not None:
        raise SystemExit(outcome.exit_code)
    return load(output, device=device)
