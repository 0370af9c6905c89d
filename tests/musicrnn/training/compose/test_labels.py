"""Feels and fills of drums: which a model hears, and what its header says of them."""

from dataclasses import replace
from functools import partial

import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import LABELS
from musicrnn.form.outlook import A_FILL, FEEL, FILL, PLAIN
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.score import Score, Track
from musicrnn.training.compose.data import LEAST_OF_A_FEEL, TokenData, token_data
from musicrnn.training.compose.settings import ComposeSettings
from musicrnn.training.compose.task import COMPOSE
from musicrnn.training.data import Card, DataRequest, Piece
from tests.musicrnn.form.test_fills import groove

CARD = Card("made", "Made", "scores", "made", "none", "none")
REQUEST = DataRequest(("made",))


def pieces(feels: dict[str, int], *, fills: int = 0) -> list[Piece]:
    found = [
        Piece(f"{feel} {n}", "train", partial(groove, 3), feel=feel)
        for feel, count in feels.items()
        for n in range(count)
    ]
    found += [
        Piece(f"fill {n}", "train", partial(groove, bars=1), feel="jazz", is_fill=True)
        for n in range(fills)
    ]
    return [*found, Piece("other", "valid", groove)]


def read(found: list[Piece], like: Checkpoint | None = None) -> TokenData:
    return token_data([(CARD, found)], REQUEST, like)


def heard(data: TokenData, hears: str = "where,asked") -> list[str]:
    return [*COMPOSE.config(data, ComposeSettings(hears=hears)).fields]


DATA = read(pieces({"rock": 6, "jazz": LEAST_OF_A_FEEL, "polka": LEAST_OF_A_FEEL - 1}, fills=2))


def test_feels_of_enough_pieces_are_heard_by_their_numbers() -> None:
    assert DATA.told.feels == ("jazz", "rock")
    numbers = [int(each.outlook[0, FEEL]) for each in DATA.planned["train"]]
    assert numbers == [2] * 6 + [1] * 5 + [0] * 4 + [1] * 2
    assert COMPOSE.header(DATA, ComposeSettings())["feels"] == {"jazz": 5, "rock": 6}


def test_fills_are_found_or_labelled() -> None:
    one, fill = DATA.planned["train"][0].outlook, DATA.planned["train"][-1].outlook
    assert one[:, FILL].tolist() == [PLAIN] * 3 + [A_FILL] + [PLAIN] * 4
    assert fill[:, FILL].tolist() == [A_FILL]
    form = COMPOSE.header(DATA, ComposeSettings())["form"]
    assert form["fills"] == [0, 0, 0, 1, 0, 0, 0, 0]


def pitched() -> Score:
    (track,) = groove().tracks
    return replace(groove(), tracks=(Track(track.notes),))


def test_what_no_piece_tells_is_not_heard() -> None:
    assert {"feel", "fill"} <= set(heard(DATA))
    assert "symbols" not in heard(DATA)
    assert not set(LABELS) & set(heard(DATA, "where"))
    assert "feel" not in heard(read(pieces({"": 4})))
    assert "fill" in heard(read(pieces({"": 4})))
    piano = read([Piece("a", "train", pitched), Piece("b", "valid", pitched)])
    assert not set(LABELS) & set(heard(piano))


@pytest.mark.parametrize("labels", [(), ("feel", "fill")])
def test_other_data_are_read_as_the_model_hears_them(labels: tuple[str, ...]) -> None:
    context = COMPOSE.config(DATA, ComposeSettings(hears="asked")).context
    kept = [w for w in context.split(",") if w.split("=")[0] not in set(LABELS) - set(labels)]
    config = LanguageConfig(vocabulary=len(DATA.encoding.vocabulary), context=",".join(kept))
    header = COMPOSE.header(DATA, ComposeSettings())
    model = Checkpoint({}, {**header, "feels": {"soul": 9, "jazz": 9}, "model": config.as_json()})
    data = read(pieces({"jazz": 1}), model)
    assert heard(data, "asked") == [*config.fields]
    assert data.planned["train"][0].outlook[0, FEEL] == (2 if labels else 0)
    assert COMPOSE.settings_of(model).hears == "asked"
