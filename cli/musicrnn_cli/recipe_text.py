"""What a recipe came to, beside the figure of its paper and what counting reaches."""

from __future__ import annotations

import statistics
from collections.abc import Mapping

from musicrnn.metrics.frame_evaluation import FrameEvaluation, duplicates_text
from musicrnn.metrics.piece_losses import MODEL
from musicrnn.metrics.tables import between, number, table
from musicrnn_datasets.recipes import Recipe


def recipe_text(recipe: Recipe, corpus: str, found: Mapping[int, FrameEvaluation]) -> str:
    """The test split as a table, lower is better; ``found`` by seed, one or several."""
    first, *more = found.values()
    rows: list[list[str]] = []
    for seed, evaluation in found.items():
        model = evaluation.figures[MODEL]
        name = f"{recipe.name}, seed {seed}" if more else recipe.name
        rows.append([name, number(model.nats_per_step), between(model.interval)])
    if more:
        figures = [evaluation.figures[MODEL].nats_per_step for evaluation in found.values()]
        spread = f"standard deviation {number(statistics.stdev(figures))}"
        rows.append(["mean over seeds", number(statistics.fmean(figures)), spread])
    if corpus in recipe.reported:
        whose = f" ({recipe.of})" if recipe.of else ""
        mark = "" if recipe.checked else "as reported, not re-checked"
        rows.append([f"{recipe.paper}{whose}", number(recipe.reported[corpus]), mark])
    rows += [
        [name, number(figure.nats_per_step), between(figure.interval)]
        for name, figure in first.figures.items()
        if name != MODEL
    ]
    title = f"{corpus}, test: nats a time step"
    return "\n".join([table([title, "", "95 % interval"], rows), duplicates_text(first)])
