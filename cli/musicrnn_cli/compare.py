"""``musicrnn compare``: many cells on one data set under one budget."""

from __future__ import annotations

import json
import shlex
import signal
import sys
from dataclasses import replace
from pathlib import Path

import click

from musicrnn_cli.options import NUMBER, data_option, json_option, output_option, set_option


@click.command()
@click.argument("source", metavar="DATA")
@output_option("Folder for the runs, the table and the plot.")
@click.option(
    "--cells",
    default="all",
    show_default=True,
    help="Cells to compare, commas between, such as lstm,gru; musicrnn docs cells lists them.",
)
@click.option(
    "--parameters",
    type=int,
    show_default="20000 on frames, 200000 on tokens",
    help="How many parameters each model has. 1 or more.",
)
@click.option(
    "--updates",
    type=int,
    show_default="1000",
    help="How many updates of the weights each run makes. 1 or more.",
)
@click.option("--minutes", type=NUMBER, help="How long each run takes, in place of --updates.")
@click.option(
    "--seeds",
    type=int,
    default=3,
    show_default=True,
    help="How many runs of each cell, each with a seed of its own. From 1 to 1000.",
)
@click.option(
    "--rates",
    default="6e-3",
    show_default=True,
    help="Learning rates to choose from for each cell, commas between.",
)
@click.option(
    "--layers", type=int, show_default="1", help="How many layers each model has. 1 or more."
)
@click.option(
    "--tokens",
    metavar="NAME",
    show_default="chosen from the files",
    help="How pieces are written as tokens, such as beat; sound as codec or mulaw.",
)
@set_option("dropout=0.2")
@click.option("--retry", is_flag=True, help="Run again what failed before.")
@json_option()
@data_option
def command(
    source: str,
    output: Path,
    cells: str,
    parameters: int | None,
    updates: int | None,
    minutes: float | None,
    seeds: int,
    rates: str,
    layers: int | None,
    tokens: str | None,
    settings: tuple[str, ...],
    retry: bool,
    as_json: bool,
    data: Path | None,
) -> None:
    """Train every cell on DATA under one budget and write the table and a plot to a folder.

    DATA is polyphonic-jsb, -nottingham, -musedata or -piano (frames), another corpus of scores by
    name, a folder of MIDI and ABC files (tokens), or sound: a corpus of words, a folder of sounds.
    The same command goes on where it stopped.
    """
    from musicrnn.cells import CELLS
    from musicrnn.comparison.compare import Contest, compare
    from musicrnn.comparison.report import HEADER, as_json_object, lines, notes, write_report
    from musicrnn.comparison.subject import CHOSEN
    from musicrnn.metrics.tables import table
    from musicrnn.training.settings import override
    from musicrnn_cli.reporting import numbers, report_refused, say
    from musicrnn_datasets.comparing import compared_task, subject, usual

    task = compared_task(source, tokens)
    sizes, budget, run_config = usual(task)
    words = [*settings, *([] if layers is None else [f"layers={layers}"])]
    sizes, run_config = override(words, sizes, run_config, without=CHOSEN)
    budget = replace(
        budget,
        parameters=budget.parameters if parameters is None else parameters,
        updates=budget.updates if updates is None and minutes is None else updates,
        minutes=minutes,
        seeds=seeds,
        rates=tuple(numbers("rates", rates)),
    )
    learned, refused = subject(task, source, sizes, data=data, tokens=tokens)
    report_refused(refused)
    for sentence in learned.data.said:
        say(sentence)
    named = list(CELLS) if cells == "all" else [cell.strip() for cell in cells.split(",")]
    contest = Contest(learned, named, budget, run_config)
    comparison = compare(contest, output, say=say, retry=retry)
    write_report(contest, comparison, output, shlex.join(["musicrnn", *sys.argv[1:]]))
    if as_json:
        click.echo(json.dumps(as_json_object(contest, comparison), allow_nan=False))
    else:
        click.echo(table(HEADER, lines(contest, comparison)))
        for note in notes(contest, comparison):
            click.echo(note)
    if comparison.interrupted:
        say("interrupted; the same command goes on")
        raise SystemExit(128 + signal.SIGINT)
