"""How the pieces of a user's folder are split: as a file lists them or has listed them for a model,
as their folders say, or by tune family.

Conventions. The ways, the first that there is counts: a split file (file,split); the list of a
model that learnt from these pieces, where half of them or more are in it; folders train, valid or
validation, and test directly inside, of which train and another one are needed; a hash, 80/10/10,
of the content of a family's piece with the smallest hash. A family are versions of one tune
(musicrnn.sources.families); a family of more than MOST of all pieces is trained on. A file name
that more than NAMESAKES pieces have makes no family. Of equal pieces that stand in a split the
first is kept. Where there is no folder for validation, one ninth of the training pieces is drawn
for it. Until November 2026 each piece was split by the hash of its own content. ``Piece.group`` is
the first piece of its family by melody, where it may be needed: where nothing is left to train or
validate on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from musicrnn.errors import MusicRNNError, counted
from musicrnn.score import Score
from musicrnn.sources.corpus import split_by_hash
from musicrnn.sources.families import families, runs, simple_title
from musicrnn.sources.split_file import SPLIT_NAMES, split_rows
from musicrnn.training.data import DIGITS, Piece, Split

BY_FAMILY = "versions of one tune together, by the sha256 of their content, 80/10/10"
BY_CONTENT = "sha256 of the file's content, 80/10/10"  # as it was
BY_FOLDERS = "by its folders train, valid and test"
AS_LISTED = "as listed in "
BY_MODEL = "as listed when the model was trained"
MOST = 0.1  # share of the pieces that a family may have and be held out
NAMESAKES = 5  # files that share a name such as "track" are no versions of one tune when more


@dataclass(frozen=True)
class FoundPiece:
    """A piece of a folder; ``digest`` is "" where it cannot be used."""

    name: str
    digest: str
    read: Callable[[], Score]
    abc: str | None = None


Sides = dict[str, str]  # by a piece's name its split, or why it is in none


def splitting(
    found: Sequence[FoundPiece],
    split_file: Path | None = None,
    *,
    by: str = "",
    known: Mapping[str, Split] | None = None,
) -> tuple[str, list[Piece]]:
    """How it is split in words, and the pieces; one that stands in no split says so when read.

    ``known`` are the pieces that a model was trained with by a list, by DIGITS of their sha256.

    Raises:
        MusicRNNError: the split file is none, or lists none of these files.
    """
    usable = [piece for piece in found if piece.digest]
    if split_file is not None:
        listed = _listed(split_file)
        names = {name for piece in found for name in (piece.name, _file(piece.name))}
        if not names & set(listed):
            raise MusicRNNError(
                f"{split_file} lists {counted(len(listed), 'file')}, none of which is there: files "
                "are named by their path below the folder, and a list that is given in place of a "
                "folder lies in it"
            )
        absent = "the split file lists it, but there is no such file"
        pieces = [Piece(name, "train", _refusing(absent)) for name in listed if name not in names]
        sides = _by_list(usable, listed)
        return f"{AS_LISTED}{split_file.name}", pieces + _pieces(found, sides)
    there = {piece.digest[:DIGITS] for piece in usable} & set(known or ())
    if known and 2 * len(there) >= len(usable):
        absent = "it was not listed when the model was trained"
        sides = {piece.name: known.get(piece.digest[:DIGITS], absent) for piece in usable}
        return BY_MODEL, _pieces(found, sides)
    if _has_folders(usable):
        return BY_FOLDERS, _pieces(found, _by_folders(usable))
    if by == BY_CONTENT:
        return by, _pieces(found, {piece.name: split_by_hash(piece.digest) for piece in usable})
    return BY_FAMILY, _pieces(found, _by_family(usable))


def _pieces(found: Sequence[FoundPiece], sides: Sides) -> list[Piece]:
    pieces: list[Piece] = []
    seen: dict[str, str] = {}
    first_of = {} if {"train", "valid"} <= set(sides.values()) else _first_of_family(found)
    for piece in found:
        side = sides.get(piece.name, "train")  # where it cannot be used, it says why when read
        if side == "train" or side == "valid" or side == "test":
            first = seen.setdefault(piece.digest or piece.name, piece.name)
            copied = f"the same as {first}"
            read = piece.read if first == piece.name else _refusing(copied)
            group = first_of.get(piece.name, "")
            pieces.append(
                Piece(piece.name, side, read, piece.abc, group=group, digest=piece.digest)
            )
        else:
            pieces.append(Piece(piece.name, "train", _refusing(side)))
    return pieces


def _listed(split_file: Path) -> dict[str, Split]:
    rows = split_rows(split_file, ("file", "split"))
    return {row["file"]: SPLIT_NAMES[row["split"]] for row in rows}


def _by_list(found: Sequence[FoundPiece], listed: dict[str, Split]) -> Sides:
    """A row names a file, or one tune of an ABC file."""
    absent = "the split file does not list it"
    return {
        piece.name: listed.get(piece.name) or listed.get(_file(piece.name), absent)
        for piece in found
    }


def _file(name: str) -> str:
    """Of ``tunes.abc:2`` the file."""
    file, colon, number = name.rpartition(":")
    return file if colon and number.isdecimal() else name


def _folder_split(piece: FoundPiece) -> Split | None:
    parts = PurePosixPath(piece.name).parts
    return SPLIT_NAMES.get(parts[0].lower()) if len(parts) > 1 else None


def _has_folders(found: Sequence[FoundPiece]) -> bool:
    splits = {_folder_split(piece) for piece in found}
    return "train" in splits and len(splits & {"valid", "test"}) > 0


def _by_folders(found: Sequence[FoundPiece]) -> Sides:
    sides: Sides = {
        piece.name: _folder_split(piece) or "it lies in none of the folders train, valid and test"
        for piece in found
    }
    if "valid" not in sides.values():
        train = [piece for piece in found if sides[piece.name] == "train"]
        sides |= _by_family(train, valid=1 / 9, test=0.0)
    return sides


def _by_family(pieces: Sequence[FoundPiece], valid: float = 0.1, test: float = 0.1) -> Sides:
    found = list({piece.digest: piece for piece in reversed(pieces)}.values())[::-1]  # no copies
    of_family: dict[int, list[FoundPiece]] = {}
    for piece, family in zip(found, _families(found), strict=True):
        of_family.setdefault(family, []).append(piece)
    sides: Sides = {}
    for members in of_family.values():
        small = len(members) <= max(1, MOST * len(found))
        digest = min(piece.digest for piece in members)
        side = split_by_hash(digest, valid=valid, test=test) if small else "train"
        sides |= {piece.name: side for piece in members}
    return sides


def _first_of_family(pieces: Sequence[FoundPiece]) -> dict[str, str]:
    """By a piece's name that of the first piece of its family, told by melodies alone: where pieces
    are so few, names such as ``song 1`` and ``song 2`` say little."""
    found = [piece for piece in pieces if piece.digest]
    together = zip(found, families([own for _, own in map(_marks, found)]), strict=True)
    return {piece.name: found[family].name for piece, family in together}


def _families(pieces: Sequence[FoundPiece]) -> list[int]:
    marks = [_marks(piece) for piece in pieces]
    frequent = Counter(title for title, _ in marks)
    return families(
        [{*own, *({title} if frequent[title] <= NAMESAKES else ())} for title, own in marks]
    )


def _marks(piece: FoundPiece) -> tuple[str, set[Hashable]]:
    """Its title, or its own name where that says nothing, and its other marks. A piece that cannot
    be read has none: it is left out later, with its reason."""
    title, own = "", set[Hashable]()
    try:
        score = piece.read()
        title = simple_title(PurePosixPath(piece.name).stem if piece.abc is None else score.title)
        own |= runs(score)
    except MusicRNNError:
        pass
    return title or piece.name, own


def _refusing(reason: str) -> Callable[[], Score]:
    def read() -> Score:
        raise MusicRNNError(reason)

    return read
