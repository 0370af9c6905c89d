"""``musicrnn listen``: words as they are spoken, into the microphone or in a file."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path

import click

from musicrnn_cli.options import json_option

BLOCK_SAMPLES = 1024  # samples at a time: 64 ms at 16 kHz


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--model",
    default="commands",
    show_default=True,
    help="Bundled model (commands, commands-micro) or your own model file of words.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0.01, 1.0),
    show_default="what suited the validation stream",
    help="Probability from which on a word counts as heard.",
)
@json_option("Print one JSON object a line for each word.")
def command(file: Path | None, model: str, threshold: float | None, as_json: bool) -> None:
    """Print the words of FILE, or of the microphone until Ctrl-C, with times and probabilities.

    The microphone needs the extra: pip install musicrnn[live].
    """
    from musicrnn.listening.microphone import microphone_blocks
    from musicrnn.listening.word_stream import file_blocks
    from musicrnn.pretrained import load_model
    from musicrnn.training.task import task_of

    checkpoint = load_model(model)
    stream = task_of(checkpoint).listener(checkpoint, threshold)
    rate = stream.recipe.rate
    if file is not None:
        blocks = file_blocks(file, rate=rate, block=BLOCK_SAMPLES)
    else:
        blocks = microphone_blocks(rate, BLOCK_SAMPLES)
        words = [label for label in stream.labels if not label.startswith("_")]
        click.echo(f"listening for {', '.join(words)}; Ctrl-C ends", err=True)
    samples, spent = 0, list[float]()
    try:
        with closing(blocks):
            for block in blocks:
                before = time.perf_counter()
                events = stream.push(block)
                spent.append(time.perf_counter() - before)
                samples += len(block)
                for event in events:
                    if as_json:
                        click.echo(json.dumps(vars(event)))
                    else:
                        click.echo(f"{event.time:8.2f} s  {event.label}  {event.probability:.0%}")
    except KeyboardInterrupt:
        pass
    click.echo(
        _pace(samples / rate, spent, BLOCK_SAMPLES / rate, stream.settings.smoothing), err=True
    )


def _pace(seconds: float, spent: list[float], block: float, smoothing: float) -> str:
    """How quick it was; the first block, in which code is loaded, does not count."""
    later = sorted(spent[1:]) or [0.0]
    middle, slow = later[len(later) // 2], later[int(0.95 * (len(later) - 1))]
    factor = sum(later) / seconds if seconds else 0.0
    return (
        f"{seconds:.1f} s of sound, real-time factor {factor:.4f}; latency: a block of "
        f"{1000 * block:.0f} ms, {1000 * middle:.1f} ms of computing (95 % within "
        f"{1000 * slow:.1f}), and up to {1000 * smoothing:.0f} ms of smoothing"
    )
