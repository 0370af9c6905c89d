"""What a run is refused for: the pieces first, then the first other thing, in a short sentence."""

import pytest

from musicrnn.training.made_with import difference

BEGUN = {
    "hidden": 8,
    "tokenizer": {"name": "beat", "programs": [0, 32], "density_borders": [1.0, 2.0, 3.0, 4.0]},
    "sources": ["abc40"],
    "split": ["as it was"],
    "sha256": "ab",
}
OTHER_TOKENS = {"tokenizer": {"name": "tune"}, "sha256": "cd"}


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({}, ""),
        ({"sources": ["renamed"]}, ""),
        ({"new": 1}, ""),
        ({"hidden": 9}, "a run is resumed as it was begun, and hidden was 8, got 9"),
        (
            {"hidden": 9, "sources": ["mid40"], **OTHER_TOKENS},
            "the run was begun on other pieces: abc40, this is mid40",
        ),
        ({"sha256": "cd"}, "other pieces: files were added, changed or taken away"),
        (OTHER_TOKENS, "tokenizer name was beat, got tune"),
        ({"sha256": "cd", "split": ["else"]}, "split was as it was, got else"),
        (
            {"tokenizer": {**BEGUN["tokenizer"], "programs": list(range(99))}},
            "tokenizer programs was 0, 32, got 0, 1, 2",
        ),
    ],
)
def test_the_pieces_are_named_first(now: dict, said: str) -> None:
    found = difference(BEGUN, BEGUN | now)
    assert said in found
    assert bool(said) == bool(found)
    assert len(found) < 200


def test_a_run_of_before_names_no_sources() -> None:
    before = {name: value for name, value in BEGUN.items() if name != "sources"}
    assert "files were added" in difference(before, BEGUN | {"sha256": "cd"})
