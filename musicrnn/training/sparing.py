"""Where chance leaves a split without a piece, another one spares some: whole families, since
versions of one tune stand on one side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from musicrnn.errors import counted, listed
from musicrnn.training.data import Piece, Split

USES = {"train": "train on", "valid": "validate on", "test": "test on"}
NAMED = 3  # pieces that a sentence names


def spared(
    pieces: Sequence[Piece], *, listed_by_file: bool = False
) -> tuple[list[Split], list[str]]:
    """The split of each piece, and sentences on what was moved.

    A piece to validate on comes from the training pieces, or where that is all there is from the
    test pieces; one to train on from the others, unless ``listed_by_file``: a list that has none is
    a mistake. Nothing is moved where that would leave a split without a piece.
    """
    sides: list[Split] = [piece.split for piece in pieces]
    said: list[str] = []

    def move(source: Split, to: Split, *, whole: bool = False) -> None:
        chosen = _smallest(pieces, sides, source, whole=whole)
        for index in chosen:
            sides[index] = to
        if chosen:
            names = [pieces[index].name for index in chosen]
            more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            said.append(
                f"there is no piece to {USES[to]}: {counted(len(names), 'piece')} of {source} "
                f"became {to} ({listed(names[:NAMED])}{more})"
            )

    if "valid" not in sides:
        move("train", "valid")
    if "train" not in sides and not listed_by_file:
        if "test" in sides and sides.count("valid") < 2:
            move("test", "train", whole="valid" in sides)
        else:
            move("valid", "train", whole="test" in sides)
    if "valid" not in sides and "train" in sides:
        move("test", "valid", whole=True)
    return sides, said


def _smallest(
    pieces: Sequence[Piece], sides: Sequence[Split], split: Split, *, whole: bool
) -> list[int]:
    """The places of the smallest family of a split, of equals the last; nothing where that would be
    all of it, unless the ``whole`` split may be moved."""
    groups = {
        index: piece.group or f"{index}"
        for index, piece in enumerate(pieces)
        if sides[index] == split
    }
    sizes = Counter(groups.values())
    if not sizes or (len(sizes) == 1 and not whole):
        return []
    least = min(sizes.values())
    chosen = [group for group in groups.values() if sizes[group] == least][-1]
    return [index for index, group in groups.items() if group == chosen]
