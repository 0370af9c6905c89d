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
    "File to write, repeatable: .mid .wav .flac .ogg .mp3 .abc .html .png .svg.", required=True
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
    model: str,
    temperature: float | None,
    seed: int,
    as_json: bool,
) -> None:
    """Write the missing voices of a chorale around those of PIECE, a MIDI or ABC file.

    Without --keep PIECE gives the soprano: its highest track, or the one called soprano, melody or
    the like. The given notes are written as they were read, to the tick.
    """
    from musicrnn.tokens.parts import check_monophonic, named_track, parts, voice_tracks
    from musicrnn_cli.voices_files import opened, save_written, voice_names

    score, writer, settings = opened(piece, outputs, model, temperature)
    kept = voice_names(keep, writer.names)
    if track is None:
        given = voice_tracks(score, writer.names, kept)
    elif len(kept) != 1:
        raise click.UsageError("--track says which track is the one voice kept: --keep names one")
    else:
        given = {kept[0]: named_track(score, track)}
        check_monophonic(score, given[kept[0]], kept[0])
    others = len(parts(score)) - len(given)
    if others:
        names = ", ".join(f"{name}: {t.name or 'without a name'}" for name, t in given.items())
        left = counted(others, "other track is", "other tracks are")
        click.echo(f"{left} left out (kept {names})", err=True)
    written = writer.harmonize(score, given, settings, seed)
    save_written(written, outputs, "harmonized", {"kept": kept}, as_json=as_json)
