"""The metres that a model's header counts: those of whole bars, not of upbeats."""

from musicrnn.io.abc import parse_abc
from musicrnn.training.compose.data import token_data
from musicrnn.training.data import Card, DataRequest, Piece

CARD = Card("made", "Made", "scores", "made", "none", "none")
UPBEAT = "X:1\nT:{}\nM:3/4\nL:1/4\nK:C\nG|CDE|FGA|Bcd|[M:2/4]c2|C2|\n"


def test_an_upbeat_is_no_metre() -> None:
    pieces = [
        Piece(f"{n}", "train" if n else "valid", lambda n=n: parse_abc(UPBEAT.format(n)))
        for n in range(4)
    ]
    found = token_data([(CARD, pieces)], DataRequest(())).description["metres"]
    assert found == {"3/4": 3, "2/4": 3}
