"""``musicrnn train VERB``: a model of any kind, from folders of files or corpora by name.

The verbs are those of TASKS, and every verb is the same command, with the options that the data of
its kinds of model have.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musicrnn_cli.options import (
    NUMBER,
    PATH,
    SOUNDS_FOLDER,
    convert_option,
    data_option,
    device_option,
    none_option,
    output_option,
    renamed,
    set_option,
)

if TYPE_CHECKING:
    from musicrnn.training.base import Base
    from musicrnn.training.data import TrainingData
    from musicrnn.training.protocol import Task
    from musicrnn_datasets.recipes import Recipe

HELP = {
    "compose": "Learn to compose from MIDI and ABC files, sounds, or a corpus.",
    "classify": "Learn labels from a folder a label, or a corpus.",
    "tokenize": "Learn a codec: sound as few tokens, and back.",
}


class Verbs(click.Group):
    """A command for each verb of TASKS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        from musicrnn.training.task import TASKS

        return list(dict.fromkeys(task.verb for task in TASKS.values()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        from musicrnn.training.task import TASKS

        kinds = [task for task in TASKS.values() if task.verb == cmd_name]
        if not kinds:
            return None
        own = {option for task in kinds for option in task.options}
        params = [p for p in _train.params if p.name not in DATA_OPTIONS or p.name in own]
        return renamed("--weights", "--mix")(
            cmd_name,
            params=params,
            callback=_train.callback,
            help=_train.help,
            short_help=HELP.get(cmd_name, f"Learn to {cmd_name}."),
        )


@click.group(cls=Verbs)
def command() -> None:
    """Train a model on a folder of your files or a corpus by name."""


OF_SOUND = ("backgrounds", "convert", "none_of_these")
DATA_OPTIONS = ("tokens", "mix", "split_file", *OF_SOUND)  # of some kinds of model alone


@click.command()
@click.argument("sources", metavar="DATA...", nargs=-1, required=True)
@output_option("Model file to write (.safetensors).")
@click.option(
    "--minutes",
    type=NUMBER,
    show_default="10 for tokens, else the usual length for the data",
    help="How long to train, in minutes. More than 0.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Number that all random choices follow from: the start weights, the order of the data.",
)
@click.option(
    "--seeds",
    type=click.IntRange(2, 1000),
    show_default="one run",
    help="How many runs to make, from --seed on, each with a seed and files of its own, such as "
    "OUTPUT-seed0.safetensors; their mean and deviation are printed.",
)
@click.option(
    "--cell",
    show_default="lstm for tokens, frames and ratings, gru for voices, songs and words",
    help="Recurrent cell, such as lstm, gru or elman; musicrnn docs cells lists all.",
)
@click.option(
    "--recipe",
    metavar="NAME",
    help="Settings of a published network by name; musicrnn docs literature lists them.",
)
@click.option(
    "--from",
    "base",
    metavar="MODEL",
    show_default="commands for folders of words, none for all else",
    help="Begin with the weights of MODEL, a bundled model such as pop or a file, in place of "
    "random ones (none).",
)
@click.option(
    "--tokens",
    metavar="NAME",
    show_default="chosen from the files",
    help="How pieces are written as tokens: beat, performance, tune, abc or voices, sound as codec "
    "or mulaw.",
)
@click.option(
    "--mix",
    show_default="by size",
    help="Shares in which several sources are mixed, commas between, such as 2,1.",
)
@click.option(
    "--split",
    "split_file",
    type=PATH,
    metavar="FILE",
    show_default="by tune, by speaker, or by the contents of the files",
    help="CSV file with the columns file,split (to classify file,label,split), which says what is "
    "trained on, validated on and tested on.",
)
@click.option(
    "--backgrounds",
    type=SOUNDS_FOLDER,
    help="Folder of recordings without words, which are mixed under the words.",
)
@convert_option
@none_option
@set_option("hidden=512, updates=1000 or layer.zoneout=0.1")
@click.option("--resume", is_flag=True, help="Go on with the unfinished run in OUTPUT.run.")
@click.option("--overwrite", is_flag=True, help="Replace OUTPUT if there is such a file already.")
@device_option
@data_option
@click.option(
    "--csv",
    type=PATH,
    metavar="FILE",
    help="CSV file to write a row an update to: losses, learning rate and what else there is.",
)
@click.option(
    "--tensorboard",
    metavar="FOLDER",
    help="Folder to write a TensorBoard log to; needs TensorBoard installed.",
)
@click.pass_context
def _train(context: click.Context, **options: Any) -> None:
    """Train on DATA: folders of your files, or corpora by name (musicrnn data list).

    What is learnt follows from the data: MIDI and ABC files as tokens, polyphonic-* corpora as
    frames; folders of short recordings as spoken words, of longer ones as songs, of MIDI as scores;
    a corpus of rated pieces as valence and arousal.
    """
    from musicrnn.device import torch_device
    from musicrnn.errors import MusicRNNError
    from musicrnn.sources.readers import task_for
    from musicrnn.training.base import NONE, Base
    from musicrnn.training.crossed import check_place
    from musicrnn.training.data import DataRequest
    from musicrnn.training.log import check_log
    from musicrnn_cli.reporting import numbers
    from musicrnn_datasets.recipes import recipe_called

    mix = options.get("mix")
    request = DataRequest(
        options["sources"],
        options["data"],
        options.get("tokens"),
        None if mix is None else tuple(numbers("--mix", mix)),
        options.get("split_file"),
        options.get("backgrounds"),
        convert=options.get("convert") or None,
        none_of_these=options.get("none_of_these"),
    )
    verb, kind = str(context.info_name), None
    recipe = recipe_called(options["recipe"]) if options["recipe"] else None
    if recipe:
        kind = recipe.task
    if options["base"] not in (None, NONE):
        if recipe:
            raise MusicRNNError("a recipe makes a new network: leave out --recipe or --from")
        options["base"] = Base.load(options["base"], verb, request, options["output"])
        kind = options["base"].task.name
    task = task_for(verb, request, kind)
    from musicrnn_cli.trained import Logs

    there = {name: options[name] for name in ("overwrite", "resume")}
    logs = Logs(options["tensorboard"], options["csv"], one_of_several=options["seeds"] is not None)
    for output, seed in _seeded(options):
        check_place(output, **there)
        if log := logs.file(seed):
            check_log(log, **there)
    torch_device(options["device"])
    _run(task, request, recipe, options | {"logs": logs})


def _seeded(options: dict[str, Any]) -> list[tuple[Path, int]]:
    """The model files to write, and their seeds."""
    from musicrnn.training.seeds import of_seed

    output, seed, count = options["output"], options["seed"], options["seeds"]
    if count is None:
        return [(output, seed)]
    return [(of_seed(output, each), each) for each in range(seed, seed + count)]


def _run(task: Task, request: Any, recipe: Recipe | None, options: dict[str, Any]) -> None:
    from musicrnn.face.report import summary
    from musicrnn.sources.catalogue import speech_lacking
    from musicrnn.sources.readers import begun, learning_data, rehearsing
    from musicrnn.training.lock import first_process
    from musicrnn.training.run import Run
    from musicrnn.training.seeds import summary_text
    from musicrnn.training.wanted import Wanted
    from musicrnn_cli.reporting import before_first_update, report_outcome, report_read, say
    from musicrnn_cli.trained import trained

    begun_with, outputs = None, _seeded(options)
    if options["resume"]:
        begun_with, request = begun(request, outputs[0][0])
    base = _base(task, request, options, begun_with)
    given = base or recipe
    first = given.settings if given else task.settings()
    first = replace(first, cell=options["cell"]) if options["cell"] else first
    planned = recipe.plan(request.sources[0]) if recipe else None
    asked = {name: options[name] for name in ("minutes", "seed", "device", "overwrite")}
    wanted = Wanted(first, options["settings"], plan=planned, base=base, begun=begun_with, **asked)
    if base and getattr(wanted.asked, "rehearsal", 0):
        request = rehearsing(request, base.checkpoint)
    with before_first_update(outputs[0][0]):
        data = learning_data(task, request, base.checkpoint if base else None)
        report_read(data)
        if task.reads == "clips" and (lacking := speech_lacking(request.folder)):
            say(lacking)
        task.check(data)
        baselines = task.baselines(data, "valid")
        say(summary(task, data, baselines))
    command = shlex.join(["musicrnn", *sys.argv[1:]])
    floor, losses = (task.floor, baselines.get(task.floor), task.unit), dict[int, float]()
    for output, seed in outputs:
        run = Run(output, command, resume=options["resume"], baselines=baselines, base=base)
        outcome, found = trained(task, data, run, replace(wanted, seed=seed), options["logs"])
        report_outcome(outcome, output, floor=floor)
        losses[seed] = outcome.state.best
        if found:
            click.echo(found)
    if not first_process():
        return
    if recipe and recipe.reported:
        _beside_the_paper(task, data, recipe, request.sources[0], outputs)
    if options["seeds"] is not None:
        click.echo(summary_text(losses, task.unit))


def _base(task: Task, request: Any, options: dict[str, Any], begun: Any) -> Base | None:
    """What the training begins with: what is asked for, or what is usual for such data."""
    from musicrnn.sources.beginning import usual_base
    from musicrnn.training.base import NONE
    from musicrnn.training.wanted import Wanted
    from musicrnn_cli.reporting import say

    def asked(settings: Any) -> Any:
        first = replace(settings, cell=options["cell"]) if options["cell"] else settings
        return Wanted(first, options["settings"]).asked

    if options["base"] is not None:
        return None if options["base"] == NONE else options["base"]
    recipe, output = options["recipe"] or "", options["output"]
    base, said = usual_base(task, request, output, asked=asked, recipe=recipe, begun=begun)
    if said:
        say(said)
    return base


def _beside_the_paper(
    task: Task, data: TrainingData, recipe: Recipe, corpus: str, models: list[tuple[Path, int]]
) -> None:
    from musicrnn.checkpoint import Checkpoint
    from musicrnn_cli.recipe_text import recipe_text

    found: dict[int, Any] = {
        seed: task.measure([Checkpoint.load(path)], data, "test") for path, seed in models
    }
    click.echo(recipe_text(recipe, corpus, found))
