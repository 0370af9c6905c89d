"""The ratings of VGMIDI: a table made up, then the corpus's own."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.sources.readers import task_for
from musicrnn.training.data import DataRequest
from musicrnn_datasets.vgmidi import VGMIDI, ratings

TABLE = """id,game,midi,valence,arousal
1,G,labelled/phrases/S_C_G_One_0.mid,1,-1
2,G,labelled/phrases/S_C_G_Two_0.mid,1,1
3,G,labelled/phrases/S_C_G_Two_1.mid,-1,1
4,G,labelled/phrases/S_C_G_Level_3_0.mid,-1,-1
"""


def test_phrases_that_contradict_each_other_say_nothing(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(TABLE)
    assert ratings(table) == {
        "S_C_G_One": {"valence": 1, "arousal": -1},
        "S_C_G_Two": {"arousal": 1},
        "S_C_G_Level_3": {"valence": -1, "arousal": -1},
    }
    assert ratings(tmp_path / "no.csv") == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [("1,-1\n2", "1,0\n2", "must be 1 or -1, got '0'"), ("arousal", "energy", "cannot read")],
)
def test_a_damaged_table_is_one_sentence(old: str, new: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE.replace(old, new))
    with pytest.raises(MusicRNNError, match=message):
        ratings(tmp_path / "t.csv")


def test_the_ratings_of_the_corpus(corpora: Path) -> None:
    table = corpora / "vgmidi" / "vgmidi_labelled.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = Counter((row["valence"], row["arousal"]) for row in csv.DictReader(file))
    assert rows == {("1", "1"): 76, ("1", "-1"): 62, ("-1", "1"): 39, ("-1", "-1"): 27}
    pieces = list(VGMIDI.pieces(corpora / "vgmidi"))
    assert len(pieces) == 204
    assert Counter(len(piece.ratings) for piece in pieces) == {2: 197, 1: 3, 0: 4}
    half = {piece.name.split("_")[-1]: piece.ratings for piece in pieces if len(piece.ratings) == 1}
    assert len(half) == 3
    assert Counter(axis for each in half.values() for axis in each) == {"valence": 2, "arousal": 1}
    games = {piece.group for piece in pieces if piece.ratings}
    assert len(games) == 30
    for piece in pieces:
        assert piece.group in piece.name


def test_ratings_choose_the_kind_of_model() -> None:
    assert task_for("classify", DataRequest(("vgmidi",))).ratings == ("valence", "arousal")
    assert task_for("compose", DataRequest(("vgmidi",))).name == "compose"
    assert task_for("classify", DataRequest(("groove",))).name == "classify"
