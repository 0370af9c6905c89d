"""``musicrnn train classify`` on spoken words: from clips to a model that hears them."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

from musicrnn.errors import MusicRNNError, counted, listed
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.training.classify_words import DEFAULT_RECIPE, RECIPES, train_words, words_plan
from musicrnn.training.machine import check_output
from musicrnn.training.settings import override
from musicrnn_cli.progress import ProgressBar
from musicrnn_cli.reporting import report_outcome, report_refused, say
from musicrnn_cli.training_wishes import Wishes
from musicrnn_datasets.words import find_words, prepare_words, word_seconds


def train(
    source: str, wishes: Wishes, *, split_file: Path | None, backgrounds: Path | None
) -> None:
    """Train a recipe for words on ``source``.

    Raises:
        MusicRNNError: no such recipe, or as :func:`train_words`.
    """
    check_output(wishes.output)
    name = wishes.recipe or DEFAULT_RECIPE
    if name not in RECIPES:
        raise MusicRNNError(f"recipe must be songs or one of {', '.join(RECIPES)}, got {name!r}")
    first = replace(RECIPES[name], cell=wishes.cell) if wishes.cell else RECIPES[name]
    settings, _ = override(wishes.settings, first, words_plan(1, 1))  # refused at once
    settings.layer.cell(settings.cell).shapes(8, settings.hidden)
    found = find_words(source, split_file=split_file, data=wishes.data)
    recipe = CausalLogMel(seconds=word_seconds(found))
    prepared = prepare_words(found, recipe=recipe, backgrounds=backgrounds)
    report_refused(prepared.refused)
    words = prepared.material.labels
    plan = words_plan(len(prepared.clips["train"].labels), settings.drawing.batch, wishes.minutes)
    plan = replace(plan, seed=wishes.seed, device=wishes.device)
    settings, plan = override(wishes.settings, first, plan)
    say(
        f"{name}: {counted(len(words), 'word')}: {listed(words[:12])}"
        f"{' ...' if len(words) > 12 else ''}; "
        + ", ".join(
            f"{split} {counted(len(clips.labels), 'clip')}"
            for split, clips in prepared.clips.items()
        )
        + f" of {recipe.seconds:g} s ({prepared.split})"
    )
    with ProgressBar("clips", wishes.tensorboard) as watcher:
        outcome = train_words(
            prepared.material,
            wishes.output,
            settings=settings,
            plan=plan,
            command=shlex.join(["musicrnn", *sys.argv[1:]]),
            watcher=watcher,
            resume=wishes.resume,
        )
    report_outcome(outcome, wishes.output)
