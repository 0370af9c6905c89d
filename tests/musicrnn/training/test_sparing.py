"""Which pieces are moved where a split has none, and that families stay together."""

import pytest

from musicrnn.training.data import Piece, Split
from musicrnn.training.sparing import spared


def pieces(*words: str) -> list[Piece]:
    """Of ``train:a`` a piece of the family a; of ``train`` one without versions."""
    found: list[Piece] = []
    sides: dict[str, Split] = {"train": "train", "valid": "valid", "test": "test"}
    for number, word in enumerate(words):
        side, _, group = word.partition(":")
        found.append(Piece(f"{number}.mid", sides[side], lambda: pytest.fail("read"), group=group))
    return found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("train valid test", "train valid test"),
        ("train train", "train valid"),
        ("train", "train"),
        ("test test", "valid train"),
        ("valid test", "valid train"),
        ("valid valid", "valid train"),
        ("train test", "train valid"),
        ("train:a train:a train:a", "train train train"),
        ("train:a train:b train:a train:b train:a", "train valid train valid train"),
        ("train:a train:a test:b test:b", "train train valid valid"),
        ("test:a test:a", "test test"),
    ],
)
def test_a_split_without_a_piece_gets_the_smallest_family(before: str, after: str) -> None:
    given = pieces(*before.split())
    sides, said = spared(given)
    assert " ".join(sides) == after
    assert bool(said) == (sides != [piece.split for piece in given])


def test_a_list_is_never_given_a_piece_to_train_on() -> None:
    given = pieces("valid", "valid", "test")
    assert spared(given, listed_by_file=True) == (["valid", "valid", "test"], [])
    sides, _ = spared(pieces("train", "train", "train"), listed_by_file=True)
    assert sides == ["train", "train", "valid"]


def test_what_was_moved_is_named() -> None:
    _, said = spared(pieces(*["train:a"] * 6, *["train:b"] * 5))
    assert said == [
        "there is no piece to validate on: 5 pieces of train became valid "
        "(6.mid, 7.mid, 8.mid and 2 more)"
    ]
