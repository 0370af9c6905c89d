"""ABC files may hold many tunes: every one of them, or word that the first is taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from musicrnn.errors import MusicRNNError, counted

if TYPE_CHECKING:
    from musicrnn.score import Score


def read_pieces(path: Path) -> list[tuple[str, Score]]:
    """Every piece of a file with its name: the file's, and ``:2`` for the second of many tunes.

    Raises:
        MusicRNNError: as :func:`musicrnn.io.save.read_piece`.
    """
    from musicrnn.io.abc import parse_abc, read_abc_tunes
    from musicrnn.io.save import read_piece

    if path.suffix.lower() == ".abc":
        tunes = read_abc_tunes(path)
        if len(tunes) > 1:
            return [(f"{path}:{n}", parse_abc(text)) for n, (_, text) in enumerate(tunes, start=1)]
    return [(str(path), read_piece(path))]


def say_which_tune(path: Path) -> None:
    """A line on stderr where :func:`musicrnn.io.save.read_piece` takes the first of many tunes, and
    one where it leaves out what is no ABC.

    Raises:
        MusicRNNError: an ABC file that cannot be read.
    """
    from musicrnn.io.abc import parse_abc, read_abc_tunes

    tunes = read_abc_tunes(path) if path.suffix.lower() == ".abc" else []
    if len(tunes) > 1:
        click.echo(f"{path} holds {counted(len(tunes), 'tune')}, the first is taken", err=True)
    try:
        for _, text in tunes[:1]:
            parse_abc(text, strict=True)
    except MusicRNNError as error:
        click.echo(f"{path} is read without what is no ABC: its tune's {error}", err=True)
