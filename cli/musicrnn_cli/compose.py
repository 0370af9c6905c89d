"""``musicrnn compose``: a new piece, within seconds."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import click

from musicrnn.errors import counted
from musicrnn_cli.controls import parse_chords, parse_key, parse_time_signature
from musicrnn_cli.options import PATH, device_option, json_option, renamed


@click.command(cls=renamed("--weights", "--store"))
@click.option("-o", "--output", "outputs", type=PATH, multiple=True,
              help="File to write, repeatable: .mid .wav .flac .ogg .mp3 .abc .html .png .svg "
              "(default: STYLE-SEED.mid and .wav here).")  # fmt: skip
@click.option("--style", help="A bundled model: pop (default), folk, drums, chorale.")
@click.option("--model", type=click.Path(), help="Your own model file instead.")
@click.option("--primer", type=PATH, help="A MIDI or ABC file to continue.")
@click.option(
    "--bars",
    type=int,
    help="Length in bars, after the primer (default 16; folk 32 with repeats, drums 8).",
)
@click.option("--seconds", type=float, help="Length in seconds instead.")
@click.option("--tempo", type=float, help="Quarter notes a minute.")
@click.option("--key", callback=parse_key, help='Such as "C", "F# minor", "Bbm".')
@click.option("--time-signature", callback=parse_time_signature, help="Such as 3/4 or 6/8.")
@click.option("--chords", callback=parse_chords, help='One a bar, such as "C Am F G7".')
@click.option("--density", type=click.IntRange(1, 5), help="1 sparse to 5 dense.")
@click.option("--temperature", type=float, help="Above 1 wilder, below 1 tamer.")
@click.option("--top-k", type=int, help="Only the k likeliest tokens.")
@click.option("--top-p", type=float, help="Only the likeliest tokens with this mass.")
@click.option("--min-p", type=float, help="Only tokens this likely, by the likeliest.")
@click.option("--repetition-penalty", type=float, help="Above 1 repeats less.")
@click.option("--count", type=click.IntRange(1, 100_000), default=1, help="How many pieces.")
@click.option("--seed", type=click.IntRange(0), help="Of the first piece; else drawn and printed.")
@click.option("--soundfont", type=PATH, help="An .sf2 file for the sound.")
@click.option("--best-of", type=int, default=1, help="Draw as many for each piece, keep the best.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes for many pieces: all cores.")
@device_option
@click.option(
    "--store",
    default="float32",
    show_default=True,
    help="How weights are kept: float32, exact; bfloat16 and int8 are faster.",
)
@click.option("--play", is_flag=True, help="Sound the piece while it is made; Ctrl-C stops.")
@click.option(
    "--stream",
    is_flag=True,
    help="Write its MIDI messages to stdout as they are drawn, one JSON object a line.",
)
@json_option("One JSON object a piece.")
def command(
    outputs: tuple[Path, ...],
    style: str | None,
    model: str | None,
    primer: Path | None,
    seed: int | None,
    count: int,
    soundfont: Path | None,
    best_of: int,
    jobs: int | None,
    device: str,
    store: str,
    play: bool,
    stream: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Compose a new piece and write it as MIDI, sound, page or picture."""
    if style and model:
        raise click.UsageError("give --style or --model, not both")
    if options["bars"] is not None and options["seconds"] is not None:
        raise click.UsageError("give --bars or --seconds, not both")
    from musicrnn.sampling.engine import EngineSettings
    from musicrnn.sampling.sample_function import SamplingBudget
    from musicrnn_cli.composing import compose_files
    from musicrnn_cli.order import Order, check_style, prepared, request_of

    if style is not None:
        check_style(style)
    name = model or style or "pop"
    budget = SamplingBudget(EngineSettings(device, store), best_of)
    request = request_of(name, options, primer, budget)
    first = secrets.randbelow(2**31) if seed is None else seed
    order = Order(name, outputs, request, soundfont, many=count > 1)
    if play or stream:
        if jobs is not None:
            raise click.UsageError("--jobs is for many pieces, --play and --stream for one")
        from musicrnn_cli.sounding import sound_piece

        records = iter([sound_piece(*prepared(order), first, play=play, stream=stream)])
    else:
        records = compose_files(order, range(first, first + count), jobs=jobs)
    for record in records:
        if as_json:
            click.echo(json.dumps(record), err=stream)
            continue
        facts = [f"{record['style']}  seed {record['seed']}", record["key"] or "no key",
                 f"{record['tempo']:.0f} quarters a minute", record["time_signature"],
                 counted(record["bars"], "bar"), f"{record['seconds']:.0f} s"]  # fmt: skip
        click.echo(", ".join(facts), err=stream)
        for path in record["files"]:
            click.echo(f"  {path}", err=stream)
