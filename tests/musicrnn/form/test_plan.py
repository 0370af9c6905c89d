"""Plans as text, and from the sections of a score."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicrnn.errors import MusicRNNError
from musicrnn.form.plan import KINDS, Plan, canonical, parse_plan, plan_of, plan_text
from musicrnn.score import Note, Score, Section, Track, make_score


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 40)), min_size=1, max_size=20))
def test_a_plan_returns_from_its_text(plan: list[tuple[str, int]]) -> None:
    assert parse_plan(plan_text(plan)) == tuple(plan)
    assert parse_plan(plan_text(plan).replace(" ", "")) == tuple(plan)
    assert canonical(canonical(tuple(plan))) == canonical(tuple(plan))


def test_eight_bars_unless_stated() -> None:
    assert parse_plan("AABA") == (("A", 8), ("A", 8), ("B", 8), ("A", 8))
    assert parse_plan("i4, A B16 o4", bars=32) == (("i", 4), ("A", 8), ("B", 16), ("o", 4))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A8 Q8", "a section is A to H, X, a small letter of these, i or o, got 'Q' in 'A8 Q8'"),
        ("A8 B0", "a section has 1 to 4000 bars, got B0 in 'A8 B0'"),
        ("A-4", "got '-' in 'A-4'"),
        (" ", "a plan has at least one section, as in 'i4 A8 A8 o4', got ' '"),
        ("A4000B", "a plan has at most 4000 bars, 'A4000B' has 4008"),
        ("A8B8", "the plan A8 B8 has 16 bars, wanted are 24"),
    ],
)
def test_what_is_no_plan(text: str, said: str) -> None:
    with pytest.raises(MusicRNNError, match=said):
        parse_plan(text, bars=24)


def piece(*sections: tuple[int, str]) -> Score:
    notes = tuple(Note(1920 * bar, 60, 480, 80) for bar in range(24))
    return make_score(
        480, [Track(notes)], sections=[Section(1920 * b, name) for b, name in sections]
    )


@pytest.mark.parametrize(
    ("sections", "plan"),
    [
        ([], ""),
        ([(0, "i"), (4, "A"), (12, "A"), (20, "o")], "i4 A8 A8 o4"),
        ([(4, "B"), (12, "b")], "i4 B8 b12"),
        ([(0, "Intro"), (4, "Verse 1"), (12, "Chorus"), (16, "Verse 2")], "i4 A8 B4 A8"),
        ([(0, "A"), (22, "Outro")], "A22 o2"),
        ([(0, "B"), (8, "Bridge"), (99, "A")], "B8 C16"),
    ],
)  # fmt: skip
def test_the_plan_of_a_score(sections: list[tuple[int, str]], plan: str) -> None:
    assert plan_text(plan_of(piece(*sections))) == plan


def test_letters_in_the_order_in_which_they_come() -> None:
    plan: Plan = parse_plan("i4 C8 c8 A8 X3 C8")
    assert plan_text(canonical(plan)) == "i4 A8 a8 B8 X3 A8"
