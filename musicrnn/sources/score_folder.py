"""A user's own folder of scores: every MIDI, ABC and MusicXML file below it.

Conventions. Files in the order of their paths, named by their path below the folder. An ABC file
gives one piece a tune, named ``file.abc:2``.
Hidden files and folders are passed over; links are followed for files, not for folders. How the
pieces are split: musicrnn.sources.score_splits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import parse_abc, read_abc_tunes
from musicrnn.io.content import content_of
from musicrnn.io.notes import ABC, READ, most_bytes, score_from
from musicrnn.score import Score
from musicrnn.sources.corpus import own_card
from musicrnn.sources.find import files_below
from musicrnn.sources.score_splits import FoundPiece, splitting
from musicrnn.training.data import Card, Piece, Split, split_list


def read_folder(
    folder: Path,
    split_file: Path | None = None,
    *,
    by: str = "",
    known: Mapping[str, Split] | None = None,
) -> tuple[Card, list[Piece]]:
    """The card and the pieces of a folder; its name in reports is the folder's.

    Args:
        split_file: says which piece is for what, in place of the folder itself.
        by: the words in which an earlier card says how the folder was split; of words that are
            not known, as today.
        known: the list of a model, see musicrnn.sources.score_splits.

    Raises:
        MusicRNNError: the folder does not exist or holds no such file, or the split file is none.
    """
    paths = score_files(folder)
    if not paths:
        found = (
            "no such folder" if not folder.is_dir() else f"no file that ends in {', '.join(READ)}"
        )
        raise MusicRNNError(f"nothing to read in {folder}: {found}")
    found = list(_found(folder, paths))
    split, pieces = splitting(found, split_file, by=by, known=known)
    name = folder.resolve().name
    title = f"MIDI, ABC and MusicXML files of the folder {name}"
    card = own_card(name, title, holds="scores", split=split)
    return replace(card, listed=split_list(pieces)) if split_file else card, pieces


def score_files(folder: Path) -> list[Path]:
    """Every file with a known suffix below the folder, sorted by path."""
    return sorted(files_below(folder, frozenset(READ)))


def _found(folder: Path, paths: list[Path]) -> Iterator[FoundPiece]:
    """A file that cannot be opened raises its reason from ``read``."""
    for path in paths:
        name = path.relative_to(folder).as_posix()
        try:
            if path.suffix.lower() == ABC:
                for tune, text in _abc_pieces(name, path):
                    yield _piece(tune, text.encode(), partial(parse_abc, text), text)
            else:
                yield _piece(name, _content(path), partial(_read, path), None)
        except MusicRNNError as error:
            yield FoundPiece(name, "", partial(_refuse, str(error)))


def _piece(name: str, content: bytes, read: Callable[[], Score], abc: str | None) -> FoundPiece:
    return FoundPiece(name, hashlib.sha256(content).hexdigest(), cache(read), abc)


def _content(path: Path) -> bytes:
    return content_of(path, most_bytes(path.suffix))


def _read(path: Path) -> Score:
    score = score_from(_content(path), path.suffix)
    if score.note_count == 0:
        raise MusicRNNError("it has no note")
    return score


def _abc_pieces(name: str, path: Path) -> list[tuple[str, str]]:
    tunes = read_abc_tunes(path)
    if not tunes:
        raise MusicRNNError("it has no tune")
    if len(tunes) == 1:
        return [(name, tunes[0][1])]
    return [(f"{name}:{number}", text) for number, (_, text) in enumerate(tunes, 1)]


def _refuse(reason: str) -> Score:
    raise MusicRNNError(reason)
