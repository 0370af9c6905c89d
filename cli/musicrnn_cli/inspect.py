"""``musicrnn inspect``: what a model file says about itself."""

from __future__ import annotations

import json
from typing import Any

import click


@click.command()
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="The metadata as JSON.")
def command(model: str, as_json: bool) -> None:
    """Print the header of MODEL, a bundled name or a file; the weights are not read."""
    from musicrnn.checkpoint import read_metadata
    from musicrnn.pretrained import model_path

    metadata = read_metadata(model_path(model))
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
            lines.append(f"{indent}{name}  {len(value)} values")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for item in value:
                lines += [f"{indent}{name}", *_lines(item, indent + "  ")]
        else:
            lines.append(f"{indent}{name}  {value}")
    return lines
