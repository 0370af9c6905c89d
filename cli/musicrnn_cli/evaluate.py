"""``musicrnn evaluate``: a model or generated pieces against held-out data."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from musicrnn_cli.stream_options import stream_options
from musicrnn_datasets.corpus import Split

Found = tuple[dict[str, Any], str]  # what --json prints, and the same as text


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
@stream_options
def command(
    model: str,
    data: str,
    split: Split,
    as_json: bool,
    found: Path | None,
    stream: dict[str, Any] | None,
) -> None:
    """Measure a model, or a folder of generated pieces, on DATA.

    MODEL_OR_FOLDER is a model file, a bundled model by name, or a folder of generated MIDI or ABC
    files; models of frames may be several with commas between, which are one ensemble. DATA is a
    corpus by name or a folder. Figures stand beside trivial baselines or held-out human pieces.
    With --stream a model that hears words must find them in long recordings, built of held-out
    words at known times over noise, music and other speech.
    """
    if Path(model).is_dir() and stream is not None:
        raise click.UsageError("--stream measures a model, not a folder")
    if Path(model).is_dir():
        figures, text = _generated(Path(model), data, split, found)
    else:
        from musicrnn.checkpoint import Checkpoint
        from musicrnn.pretrained import model_paths
        from musicrnn_datasets.polyphonic import POLYPHONIC

        checkpoints = [Checkpoint.load(path) for path in model_paths(model)]
        task = str(checkpoints[0].metadata.get("task"))
        if stream is not None:
            from musicrnn_cli.stream_evaluation import stream_figures

            figures, text = stream_figures(checkpoints, data, split, found=found, given=stream)
        elif data in POLYPHONIC or task == "frames" or len(checkpoints) > 1:
            figures, text = _frames(checkpoints, data, split, found)
        else:
            measure = {
                "classify": _classifier, "words": _words, "voices": _voices,
            }.get(task, _composer)  # fmt: skip
            figures, text = measure(checkpoints[0], data, split, found)
    result = {"model": model, "data": data, "split": split, **figures}
    if as_json:
        click.echo(json.dumps(result, allow_nan=False))
    else:
        click.echo(f"{model} on the {split} split of {data}, n = {result['n']}\n\n{text}")


def _generated(folder: Path, data: str, split: Split, found: Path | None) -> Found:
    from musicrnn_cli.evaluation_text import report_text
    from musicrnn_datasets.generated import evaluate_folder

    evaluation = evaluate_folder(folder, data, split=split, found=found)
    _say_left_out([*evaluation.refused, *evaluation.data_refused])
    refused = {refusal.name: refusal.reason for refusal in evaluation.refused}
    figures = {**evaluation.report.as_json(), "refused": refused}
    text = report_text(evaluation.report)
    if evaluation.leading is not None:
        from musicrnn_cli.voices_text import leading_text

        figures["voice_leading"] = evaluation.leading.as_json()
        text += "\n\n" + leading_text(evaluation.leading)
    return figures, text


def _composer(checkpoint: Any, data: str, split: Split, found: Path | None) -> Found:
    from musicrnn_cli.evaluation_text import language_text
    from musicrnn_datasets.evaluation import evaluate_language_model

    outcome = evaluate_language_model(checkpoint, data, split=split, found=found)
    _say_left_out(outcome.refused)
    return {"n": outcome.n, **asdict(outcome.likelihood)}, language_text(outcome.likelihood)


def _voices(checkpoint: Any, data: str, split: Split, found: Path | None) -> Found:
    from musicrnn_cli.voices_text import voices_text
    from musicrnn_datasets.voices_evaluation import evaluate_voices_model

    outcome = evaluate_voices_model(checkpoint, data, split=split, found=found)
    _say_left_out(outcome.refused)
    return outcome.as_json(), voices_text(outcome)


def _classifier(checkpoint: Any, data: str, split: Split, found: Path | None) -> Found:
    from musicrnn_cli.classification_text import classification_text
    from musicrnn_datasets.labelled_evaluation import evaluate_classifier

    outcome = evaluate_classifier(checkpoint, data, split=split, found=found)
    _say_left_out(outcome.refused)
    return outcome.as_json(), classification_text(outcome.scores, outcome.nats)


def _words(checkpoint: Any, data: str, split: Split, found: Path | None) -> Found:
    from musicrnn_cli.classification_text import classification_text
    from musicrnn_datasets.word_evaluation import evaluate_words

    outcome = evaluate_words(checkpoint, data, split=split, found=found)
    _say_left_out(outcome.refused)
    return outcome.as_json(), classification_text(outcome.scores, outcome.nats)


def _frames(checkpoints: Any, data: str, split: Split, found: Path | None) -> Found:
    from musicrnn_cli.frame_text import frames_text
    from musicrnn_datasets.frame_evaluation import evaluate_frames

    outcome = evaluate_frames(checkpoints, data, split=split, found=found)
    return outcome.as_json(), frames_text(outcome)


def _say_left_out(refused: Any) -> None:
    for refusal in refused:
        click.echo(f"left out {refusal.name}: {refusal.reason}", err=True)
