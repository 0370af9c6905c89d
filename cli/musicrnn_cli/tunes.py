"""Pieces read from files, and what is to be known of them said on stderr.

ABC files may hold many tunes: every one of them is read, or the first, which is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musicrnn.errors import MusicRNNError

if TYPE_CHECKING:
    from musicrnn.score import Score


def read_pieces(path: Path) -> list[tuple[str, Score]]:
    """Every piece of a file with its name: the file's, and ``:2`` for the second of many tunes.
    What is to be known of a file is said.

    Raises:
        MusicRNNError: as :func:`musicrnn.io.notes.read_piece`.
    """
    from musicrnn.io.abc import parse_abc, read_abc_tunes
    from musicrnn.io.notes import read_piece

    if path.suffix.lower() == ".abc":
        tunes = read_abc_tunes(path)
        if len(tunes) > 1:
            return [(f"{path}:{n}", parse_abc(text)) for n, (_, text) in enumerate(tunes, start=1)]
    return [(str(path), _told(path, read_piece(path)))]


def read_first(path: Path) -> Score:
    """The piece of a file, of an ABC file with many tunes the first; what is to be known is said.

    Raises:
        MusicRNNError: as :func:`musicrnn.io.notes.read_piece`.
    """
    from musicrnn.io.notes import read_piece

    return _told(path, read_piece(path))


def _told(path: Path, score: Score) -> Score:
    for sentence in score.said:
        click.echo(f"{path}: {sentence}", err=True)
    return score


def opened(piece: Path, outputs: Sequence[Path]) -> Score:
    """The score of ``piece``; what is to be known of how it was read is said.

    Raises:
        MusicRNNError: a file that cannot be written, or is the piece itself; or as reading does.
    """
    from musicrnn.io.save import check_saved

    for path in outputs:
        check_saved(path)
        if path.exists() and piece.exists() and path.samefile(piece):
            raise MusicRNNError(f"{path} is the piece that is read: name another file")
    return read_first(piece)
