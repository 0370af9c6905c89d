"""What a context points at: one id, or the notes of a line around its last one."""

import numpy as np

from musicrnn.context.fields import FIELDS, TONES, fields_of
from musicrnn.context.pointing import (
    HARMONIC,
    INTERVALS,
    NEAR,
    OF_ROOTS,
    first_line,
    first_pointer,
    near_ids,
    score_count,
    target_count,
)
from musicrnn.context.readings import LINE, LINES, ORDER
from musicrnn.tokens.beat import BeatTokenizer

TOKENIZER = BeatTokenizer(parts=("PIANO", "MELODY"))


def test_near_are_the_notes_of_the_same_line() -> None:
    words = TOKENIZER.vocabulary
    near = near_ids(TOKENIZER.readings())
    assert near.shape == (len(words), NEAR)
    at = words.index("melody_60")
    assert near[at, INTERVALS] == at + 1
    assert words[near[at, 0] - 1] == "melody_48"
    assert words[near[at, -1] - 1] == "melody_72"
    low, high = words.index("melody_0"), words.index("piano_127")
    assert not near[low, :INTERVALS].any()
    assert not near[high, INTERVALS + 1 :].any()
    assert not near[words.index("bar")].any()


def test_every_near_id_is_as_far_as_it_should_be() -> None:
    readings = TOKENIZER.readings()
    near = near_ids(readings)
    for at, row in enumerate(near):
        for step, other in enumerate(row, -INTERVALS):
            if other > 0:
                assert readings[other - 1, LINE] == readings[at, LINE] >= 0
                assert readings[other - 1, ORDER] - readings[at, ORDER] == step


def test_what_is_pointed_at_is_counted() -> None:
    assert target_count(fields_of(["where", "asked"])) == 0
    assert target_count(fields_of(["match"])) == 1
    assert target_count(fields_of(["lines", "where"])) == NEAR * LINES
    of_harmony = (HARMONIC * LINES + OF_ROOTS) * TONES
    assert score_count(fields_of(["lines"])) == NEAR * LINES + of_harmony
    whole = target_count(FIELDS)
    assert whole == first_line(FIELDS) + NEAR * LINES
    assert FIELDS[first_pointer(FIELDS)] == "match"
    assert np.array(FIELDS)[first_pointer(FIELDS) + first_line(FIELDS)] == "line_0"
