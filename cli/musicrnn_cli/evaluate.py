"""``musicrnn evaluate``: a model or generated pieces against held-out data."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("model", metavar="MODEL_OR_FOLDER")
@click.argument("data", metavar="DATA")
@click.option(
    "--split",
    type=click.Choice(["test", "valid", "train"]),
    default="test",
    show_default=True,
    help="What to measure on.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for programs.")
@click.option("--data", "found", type=click.Path(path_type=Path), help="Folder with the corpora.")
def command(model: str, data: str, split: Any, as_json: bool, found: Path | None) -> None:
    """Measure a model, or a folder of generated MIDI files, on DATA.

    MODEL_OR_FOLDER is a model file, a bundled model by name, or a folder of generated pieces; DATA
    a corpus by name or a folder. Figures stand beside trivial baselines or held-out human pieces.
    """
    from musicrnn_cli.evaluation_text import language_text, report_text

    result: dict[str, Any] = {"model": model, "data": data, "split": split}
    if Path(model).is_dir():
        from musicrnn_datasets.generated import evaluate_folder

        evaluation = evaluate_folder(Path(model), data, split=split, found=found)
        _say_left_out([*evaluation.refused, *evaluation.data_refused])
        result |= evaluation.report.as_json()
        result["refused"] = {r.name: r.reason for r in evaluation.refused}
        text = report_text(evaluation.report)
    else:
        from musicrnn.pretrained import model_path

        path = model_path(model)
        from musicrnn_datasets.evaluation import evaluate_language_model

        outcome = evaluate_language_model(path, data, split=split, found=found)
        _say_left_out(outcome.refused)
        result |= {"n": outcome.n, **asdict(outcome.likelihood)}
        text = language_text(outcome.likelihood)
    if as_json:
        click.echo(json.dumps(result, allow_nan=False))
    else:
        click.echo(f"{model} on the {split} split of {data}, n = {result['n']}\n\n{text}")


def _say_left_out(refused: Any) -> None:
    for refusal in refused:
        click.echo(f"left out {refusal.name}: {refusal.reason}", err=True)
