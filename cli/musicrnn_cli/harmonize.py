"""``musicrnn harmonize``: voices around a melody, or around any voices given."""

from __future__ import annotations

from pathlib import Path

import click

from musicrnn.errors import counted
from musicrnn_cli.options import (
    PATH,
    json_option,
    outputs_option,
    seed_option,
    temperature_option,
)


@click.command()
@click.argument("piece", type=PATH)
@outputs_option(
    "File to write, repeatable: .mid .abc .musicxml .pdf .wav .flac .ogg .mp3 .html .png .svg.",
    required=True,
)
@click.option(
    "--keep",
    default="soprano",
    show_default=True,
    help="Voices that PIECE gives and that stay as they are, commas between.",
)
@click.option(
    "--track", help="Track of PIECE that holds the one voice kept: its name, or its number from 1."
)
@click.option(
    "--top-line", is_flag=True, help="Take the highest notes alone of a voice that has chords."
)
@click.option(
    "--model", default="chorale", show_default=True, help="Bundled model or model file of voices."
)
@temperature_option
@seed_option
@json_option()
def command(
    piece: Path,
    outputs: tuple[Path, ...],
    keep: str,
    track: str | None,
    top_line: bool,
    model: str,
    temperature: float | None,
    seed: int,
    as_json: bool,
) -> None:
    """Write the missing voices of a chorale around those of PIECE, a MIDI, ABC or MusicXML file.

    Without --keep PIECE gives the soprano: its highest track, or the one called soprano, melody or
    the like. The given notes are written as they were read, to the tick.
    """
    from musicrnn.face.voices import as_lines, given_voices, named_voices
    from musicrnn.tokens.chorale.vocabulary import NAMES
    from musicrnn.tokens.parts import parts
    from musicrnn_cli.tunes import opened
    from musicrnn_cli.voices_files import save_written, writer_of

    score = opened(piece, outputs)
    kept = named_voices(keep.split(","), NAMES)
    if track is not None and len(kept) != 1:
        raise click.UsageError("--track says which track is the one voice kept: --keep names one")
    found = given_voices(score, NAMES, kept, track)
    given, lower = as_lines(score, found, top=top_line)
    writer, settings = writer_of(model, temperature, "harmonized")
    if lower:
        click.echo(f"{counted(lower, 'note')} below the top line left out", err=True)
    others = len(parts(score)) - len(given)
    if others:
        names = ", ".join(f"{name}: {t.name or 'without a name'}" for name, t in given.items())
        left = counted(others, "other track is", "other tracks are")
        click.echo(f"{left} left out (kept {names})", err=True)
    written = writer.harmonize(score, given, settings, seed)
    save_written(written, outputs, "harmonized", {"kept": kept}, as_json=as_json)
