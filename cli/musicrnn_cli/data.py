"""``musicrnn data``: which corpora there are, on what terms, what is in them; own words; which
SoundFonts there are."""

from __future__ import annotations

import json
from pathlib import Path

import click

from musicrnn.errors import counted, listed
from musicrnn_cli import data_record
from musicrnn_cli.options import convert_option, data_option, json_option, output_option


@click.group()
def command() -> None:
    """List corpora and their terms, prepare and inspect data, record your own words, list
    SoundFonts."""


command.add_command(data_record.command, "record")


@command.command("list")
@data_option
@json_option("Print one JSON object a line for each corpus.")
def list_corpora(data: Path | None, as_json: bool) -> None:
    """The corpora that can be named, their terms, how to get them, and where they are."""
    from musicrnn.sources.catalogue import catalogue

    for entry in catalogue(data):
        if as_json:
            click.echo(json.dumps(entry))
            continue
        click.echo(f"{entry['name']:<23}{entry['title']}")
        for name in ("licence", "split", "source", "get", "folder"):
            click.echo(f"{'':<23}{name}: {entry[name] or 'not on this computer'}")


@command.command()
@json_option("Print one JSON object a line for each SoundFont.")
def soundfonts(as_json: bool) -> None:
    """The SoundFonts that --soundfont knows by name, where they are, and the folders looked in."""
    from musicrnn.errors import MusicRNNError
    from musicrnn.synth import soundfonts
    from musicrnn.synth.soundfont import read_soundfont
    from musicrnn.synth.soundfonts import default_soundfont

    for path in (default_soundfont(), *soundfonts.installed()):
        why = ""
        try:
            read_soundfont(path)
        except MusicRNNError as error:
            why = str(error)
        if as_json:
            click.echo(json.dumps({"name": path.stem, "file": str(path), "read": not why}))
        else:
            click.echo(f"{path.stem:<23}{path}{why and f' (is not read: {why})'}")
    if not as_json:
        click.echo(f"looked in: {listed(soundfonts.folders())}", err=True)


@command.command()
@click.argument("source", metavar="DATA")
@data_option
@convert_option
@json_option()
def inspect(source: str, data: Path | None, convert: bool, as_json: bool) -> None:
    """Read every file of DATA (a folder or a corpus): counts, and why files are refused.

    Of a folder of sound each file is heard whole: its length, rate, channels and level, whether it
    is clipped or silent, and which files are the same.
    """
    from musicrnn.face.report import each_left_out
    from musicrnn.sources.catalogue import sounds_of, survey
    from musicrnn.training.data import SkippedFile

    if (folder := sounds_of(source, data)) is not None:
        from musicrnn.sources.sound_survey import survey_sounds
        from musicrnn_cli.sounds_text import sounds_text

        heard = survey_sounds(folder, convert=convert)
        click.echo(json.dumps(heard.as_json()) if as_json else sounds_text(heard))
        return
    found = survey(source, data)
    if as_json:
        click.echo(json.dumps(found))
        return
    size = f"{counted(found['pieces'], 'piece')}, {counted(found['notes'], 'note')}"
    click.echo(f"{size}, {found['hours']:.1f} hours")
    click.echo("split: " + ", ".join(f"{name} {count}" for name, count in found["split"].items()))
    click.echo(f"played freely: {found['played']}, suitable tokens: {found['tokens']}")
    for sentence in found["said"]:
        click.echo(sentence)
    refused = [SkippedFile(name, reason) for name, reason in found["refused"].items()]
    for line in each_left_out(refused, "refused"):
        click.echo(line)


@command.command()
@click.argument("source", metavar="DATA")
@output_option("Folder to write, with train, valid and test in it.")
@data_option
def prepare(source: str, output: Path, data: Path | None) -> None:
    """Write DATA as a model will see it: quantised MIDI in OUTPUT/train, valid and test."""
    from musicrnn.errors import MusicRNNError
    from musicrnn.face.report import each_left_out
    from musicrnn.sources.catalogue import write_prepared
    from musicrnn.training.data import reasons

    written, refused = write_prepared(source, output, data)
    for line in each_left_out(refused):
        click.echo(line, err=True)
    if not written:
        raise MusicRNNError(f"nothing in {source} can be used ({reasons(refused)})")
    click.echo(f"{counted(written, 'piece')} in {output}, {len(refused)} left out")
