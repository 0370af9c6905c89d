"""``musicrnn inspect``: the header of a model file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from musicrnn.errors import counted
from musicrnn_cli.options import data_option, json_option, output_option, renamed

DEEP = 4  # spaces before the names of a table inside a table


@click.command(cls=renamed("--weights", "--store"))
@click.argument("model")
@json_option()
@click.option(
    "--gradients",
    is_flag=True,
    help="Show how far back in time the network learns: the gradient of the loss.",
)
@click.option(
    "--store", is_flag=True, help="Show what bfloat16 and int8 weights cost a composing model."
)
@click.option(
    "--on",
    metavar="DATA",
    show_default="pieces that the model composes",
    help="With --gradients or --store: corpus or folder to measure on.",
)
@click.option(
    "--beside",
    multiple=True,
    metavar="MODEL",
    help="With --gradients: another model to show beside this one, repeatable.",
)
@click.option(
    "--steps",
    type=click.IntRange(1),
    show_default="128, or fewer where pieces are shorter",
    help="With --gradients: how many steps to look back.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    show_default="0",
    help="With --gradients or --store: seed of the pieces that the model composes.",
)
@output_option("With --gradients: picture to write, .svg or .png.", required=False)
@data_option
def command(
    model: str,
    as_json: bool,
    gradients: bool,
    store: bool,
    on: str | None,
    beside: tuple[str, ...],
    steps: int | None,
    seed: int | None,
    output: Path | None,
    data: Path | None,
) -> None:
    """Print the header of MODEL, a bundled name or a file. The weights are not read.

    With --gradients print how far back in time the network learns: the norm of the gradient of the
    loss at one step with respect to the state so many steps before. It is a mean over the test
    pieces of DATA, or over pieces that a composing model samples itself. For a classifier it is the
    gradient with respect to the input, counted from the end of a clip.

    With --store print what a composing model loses when its weights are held in bfloat16 or int8,
    as compose --store holds them. Each form reads the same pieces, at most 100,000 tokens. The
    table has the bytes, how far each distribution of the next token is from that of float32
    (Kullback-Leibler, in nats), and the likelihood.
    """
    if gradients and store:
        raise click.UsageError("--gradients and --store are two questions: ask one at a time")
    _refuse({"beside": beside, "steps": steps, "output": output}, gradients, "--gradients")
    either = gradients or store
    _refuse({"on": on, "seed": seed, "data": data}, either, "--gradients and to --store")
    if gradients:
        from musicrnn_cli.gradients import show_gradients

        show_gradients(
            (model, *beside),
            as_json=as_json,
            output=output,
            on=on,
            steps=steps,
            seed=seed or 0,
            data=data,
        )
    elif store:
        from musicrnn_cli.quantization import show_quantization

        show_quantization(model, as_json=as_json, on=on, seed=seed or 0, data=data)
    else:
        _show_header(model, as_json=as_json)


def _refuse(options: dict[str, Any], asked: bool, of: str) -> None:
    """Raises:
    click.UsageError: an option is given without what it belongs to.
    """
    for name, value in options.items():
        if not asked and value not in (None, ()):
            raise click.UsageError(f"--{name} belongs to {of}")


def _show_header(model: str, *, as_json: bool) -> None:
    from musicrnn.checkpoint import read_holdings, read_metadata
    from musicrnn.pretrained import model_path

    path = model_path(model)
    metadata = {**read_metadata(path), "file": asdict(read_holdings(path))}
    if as_json:
        click.echo(json.dumps(metadata, ensure_ascii=False))
        return
    for line in _lines(metadata, ""):
        click.echo(line)


def _count(values: dict[str, Any]) -> int:
    return sum(_count(value) if isinstance(value, dict) else 1 for value in values.values())


def _lines(values: dict[str, Any], indent: str) -> list[str]:
    """One line a value; long lists and deep tables are counted, not shown."""
    lines: list[str] = []
    for name, value in values.items():
        if isinstance(value, dict) and len(indent) >= DEEP and (inside := _count(value)) > 12:
            lines.append(f"{indent}{name}  {counted(inside, 'value')}")
        elif isinstance(value, dict):
            lines += [f"{indent}{name}", *_lines(value, indent + "  ")]
        elif isinstance(value, list) and len(value) > 20:
            lines.append(f"{indent}{name}  {counted(len(value), 'value')}")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                lines += [f"{indent}{name}", *_lines(item, indent + "  ")]
        else:
            lines.append(f"{indent}{name}  {value}")
    return lines
