"""``musicrnn train compose --tokens voices``: from pieces of four voices to a voices model."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

from musicrnn.errors import counted
from musicrnn.training.machine import check_output
from musicrnn.training.plan import Plan
from musicrnn.training.settings import override
from musicrnn.training.voices import VoicesMaterial, VoicesSettings, train_voices
from musicrnn_cli.progress import ProgressBar
from musicrnn_cli.reporting import report_outcome, report_refused, say
from musicrnn_datasets.voices import prepare_voices
from musicrnn_datasets.voices_evaluation import voice_baselines


def train_voices_model(
    sources: tuple[str, ...],
    output: Path,
    words: tuple[str, ...],
    *,
    plan: Plan,
    cell: str | None,
    resume: bool,
    data: Path | None,
    tensorboard: str | None,
) -> None:
    """``words`` are settings such as hidden=128; ``plan`` as the command line's options say."""
    check_output(output)
    settings = VoicesSettings(cell=cell) if cell else VoicesSettings()
    settings, plan = override(words, settings, plan)
    settings.layer.cell(settings.cell).shapes(8, settings.hidden)  # refused at once
    if plan.minutes is None and not any(word.startswith("updates=") for word in words):
        plan = replace(plan, minutes=30.0)
    found = prepare_voices(sources, data=data)
    report_refused(found.refused)
    baselines = voice_baselines(found, "valid")
    say(
        ", ".join(
            f"{split} {counted(len(pieces), 'piece')}" for split, pieces in found.pieces.items()
        )
        + "; nats a cell of each voice on the validation pieces without a network: "
        + "; ".join(
            f"{name} " + ", ".join(f"{voice} {nats:.3f}" for voice, nats in by_voice.items())
            for name, by_voice in baselines.items()
        )
    )
    with ProgressBar("rows", tensorboard) as watcher:
        outcome = train_voices(
            VoicesMaterial(
                found.grid,
                found.pieces["train"],
                found.pieces["valid"],
                {**found.description, "baselines": baselines},
            ),
            output,
            settings=settings,
            plan=plan,
            command=shlex.join(["musicrnn", *sys.argv[1:]]),
            watcher=watcher,
            resume=resume,
        )
    report_outcome(outcome, output)
