"""``musicrnn export``: a model as ONNX, or with its weights stored in another way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from musicrnn_cli.options import output_option, renamed

if TYPE_CHECKING:
    from musicrnn.weights import Weights

FORMATS = (".onnx", ".safetensors")


@click.command("export", cls=renamed("--weights", "--store"))
@click.argument("model")
@output_option("File to write: .onnx, or .safetensors with --store.")
@click.option(
    "--store",
    type=click.Choice(["float32", "float16", "int8"]),
    help="How a .safetensors file stores a weight: in four bytes, two or one.",
)
@click.option(
    "--streaming",
    is_flag=True,
    help="Write a model of words as an .onnx file that goes step by step, its states carried on.",
)
def command(model: str, output: Path, store: str | None, streaming: bool) -> None:
    """Write MODEL, a bundled name or a file, for other programs.

    An .onnx file takes ids or samples and gives logits or probabilities, with the features inside;
    before it is written it is run by ONNX Runtime and compared with the model. It needs the extra
    [export].
    """
    from musicrnn.face.asking import with_style
    from musicrnn.pretrained import load_model, model_path
    from musicrnn.training.task import task_of

    suffix = output.suffix.lower()
    if suffix not in FORMATS:
        raise click.UsageError(f"-o must end in {' or '.join(FORMATS)}, got {output.name!r}")
    if (suffix == ".onnx") == (store is not None):
        raise click.UsageError("a .safetensors file needs --store, and an .onnx file has none")
    if streaming and suffix != ".onnx":
        raise click.UsageError("--streaming belongs to an .onnx file")
    if output.exists() and output.samefile(model_path(model)):
        raise click.UsageError(f"{output} is the model itself: write to another file")
    checkpoint = with_style(load_model(model), model)
    task_of(checkpoint).load(checkpoint)  # a damaged one is refused, not copied
    if suffix == ".safetensors":
        from musicrnn.checkpoint import read_holdings

        checkpoint.save(output, weights=cast("Weights", store))  # click has checked it
        held = read_holdings(output)
        click.echo(f"{output}  {held.weights}, {held.numbers:,} weights, {held.bytes:,} bytes")
        return
    from musicrnn.export.graph import write_graph

    written = write_graph(task_of(checkpoint).graph(checkpoint, streaming=streaming), output)
    click.echo(
        f"{output}  {written.bytes:,} bytes, within {written.difference:.1e} of the model's "
        "probabilities"
    )
    for title, values in (("in", written.inputs), ("out", written.outputs)):
        for name, shape in values.items():
            click.echo(f"  {title:3}  {name}  [{', '.join(map(str, shape))}]")
