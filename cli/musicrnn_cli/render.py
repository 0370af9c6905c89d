"""``musicrnn render``: a MIDI, ABC or MusicXML file as sound, page, picture or other notation."""

from __future__ import annotations

from pathlib import Path

import click

from musicrnn_cli.options import PATH, outputs_option, soundfont_option


@click.command("render")
@click.argument("piece", type=PATH)
@outputs_option(
    "File to write, repeatable: .wav .flac .ogg .mp3 .html .png .svg .mid .abc .musicxml .pdf.",
    default="PIECE with the suffix .wav",
)
@soundfont_option
@click.option(
    "--rate",
    type=int,
    default=44_100,
    show_default=True,
    help="Sample rate of the sound in Hz. From 8000 to 192000.",
)
def command(piece: Path, outputs: tuple[Path, ...], soundfont: Path | None, rate: int) -> None:
    """Turn PIECE, a MIDI, ABC or MusicXML file, into sound, a picture or another notation.

    ABC tunes, and lead sheets of one part, are played with their chord symbols as accompaniment; of
    a file with many tunes the first is taken. A page (.html) holds a piano roll, a player, the
    sound and the MIDI file, and needs no network.
    """
    from musicrnn.io.save import is_tune, save_pieces
    from musicrnn_cli.tunes import opened

    wanted = outputs or (piece.with_suffix(".wav"),)
    score = opened(piece, wanted)
    tune = is_tune(piece, score)
    said = save_pieces(score, wanted, soundfont=soundfont, rate=rate, accompany=tune)
    for sentence in said:
        click.echo(sentence, err=True)
    for path in wanted:
        click.echo(path)
