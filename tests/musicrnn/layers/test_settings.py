"""Settings that a cell cannot have are refused in a sentence; the others survive a file."""

import re

import pytest

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.layers.stack import Stack


def built(cell: str, *, hidden: int = 6, layers: int = 1, **options: object) -> Stack:
    return Stack(cell, 4, hidden, layers=layers, settings=LayerSettings(**options))


@pytest.mark.parametrize(
    ("cell", "options", "sentence"),
    [
        ("clockwork", {"zoneout": 0.1}, "have neither recurrent dropout nor zoneout"),
        ("clockwork-lstm", {"recurrent_dropout": 0.1}, "have neither recurrent dropout nor"),
        ("grid", {"zoneout": 0.1}, "have neither recurrent dropout nor zoneout"),
        ("grid", {"recurrent_dropout": 0.1}, "have neither recurrent dropout nor zoneout"),
        ("slstm", {"zoneout": 0.1}, "zoneout would mix states of different scales"),
        ("mingru", {"recurrent_dropout": 0.1}, "recurrent dropout needs a recurrent product"),
        ("rglru", {"recurrent_dropout": 0.1}, "recurrent dropout needs a recurrent product"),
        ("lstm", {"periods": "1,2"}, "layer.periods = '1,2' is no option of the cell lstm"),
        ("clockwork", {"depth": "tanh"}, "layer.depth = 'tanh' is no option of the cell clockwork"),
        ("gru", {"plain_forget": True}, "layer.plain_forget = True is no option of the cell gru"),
        ("gru", {"tied": True}, "layer.tied = True is no option of the cell gru"),
        ("lsmt", {}, "got 'lsmt'; did you mean"),
        ("zither", {}, "cell must be one of elman, "),
        ("clockwork", {"hidden": 4}, "5 modules need as many units, got hidden = 4"),
        ("clockwork", {"periods": "4,2,1"}, "shortest first, got 4, 2, 1"),
        ("clockwork", {"periods": "0,1"}, "whole numbers from 1, shortest first, got 0, 1"),
        ("clockwork", {"periods": ",".join(["1"] * 65)}, "64 numbers at most"),
        ("clockwork", {"periods": f"{10**4000},{10**4000 + 1}"}, "each 1048576 at most"),
        ("clockwork", {"periods": "1,two"}, "whole numbers with commas between, or metric"),
        ("clockwork", {"periods": "1021,1031,1033"}, "choose periods that divide each other"),
        ("grid", {"priority": "space"}, "priority must be depth, time or empty, got 'space'"),
        ("grid", {"depth": "sine"}, "depth must be one of lstm, identity, tanh, relu, got 'sine'"),
        ("lstm", {"zoneout": 1.0}, "layer.zoneout must be in [0, 1), got 1.0"),
        ("lstm", {"recurrent_dropout": -0.1}, "layer.recurrent_dropout must be in [0, 1)"),
        ("lstm", {"layers": 0}, "layers and hidden must be 1 or more, got 0 and 6"),
        ("lstm", {"hidden": 0}, "layers and hidden must be 1 or more, got 1 and 0"),
    ],
)
def test_refused(cell: str, options: dict, sentence: str) -> None:
    with pytest.raises(MusicRNNError, match=re.escape(sentence)):
        built(cell, **options)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"residual": True, "norm": True, "variational": True},
        {"recurrent_dropout": 0.25, "zoneout": 0.5},
        {"periods": "2,3,5"},
        {"priority": "time", "depth": "relu", "tied": True},
    ],
    ids=str,
)
def test_settings_survive_a_file(options: dict) -> None:
    settings = LayerSettings(**options)
    assert settings.as_json() == options  # what is as usual is not written
    assert LayerSettings.from_json(settings.as_json()) == settings


@pytest.mark.parametrize("values", [{"zonout": 0.1}, {"zoneout": "a lot"}, {"tied": "yes"}, 3, "x"])
def test_a_file_with_other_settings_is_refused(values: object) -> None:
    with pytest.raises(MusicRNNError, match="does not fit"):
        LayerSettings.from_json(values)


def test_metric_periods_are_the_usual_ones() -> None:
    assert LayerSettings(periods="metric").cell("clockwork") == CELLS["clockwork"]
    assert LayerSettings(periods="1, 2, 3").cell("clockwork").periods == (1, 2, 3)


def test_the_forget_gate_starts_open_unless_it_is_plain() -> None:
    for plain in (False, True):
        stack = built("lstm", hidden=64, plain_forget=plain)
        biases = dict(stack.named_parameters())
        forget = next(b for n, b in biases.items() if "bias_ih" in n)[64:128]
        assert bool((forget == 1).all()) == (not plain)
        assert plain == bool(forget.abs().max() <= 64**-0.5)
