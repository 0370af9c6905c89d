"""``musicrnn train compose`` on frames: a polyphonic corpus by name, a recipe or own settings."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace

import click

from musicrnn.errors import counted
from musicrnn_cli.training_wishes import Wishes


def train(sources: Sequence[str], wishes: Wishes) -> None:
    """Train on the one corpus of ``sources``; of a recipe measure the test split at the end."""
    from musicrnn.checkpoint import Checkpoint
    from musicrnn.metrics.frames import fit_frame_baselines
    from musicrnn.training.compose_frames import FrameMaterial, FrameSettings, train_frames
    from musicrnn.training.machine import check_output
    from musicrnn.training.plan import Plan
    from musicrnn.training.settings import override
    from musicrnn_cli.progress import ProgressBar
    from musicrnn_cli.recipe_text import recipe_text
    from musicrnn_cli.reporting import report_outcome, say
    from musicrnn_datasets.frame_evaluation import evaluate_frames
    from musicrnn_datasets.polyphonic import read_frames
    from musicrnn_datasets.recipes import recipe_called

    check_output(wishes.output)
    recipe = recipe_called(wishes.recipe) if wishes.recipe else None
    corpus, frames = read_frames(sources, wishes.data)
    first = recipe.settings if recipe else FrameSettings()
    plan = recipe.plan(corpus.card.name) if recipe else Plan(updates=10**9)
    minutes = wishes.minutes if wishes.minutes is not None else plan.minutes
    plan = replace(plan, minutes=minutes, seed=wishes.seed, device=wishes.device)
    first = replace(first, cell=wishes.cell) if wishes.cell else first
    settings, plan = override(wishes.settings, first, plan)
    if plan.updates == 10**9 and plan.minutes is None:
        plan = replace(plan, minutes=30.0)
    baselines = fit_frame_baselines(frames["train"]).nats(frames["valid"])
    say(
        ", ".join(f"{split} {counted(len(pieces), 'piece')}" for split, pieces in frames.items())
        + "; nats a time step on the validation pieces without a network: "
        + ", ".join(f"{name} {value:.3f}" for name, value in baselines.items())
    )
    description = {**corpus.description(frames), "baselines": baselines}
    with ProgressBar("frames", wishes.tensorboard) as watcher:
        outcome = train_frames(
            FrameMaterial(frames["train"], frames["valid"], description, step=corpus.step),
            wishes.output,
            settings=settings,
            plan=plan,
            command=shlex.join(["musicrnn", *sys.argv[1:]]),
            watcher=watcher,
            resume=wishes.resume,
        )
    report_outcome(outcome, wishes.output, floor=("markov", baselines["markov"], "time step"))
    if recipe and outcome.reason != "interrupted" and os.environ.get("RANK", "0") == "0":
        checkpoint = Checkpoint.load(wishes.output)
        found = evaluate_frames([checkpoint], corpus.card.name, found=wishes.data)
        click.echo(recipe_text(recipe, corpus.card.name, found))
