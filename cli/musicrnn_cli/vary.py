"""``musicrnn vary``: some bars of some voices resampled."""

from __future__ import annotations

import re
from pathlib import Path

import click

from musicrnn_cli.options import (
    PATH,
    json_option,
    outputs_option,
    seed_option,
    temperature_option,
)


def _bars(context: click.Context, option: click.Parameter, text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,6})(?:-(\d{1,6}))?", text.strip())
    if not match:
        raise click.BadParameter(f"bars read like 5-8 or 5, got {text!r}")
    return int(match[1]), int(match[2] or match[1])


@click.command()
@click.argument("piece", type=PATH)
@outputs_option(
    "File to write, repeatable: .mid .abc .musicxml .pdf .wav .flac .ogg .mp3 .html .png .svg.",
    required=True,
)
@click.option(
    "--bars",
    required=True,
    callback=_bars,
    help="Bars to rewrite, such as 5-8 or 5; the first bar of the file is 1.",
)
@click.option(
    "--voices", show_default="all", help="Voices to rewrite, such as alto,tenor, commas between."
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
    bars: tuple[int, int],
    voices: str | None,
    model: str,
    temperature: float | None,
    seed: int,
    as_json: bool,
) -> None:
    """Rewrite some bars of some voices of PIECE, a file of four voices with a track each.

    All else is written as it was read, to the tick.
    """
    from musicrnn.face.voices import named_voices
    from musicrnn.tokens.chorale.vocabulary import NAMES
    from musicrnn.tokens.parts import voice_tracks
    from musicrnn_cli.tunes import opened
    from musicrnn_cli.voices_files import save_written, writer_of

    score = opened(piece, outputs)
    tracks = voice_tracks(score, NAMES, NAMES)
    chosen = named_voices(NAMES if voices is None else voices.split(","), NAMES)
    writer, settings = writer_of(model, temperature, "varied")
    written = writer.vary(score, tracks, settings, seed, bars=bars, voices=chosen)
    facts = {"bars": list(bars), "voices": chosen}
    save_written(written, outputs, "varied", facts, as_json=as_json)
