"""What a recipe came to, beside the figure of its paper and what counting reaches."""

from __future__ import annotations

from musicrnn.metrics.frame_evaluation import FrameEvaluation, duplicates_text
from musicrnn.metrics.piece_nats import MODEL
from musicrnn.metrics.tables import between, number, table
from musicrnn_datasets.recipes import Recipe


def recipe_text(recipe: Recipe, corpus: str, found: FrameEvaluation) -> str:
    """The test split as a table; lower is better."""
    figures = dict(found.figures)
    model = figures.pop(MODEL)
    rows = [[recipe.name, number(model.nats_per_step), between(model.interval)]]
    if corpus in recipe.reported:
        whose = f" ({recipe.of})" if recipe.of else ""
        mark = "" if recipe.checked else "as reported, not re-checked"
        rows.append([f"{recipe.paper}{whose}", number(recipe.reported[corpus]), mark])
    rows += [
        [name, number(figure.nats_per_step), between(figure.interval)]
        for name, figure in figures.items()
    ]
    title = f"{corpus}, test: nats a time step"
    return "\n".join([table([title, "", "95 % interval"], rows), duplicates_text(found)])
