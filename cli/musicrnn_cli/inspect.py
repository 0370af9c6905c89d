"""``musicrnn inspect``: the header of a model file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from musicrnn.errors import counted
from musicrnn_cli.options import data_option, output_option, renamed


@click.command(cls=renamed("--weights", "--store"))
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="The metadata as JSON.")
@click.option(
    "--gradients", is_flag=True, help="How far back in time the loss is felt, as a table."
)
@click.option(
    "--store", is_flag=True, help="What bfloat16 and int8 weights cost a composing model."
)
@click.option(
    "--on", metavar="DATA", help="With --gradients or --store: a corpus by name or a folder."
)
@click.option(
    "--beside", multiple=True, metavar="MODEL", help="With --gradients: another model, repeatable."
)
@click.option("--steps", type=click.IntRange(1), help="How far back; 128 at most if not given.")
@click.option("--seed", type=click.IntRange(0), help="Of the model's own pieces, 0 if not given.")
@output_option("Draw the gradients: .svg or .png.", required=False)
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
    """Print the header of MODEL, a bundled name or a file; the weights are not read.

    With --gradients the weights are: the norm of the gradient of the loss at one step, with respect
    to the state so many steps before, as a mean over the test pieces of DATA, or over pieces that
    a composing model samples itself. For a classifier: with respect to its input, counted from the
    end of a clip.

    With --store a composing model is held in float32, bfloat16 and int8, as compose --store
    holds it, and reads the same pieces: the bytes, how far each distribution of the next token is
    from float32's (Kullback-Leibler, in nats), and the likelihood. At most 100,000 tokens are read.
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


def _lines(values: dict[str, Any], indent: str) -> list[str]:
    """One line a value; long lists are counted, not shown."""
    lines: list[str] = []
    for name, value in values.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}", *_lines(value, indent + "  ")]
        elif isinstance(value, list) and len(value) > 20:
            lines.append(f"{indent}{name}  {counted(len(value), 'value')}")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                lines += [f"{indent}{name}", *_lines(item, indent + "  ")]
        else:
            lines.append(f"{indent}{name}  {value}")
    return lines
