"""``musicrnn classify``: the genre of songs, spoken words, or the labels of your own model."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from musicrnn_cli.options import convert_option, device_option, json_option

WORTH_SAYING = 0.05  # of none of these, beside a label that is likely


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--model",
    default="genre",
    show_default=True,
    help="Bundled model (genre, commands, commands-micro, commands-full) or your own model file.",
)
@click.option(
    "--top",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="How many labels to show, the likeliest first.",
)
@click.option("--timeline", is_flag=True, help="Show also how the label changes through the song.")
@convert_option
@json_option("Print one JSON object a line for each file.")
@device_option
def command(
    files: tuple[str, ...],
    model: str,
    top: int,
    timeline: bool,
    convert: bool,
    as_json: bool,
    device: str,
) -> None:
    """Name the genre of songs: WAV, FLAC, OGG, Opus or MP3 files of any length.

    A model of your own names its own labels; one that was trained on MIDI reads MIDI files, and one
    that was trained on spoken words, such as commands, hears the word in a short recording.
    """
    from musicrnn.errors import MusicRNNError
    from musicrnn.pretrained import load_model
    from musicrnn.training.task import task_of

    checkpoint = load_model(model)
    labeller = task_of(checkpoint).labeller(checkpoint, device)
    failed = False
    for file in files:
        try:
            answer = labeller.classify_file(file, convert=convert)
        except MusicRNNError as error:
            failed = True
            if as_json:
                click.echo(json.dumps({"file": file, "error": str(error)}))
            click.echo(f"musicrnn: {error}", err=True)
            continue
        for sentence in answer.said:
            click.echo(f"{file}: {sentence}", err=True)
        if as_json:
            click.echo(json.dumps(_object(file, answer, timeline)))
        else:
            click.echo(_text(file, answer, top))
            if timeline:
                click.echo(_timeline(answer))
    if failed:
        raise SystemExit(1)


def _object(file: str, answer: Any, timeline: bool) -> dict[str, Any]:
    result = {"file": file, **asdict(answer)}
    if not timeline:
        del result["timeline"], result["unit"]
    for name in ("axes", "said", "none"):
        if not result[name] and result[name] != 0.0:
            del result[name]
    return result


def _text(file: str, answer: Any, top: int) -> str:
    shown = ", ".join(f"{name} {p:.0%}" for name, p in list(answer.probabilities.items())[:top])
    if answer.axes:
        shown += " (" + ", ".join(f"{a} is positive {p:.0%}" for a, p in answer.axes.items()) + ")"
    if answer.likely:
        said = answer.none is not None and answer.none >= WORTH_SAYING
        return f"{file}: {shown}{f' (none of these {answer.none:.0%})' if said else ''}"
    none = "" if answer.none is None else f"none of these {answer.none:.0%}, "
    return f"{file}: nothing is likely ({none}at best {shown})"


def _timeline(answer: Any) -> str:
    return "\n".join(
        f"  {_place(m.start, answer.unit)} - {_place(m.end, answer.unit)}  "
        + (f"{m.label} {m.probability:.0%}" if m.label else f"({m.reason})")
        for m in answer.timeline
    )


def _place(place: float, unit: str) -> str:
    if unit == "seconds":
        return f"{int(place) // 60}:{int(place) % 60:02d}"
    return f"{unit.removesuffix('s')} {place:.0f}"
