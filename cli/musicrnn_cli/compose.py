"""``musicrnn compose``: a new piece, within seconds."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import click

from musicrnn.errors import listed
from musicrnn.pretrained import STYLES
from musicrnn_cli.controls import (
    parse_chords,
    parse_feel,
    parse_form,
    parse_key,
    parse_parts,
    parse_time_signature,
)
from musicrnn_cli.options import (
    NUMBER,
    PATH,
    device_option,
    json_option,
    outputs_option,
    renamed,
    soundfont_option,
    temperature_option,
)


@click.command(cls=renamed("--weights", "--store"))
@outputs_option(
    "File to write, repeatable: .mid .abc .musicxml .pdf .wav .flac .ogg .mp3 .html .png .svg. A "
    "model of sound writes sound.",
    default="STYLE-SEED.mid and STYLE-SEED.wav in this folder",
)
@click.option(
    "--style",
    show_default="pop",
    help=f"Bundled model to compose with, one of {listed(STYLES)}. words and loops make sound.",
)
@click.option("--model", type=click.Path(), help="Your own model file, in place of a style.")
@click.option(
    "--primer",
    type=PATH,
    help="File of notes that the piece goes on from: all of it is written, its last 64 bars are "
    "heard. Of a model of sound a sound file.",
)
@click.option(
    "--bars",
    type=int,
    show_default="16; folk 32 with repeats, drums 8",
    help="Length in bars, after the primer. From 1 to 4000.",
)
@click.option("--seconds", type=NUMBER, help="Length in seconds, in place of bars. Up to 7200.")
@click.option("--tempo", type=NUMBER, help="Tempo in quarter notes a minute. From 4 to 1000.")
@click.option("--key", callback=parse_key, help='Key, such as "C", "F# minor" or "Bbm".')
@click.option(
    "--time-signature", callback=parse_time_signature, help="Time signature, such as 3/4 or 6/8."
)
@click.option(
    "--chords",
    callback=parse_chords,
    help='Chords, one a bar, such as "C/E Am F G7"; they begin again when they run out. A bass '
    "after a slash is the lowest note at the beginning of its bar.",
)
@click.option(
    "--no-chords",
    "symbols",
    flag_value=False,
    default=None,
    type=bool,
    help="No chord symbols above the notes, of a model that writes tunes, such as folk.",
)
@click.option(
    "--density", type=click.IntRange(1, 5), help="How many notes: 1 is sparse, 5 is dense."
)
@click.option(
    "--form",
    callback=parse_form,
    help='Sections and their bars, such as AABA or "i4 A8 A8 B8 A8 o4": a letter that comes again '
    "is alike, a small one has no melody.",
)
@click.option(
    "--parts",
    callback=parse_parts,
    help="The parts that play, of a model with named parts, such as melody,piano.",
)
@click.option(
    "--feel",
    callback=parse_feel,
    help="Rhythmic feel, of a model that has learnt feels by name: drums and loops know rock, "
    "funk, soul, hiphop, jazz, latin and others.",
)
@click.option(
    "--label",
    help="What to make, of a model of sound that has learnt labels: words knows one, two, left, "
    "yes, no and others, your own the names of your folders.",
)
@click.option(
    "--fill-every",
    type=int,
    help="A drum fill every so many bars, of a model that has learnt fills. From 2 to 64.",
)
@temperature_option
@click.option(
    "--top-k", type=int, help="Choose only among this many of the likeliest tokens; 0 is off."
)
@click.option(
    "--top-p",
    type=NUMBER,
    help="Choose only among the likeliest tokens that together have this probability. Above 0, up "
    "to 1; 1 is off.",
)
@click.option(
    "--min-p",
    type=NUMBER,
    help="Leave out tokens that are less likely than this share of the likeliest. From 0 to below "
    "1; 0 is off.",
)
@click.option(
    "--repetition-penalty",
    type=NUMBER,
    help="Make the tokens of the recent past less likely. From 1 to 100; 1 is off.",
)
@click.option(
    "--count",
    type=click.IntRange(1, 100_000),
    default=1,
    show_default=True,
    help="How many pieces; their seeds count up from --seed.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    show_default="drawn and printed",
    help="Seed of the first piece: the same seed gives the same piece.",
)
@soundfont_option
@click.option(
    "--best-of",
    type=int,
    default=1,
    show_default=True,
    help="Compose this many candidates for each piece and keep the best. From 1 to 1000.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    show_default="the number of cores",
    help="How many processes share the work on many pieces.",
)
@device_option
@click.option(
    "--store",
    default="float32",
    show_default=True,
    help="How the weights are kept in memory: float32 is exact, bfloat16 and int8 are faster.",
)
@click.option("--play", is_flag=True, help="Play the piece while it is composed; Ctrl-C stops.")
@click.option(
    "--stream",
    is_flag=True,
    help="Write the MIDI messages to stdout while the piece is composed, one JSON object a line.",
)
@json_option("Print one JSON object for each piece.")
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
    from musicrnn_cli.composed import density_missed, line_of
    from musicrnn_cli.composing import compose_files
    from musicrnn_cli.order import Order, asked_of, check_style, prepared

    if style is not None:
        check_style(style)
    name = model or style or "pop"
    budget = SamplingBudget(EngineSettings(device, store), best_of)
    request = asked_of(name, options, primer, budget)
    first = secrets.randbelow(2**31) if seed is None else seed
    order = Order(name, outputs, request, soundfont, many=count > 1, primer=primer)
    if play or stream:
        if jobs is not None:
            raise click.UsageError("--jobs is for many pieces, --play and --stream for one")
        from musicrnn_cli.sounding import sound_piece

        records = iter([sound_piece(*prepared(order), first, play=play, stream=stream)])
    else:
        records = compose_files(order, range(first, first + count), jobs=jobs)
    found: list[dict[str, Any]] = []
    for record in records:
        found.append(record)
        if as_json:
            click.echo(json.dumps(record), err=stream)
            continue
        click.echo(line_of(record, density=options["density"]), err=stream)
        for path in record["files"]:
            click.echo(f"  {path}", err=stream)
    if said := density_missed(found, options["density"]):
        click.echo(said, err=True)
