"""Which metres and keys a model may be asked for, and which ones its refusal names."""

import re

import pytest

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import load_model
from musicrnn.sampling.controls import primed
from musicrnn.tokens import Controls, tokenizer_from
from musicrnn.tokens.wishes import read_time_signature

METRES = {"4/4": 90, "6/8": 80, "1/8": 70, "1/4": 60, "2/4": 9, "3/4": 8, "12/8": 7, "9/8": 6,
          "7/8": 5, "2/2": 4, "6/4": 3, "5/4": 2}  # fmt: skip


def ask(model: Checkpoint, metre: str) -> None:
    tokenizer = tokenizer_from(model.entry("tokenizer"))
    primed(model, tokenizer, None, Controls(bars=8, time_signature=read_time_signature(metre)))


def test_all_metres_that_may_be_asked_are_named_and_no_upbeat() -> None:
    model = Checkpoint({}, {"tokenizer": {"name": "tune"}, "data": {"metres": METRES}})
    with pytest.raises(MusicRNNError, match="5/4 is foreign to this model") as error:
        ask(model, "5/4")
    named = str(error.value).split("it knows ")[1]
    assert named == "4/4, 6/8, 2/4, 3/4, 12/8, 9/8, 7/8, 2/2, 6/4"


@pytest.mark.parametrize("style", ["folk", "pop", "drums"])
def test_what_a_bundled_model_says_that_it_knows_may_be_asked(style: str) -> None:
    model = load_model(style)
    with pytest.raises(MusicRNNError, match="foreign") as error:
        ask(model, "5/16")
    named = re.findall(r"\d+/\d+", str(error.value).split("it knows ")[1])
    assert "4/4" in named
    for metre in named:
        ask(model, metre)
