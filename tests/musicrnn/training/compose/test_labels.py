"""Feels and fills of drums: which a model hears, and what its header says of them."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import LABELS
from musicrnn.form.outlook import A_FILL, BARS_LEFT, FEEL, FILL, PLAIN
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.score import Score, Track
from musicrnn.tokens.protocol import END
from musicrnn.training.compose.data import LEAST_OF_A_FEEL, TokenData, token_data
from musicrnn.training.compose.hearing import BEGINNING, Hearing
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


def test_performances_are_learnt_from_every_eighth_bar_on_too() -> None:
    """A groove of 28 bars whose last is a fill, and some of 8."""
    long = Piece("long", "train", partial(groove, 27, bars=28), feel="rock")
    data = read([*pieces({"rock": 5}), long])
    assert [(each.piece, len(each.planned.outlook)) for each in data.excerpts] == [(5, 8), (5, 12)]
    whole = data.planned["train"][5].outlook
    for first, each in zip((8, 16), data.excerpts, strict=True):
        part = each.planned.outlook
        columns = [BARS_LEFT, FEEL, FILL]
        assert np.array_equal(part[:, columns], whole[first : first + len(part), columns])
        assert data.encoding.count_bars(each.ids) == len(part)
        assert (each.ids[-1] == END) == (first == 16)
    assert data.counts()["train"] == 6
    settings = ComposeSettings(hidden=4, embedding=4, layers=1, batch_size=2)
    network = COMPOSE.build(data, settings)
    objective = COMPOSE.objective(network, data, settings, COMPOSE.plan(data, settings))
    assert len(objective.windows.pieces) == 8
    assert len(objective.windows.weights) == 8
    assert not read([Piece("a", "train", pitched), Piece("b", "valid", pitched)]).excerpts


def test_fills_weigh_no_more_than_the_middle_of_a_groove() -> None:
    data = read(pieces({"rock": 5}, fills=1))
    hearing = Hearing(data.examples["train"], data.encoding.readings(), data.outlooks("train"))
    spans = [slice(0, len(ids) - 1) for ids in data.examples["train"]]
    last = [np.ones(span.stop, np.int32) for span in spans]
    assert set(hearing.weights(5, spans[5], last[5]).tolist()) == {1.0}
    assert set(hearing.weights(0, spans[0], 0 * last[0]).tolist()) == {1.0, BEGINNING}


def test_rare_feels_are_read_more_often() -> None:
    data = read(pieces({"rock": 20, "jazz": 5}))
    weights = data.read_weights(data.planned["train"])
    assert weights is not None
    assert weights[20] / weights[0] == pytest.approx(2)
    assert read(pieces({"": 4})).read_weights(data.planned["valid"]) is None
