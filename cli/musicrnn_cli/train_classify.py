"""``musicrnn train classify``: from labelled recordings to a model that names the label."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import click

from musicrnn.errors import counted, listed


@click.command()
@click.argument("source", metavar="DATA")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@click.option(
    "--minutes", type=float, help="Time to train for (else 30 epochs, or --set updates=N)."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--split",
    "split_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSV with the columns file,label,split (else by speaker, or by the files' contents).",
)
@click.option(
    "--recipe",
    help="songs, commands-small, -micro or -full (else by the length of the recordings).",
)
@click.option("--cell", help="gru (default), lstm, elman ...: any of docs/cells.md.")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="e.g. hidden=96.")
@click.option("--resume", is_flag=True, help="Go on with the run that OUTPUT.run holds.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder with the corpora.")
@click.option(
    "--backgrounds",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of sounds without words, to be put under words.",
)
@click.option("--tensorboard", metavar="FOLDER", help="Write a TensorBoard log, if installed.")
def command(
    source: str,
    output: Path,
    minutes: float | None,
    seed: int,
    split_file: Path | None,
    recipe: str | None,
    cell: str | None,
    settings: tuple[str, ...],
    resume: bool,
    device: str,
    data: Path | None,
    backgrounds: Path | None,
    tensorboard: str | None,
) -> None:
    """Train a classifier on DATA: a folder a label, a split CSV, or a corpus by name.

    Folders of short recordings are taken for spoken words: the model can listen to a stream.
    Longer ones are songs, MIDI files are read.
    """
    from musicrnn_datasets.words import holds_words

    if recipe != "songs" and (recipe or holds_words(source)):
        from musicrnn_cli.train_words import train
        from musicrnn_cli.training_wishes import Wishes

        wishes = Wishes(
            output, minutes, seed, cell, recipe, settings, resume, device, data, tensorboard
        )
        train(source, wishes, split_file=split_file, backgrounds=backgrounds)
        return
    if backgrounds is not None:
        raise click.UsageError("--backgrounds goes under spoken words, and these are songs")
    from musicrnn.training.classify import ClassifierSettings, default_plan, train_classifier
    from musicrnn.training.machine import check_output
    from musicrnn.training.settings import override
    from musicrnn_cli.progress import ProgressBar
    from musicrnn_cli.reporting import report_outcome, report_refused
    from musicrnn_datasets.classifying import prepare_labels

    check_output(output)
    first = ClassifierSettings(cell=cell) if cell else ClassifierSettings()
    chosen, _ = override(settings, first, default_plan(1))  # a misspelt name fails at once
    chosen.layer.cell(chosen.cell)
    prepared = prepare_labels(source, split_file=split_file, data=data)
    report_refused(prepared.refused)
    plan = default_plan(len(prepared.material.train), minutes)
    plan = replace(plan, seed=seed, device=device)
    classifier, plan = override(settings, first, plan)
    counts = {split: len(found) for split, found in prepared.recordings.items()}
    click.echo(
        f"{counted(len(prepared.material.labels), 'label')}: {listed(prepared.material.labels)}; "
        + ", ".join(f"{split} {counted(count, 'recording')}" for split, count in counts.items()),
        err=True,
    )
    with ProgressBar("clips", tensorboard) as watcher:
        outcome = train_classifier(
            prepared.material,
            output,
            settings=classifier,
            plan=plan,
            command=shlex.join(["musicrnn", *sys.argv[1:]]),
            watcher=watcher,
            resume=resume,
        )
    report_outcome(outcome, output)
