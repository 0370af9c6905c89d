"""``musicrnn evaluate``: a model or generated pieces against held-out data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musicrnn_cli.options import convert_option, data_option, json_option
from musicrnn_cli.stream_options import stream_options

if TYPE_CHECKING:
    from musicrnn.training.data import DataRequest, SkippedFile, Split

Found = tuple[dict[str, Any], str]  # what --json prints, and the same as text


@click.command()
@click.argument("model", metavar="MODEL_OR_FOLDER")
@click.argument("source", metavar="DATA")
@click.option(
    "--split",
    type=click.Choice(["test", "valid", "train"]),
    show_default="test, or all of a folder of recordings that the model has not learnt from",
    help="Split of DATA to measure on.",
)
@click.option(
    "--against",
    metavar="MODEL",
    help="Second model of the same kind, which is measured on the same pieces: the difference, its "
    "interval, and a p-value of the paired test.",
)
@click.option(
    "--judge",
    metavar="MODEL",
    show_default="commands-full",
    help="Model that hears words, which tells what the sounds of a folder of generated ones are.",
)
@convert_option
@json_option()
@data_option
@stream_options
def command(
    model: str,
    source: str,
    split: Split | None,
    against: str | None,
    judge: str | None,
    convert: bool,
    as_json: bool,
    data: Path | None,
    stream: dict[str, Any] | None,
) -> None:
    """Measure a model, or a folder of generated pieces, on DATA.

    MODEL_OR_FOLDER is a model file, a bundled model by name, or a folder of generated pieces, or of
    sounds, a folder a label; models of frames may be several with commas between, which are one
    ensemble. DATA is a corpus by name or a folder. Figures stand beside trivial baselines or
    held-out human pieces.
    With --stream a model that hears words must find them in long recordings, built of held-out
    words at known times over noise, music and other speech.
    """
    if against is not None and (stream is not None or Path(model).is_dir()):
        raise click.UsageError("--against compares two models on pieces or recordings")
    whole = False
    if Path(model).is_dir():
        if stream is not None:
            raise click.UsageError("--stream measures a model, not a folder")
        figures, text = _generated(Path(model), source, split or "test", data, judge)
    elif judge is not None:
        raise click.UsageError("--judge tells what generated sounds are: give their folder")
    elif stream is not None:
        from musicrnn_cli.stream_evaluation import stream_figures

        checkpoints = _checkpoints(model)
        figures, text, whole = stream_figures(checkpoints, source, split, found=data, given=stream)
    else:
        from musicrnn.training.data import DataRequest

        request = DataRequest((source,), data, convert=convert or None, whole=split is None)
        figures, text, whole = _measured(model, against, request, split or "test")
    measured_on = "all" if whole else split or "test"
    result = {"model": model, "data": source, "split": measured_on, **figures}
    if as_json:
        click.echo(json.dumps(result, allow_nan=False))
    else:
        part = "all" if whole else f"the {measured_on} split"
        click.echo(f"{model} on {part} of {source}, n = {result['n']}\n\n{text}")


def _checkpoints(names: str) -> Sequence[Any]:
    from musicrnn.checkpoint import Checkpoint
    from musicrnn.pretrained import model_paths

    return [Checkpoint.load(path) for path in model_paths(names)]


def _measured(
    model: str, against: str | None, request: DataRequest, split: Split
) -> tuple[dict[str, Any], str, bool]:
    """What is found, and whether it is of all of a folder."""
    from musicrnn.sources.measuring import Measured, figures_of

    other = None if against is None else Measured(against, _checkpoints(against))
    first = Measured(model, _checkpoints(model))
    found = figures_of(first, request, split, against=other)
    _say_left_out(found.refused)
    for sentence in found.said:
        click.echo(sentence, err=True)
    return found.figures.as_json(), found.figures.as_text(), found.whole


def _generated(
    folder: Path, data: str, split: Split, found: Path | None, judge: str | None
) -> Found:
    from musicrnn.errors import MusicRNNError
    from musicrnn.sources.catalogue import sounds_of

    if sounds_of(str(folder)) is not None:
        return _generated_sounds(folder, data, split, found, judge or "commands-full")
    if judge is not None:
        raise MusicRNNError(f"--judge hears sounds, and {folder} holds pieces of notes")
    from musicrnn_cli.evaluation_text import report_text
    from musicrnn_datasets.generated import evaluate_folder

    evaluation = evaluate_folder(folder, data, split=split, found=found)
    _say_left_out([*evaluation.refused, *evaluation.data_refused])
    refused = {skipped.name: skipped.reason for skipped in evaluation.refused}
    figures = {**evaluation.report.as_json(), "refused": refused}
    text = report_text(evaluation.report)
    if evaluation.leading is not None:
        figures["voice_leading"] = evaluation.leading.as_json()
        text += "\n\n" + evaluation.leading.as_text()
    return figures, text


def _generated_sounds(
    folder: Path, data: str, split: Split, found: Path | None, judge: str
) -> Found:
    from musicrnn.pretrained import load_model
    from musicrnn.tokens.sound import CodecTokenizer
    from musicrnn_datasets.generated_sounds import Judge, evaluate_sounds

    heard = Judge(load_model(judge))
    report, refused = evaluate_sounds(
        folder, data, heard, CodecTokenizer(), split=split, found=found
    )
    _say_left_out(refused)
    return report.as_json(), report.as_text()


def _say_left_out(refused: Sequence[SkippedFile]) -> None:
    from musicrnn.face.report import each_left_out

    for line in each_left_out(refused):
        click.echo(line, err=True)
