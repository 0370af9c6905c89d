"""``musicrnn train compose``: from a folder of scores to a model that composes."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import click

from musicrnn.errors import MusicRNNError, counted


@click.command()
@click.argument("sources", metavar="DATA...", nargs=-1, required=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@click.option(
    "--minutes", type=float, help="Time to train for (default 30, if no updates are set)."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--cell", help="lstm (default), gru, elman ...: any of docs/cells.md.")
@click.option(
    "--tokens",
    type=click.Choice(["beat", "performance", "abc", "voices"]),
    help="Else chosen; voices learns to fill four voices in (docs/chorales.md).",
)
@click.option("--recipe", metavar="NAME", help="A model of the literature: docs/literature.md.")
@click.option("--weights", help="How the sources are mixed, e.g. 2,1 (default: by size).")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="e.g. hidden=512 or layer.zoneout=0.1.",
)
@click.option("--resume", is_flag=True, help="Go on with the run that OUTPUT.run holds.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu or cuda.")
@click.option("--data", type=click.Path(path_type=Path), help="Folder with the corpora.")
@click.option("--tensorboard", metavar="FOLDER", help="Write a TensorBoard log, if installed.")
def command(
    sources: tuple[str, ...],
    output: Path,
    minutes: float | None,
    seed: int,
    cell: str | None,
    tokens: str | None,
    recipe: str | None,
    weights: str | None,
    settings: tuple[str, ...],
    resume: bool,
    device: str,
    data: Path | None,
    tensorboard: str | None,
) -> None:
    """Train a composing model on DATA: folders of MIDI or ABC files, or corpora by name.

    polyphonic-jsb, -nottingham, -musedata and -piano are learnt as frames, one of them at a time.
    """
    from musicrnn_datasets.polyphonic import POLYPHONIC

    if recipe is not None or not POLYPHONIC.keys().isdisjoint(sources):
        from musicrnn_cli.train_frames import train
        from musicrnn_cli.training_wishes import Wishes

        if tokens is not None or weights is not None:
            option = "--weights" if tokens is None else "--tokens"
            raise MusicRNNError(f"{option} is not for frames, which have no tokens and one source")
        wishes = Wishes(
            output, minutes, seed, cell, recipe, settings, resume, device, data, tensorboard
        )
        train(sources, wishes)
        return
    from musicrnn.metrics.likelihood import fit_baselines
    from musicrnn.training.compose import ComposerSettings, train_composer
    from musicrnn.training.machine import check_output
    from musicrnn.training.plan import Plan
    from musicrnn.training.settings import override
    from musicrnn_cli.progress import ProgressBar
    from musicrnn_cli.reporting import numbers, report_outcome, report_refused, say
    from musicrnn_datasets.composing import check_weights, encode_sources, trainable

    check_output(output)
    plan = Plan(
        minutes=minutes, updates=10**9 if minutes is None else None, seed=seed, device=device
    )
    if tokens == "voices":
        from musicrnn_cli.train_voices import train_voices_model

        if weights is not None:
            raise click.UsageError("--weights does not go with --tokens voices")
        train_voices_model(
            sources,
            output,
            settings,
            plan=plan,
            cell=cell,
            resume=resume,
            data=data,
            tensorboard=tensorboard,
        )
        return
    first = ComposerSettings(cell=cell) if cell else ComposerSettings()
    composer, plan = override(settings, first, plan)
    composer.layer.cell(composer.cell).shapes(8, composer.hidden)  # refused at once
    if minutes is None and not any(word.startswith(("updates=", "minutes=")) for word in settings):
        plan = replace(plan, minutes=30.0)
    mixed = numbers("weights", weights) if weights is not None else None
    check_weights(mixed, len(sources))
    found = encode_sources(sources, tokens=tokens, data=data)
    report_refused(found.refused)
    prepared = trainable(found, mixed)
    vocabulary = len(prepared.tokenizer.vocabulary)
    baselines = fit_baselines(
        prepared.ids["train"], prepared.ids["valid"], vocabulary_size=vocabulary
    ).nats(prepared.ids["valid"])
    say(
        f"{prepared.tokenizer.name} tokens, "
        + ", ".join(
            f"{split} {counted(len(pieces), 'piece')}" for split, pieces in prepared.ids.items()
        )
        + "; nats a token on the validation pieces without a network: "
        + ", ".join(f"{name} {value:.3f}" for name, value in baselines.items())
    )
    prepared.material.description["baselines"] = baselines
    with ProgressBar("tokens", tensorboard) as watcher:
        outcome = train_composer(
            prepared.material,
            output,
            settings=composer,
            plan=plan,
            command=shlex.join(["musicrnn", *sys.argv[1:]]),
            watcher=watcher,
            resume=resume,
        )
    report_outcome(outcome, output, floor=("bigram", baselines["bigram"], "token"))
