"""ABC files may hold many tunes: every one of them, or word that the first is taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

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


def read_said(path: Path) -> Score:
    """A file's piece; what is to be known of how it was read, a line each, on stderr.

    Raises:
        MusicRNNError: as :func:`musicrnn.io.save.read_piece`.
    """
    from musicrnn.io.save import read_piece

    score = read_piece(path)
    for sentence in score.said:
        click.echo(f"{path}: {sentence}", err=True)
    return score
