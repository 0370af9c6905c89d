"""Two models on the same pieces: pieces matched by name, differences by hand, refusals."""

from dataclasses import replace

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.calls import Calls
from musicrnn.metrics.paired import common, mcnemar_p
from musicrnn.metrics.piece_losses import PieceLosses


def pieces(names: str, nats: list[float], encoding: str = "beat", notes: int = 2) -> PieceLosses:
    counts = {"token": np.full(len(nats), 4.0), "note": np.full(len(nats), float(notes))}
    return PieceLosses(names.split(), {"model": np.array(nats)}, counts, encoding)


def test_a_difference_by_hand() -> None:
    first, second = pieces("a b c", [4, 8, 12]), pieces("a b c", [5, 10, 15])
    found = first.against(second)
    assert (found.figure, found.n) == ("nats a token", 3)
    assert (found.first, found.second, found.difference) == pytest.approx((2, 2.5, -0.5))
    assert found.p == 2 / 8
    assert found.interval == pytest.approx((-0.75, -0.25))
    assert second.against(first).difference == 0.5
    text = found.as_text("mine", "pop")
    assert "mine beside pop on the same 3 pieces" in text
    assert "difference    -0.5000  -0.7500 to -0.2500" in text
    assert "p = 0.2500: sign-flip permutation test" in text


def test_pieces_are_matched_by_their_names() -> None:
    assert common(["a", "a", "b"], ["b", "a", "c", "a"]) == [(0, 1), (1, 3), (2, 0)]
    found = pieces("a x b", [1, 99, 2]).against(pieces("b a y", [3, 1, 99]))
    assert (found.n, found.first, found.second) == (2, 3 / 8, 4 / 8)
    assert found.counts == {"left_out_because_one_model_cannot_read_them": 2}
    assert "2 left out because one model cannot read them" in found.as_text("1", "2")
    with pytest.raises(MusicRNNError, match="can read nothing that is the same: 1 and 1 read"):
        pieces("a", [1]).against(pieces("b", [1]))


def test_other_tokens_are_compared_by_notes_or_not_at_all() -> None:
    found = pieces("a b", [40, 80], notes=40).against(pieces("a b", [20, 40], "abc", notes=41))
    assert (found.figure, found.first, found.second) == ("nats a note", 1.5, 0.75)
    assert "80 and 82 notes" in found.note
    assert found.note in found.as_text("1", "2")
    for notes in (0, 3):
        with pytest.raises(MusicRNNError, match=f"are 4 and {2 * notes}, which must be within 5%"):
            pieces("a b", [4, 8]).against(pieces("a b", [2, 4], "abc", notes=notes))
    other = replace(pieces("a b", [2, 4]), counts={"token": np.array([4, 5])})
    with pytest.raises(MusicRNNError, match="the data changed"):
        pieces("a b", [4, 8]).against(other)


def test_groups_count_once() -> None:
    first, second = pieces("a b c", [1, 1, 1]), pieces("a b c", [2, 2, 2])
    games = ["x", "x", "y"]
    found = replace(first, groups=games).against(replace(second, groups=games))
    assert (found.n, found.example, found.p) == (2, "group", 2 / 4)
    assert found.difference == -1 / 4
    assert [each["group"] for each in replace(first, groups=games).as_json()] == games


def test_mcnemar_by_hand() -> None:
    assert mcnemar_p(0, 0) == 1
    assert mcnemar_p(1, 9) == pytest.approx(2 * 11 / 1024)
    assert mcnemar_p(9, 1) == mcnemar_p(1, 9)
    assert mcnemar_p(5, 5) == 1
    assert 0 < mcnemar_p(1000, 1400) < 1e-15


def test_calls_beside_others() -> None:
    truth = list("aabb")
    first = Calls(list("1234"), truth, list("aabb"), [0.1] * 4)
    second = Calls(list("1234"), truth, list("abba"), [0.1] * 4)
    found = first.against(second)
    assert (found.figure, found.first, found.second, found.difference) == ("accuracy", 1, 0.5, 0.5)
    assert found.counts == {"right_by_the_first_alone": 2, "right_by_the_second_alone": 0}
    assert found.p == 0.5
    assert found.interval == (0, 1)
    assert "difference   +50.00  +0.00 to +100.00" in found.as_text("one", "two")
    assert second.as_json()[1] == {"name": "2", "label": "a", "called": "b", "nats": 0.1}
