"""Going on from a primer in ABC text: what it opens with, and how many bars it has used up."""

import random
from pathlib import Path

import numpy as np
import pytest

from musicrnn.io.abc import read_abc_tunes
from musicrnn.score import Note, Track, make_score
from musicrnn.tokens.abc import AbcTokenizer
from musicrnn.tokens.abc.normal import normalise
from musicrnn.tokens.protocol import END, Controls

TOKENIZER = AbcTokenizer()


def test_a_primer_is_gone_on_with() -> None:
    notes = [Note(48 * i, 60 + i % 9, 48, 80) for i in range(16)]
    ids = TOKENIZER.encode(make_score(96, [Track(tuple(notes))])).tolist()[:-1]
    constraint = TOKENIZER.constraint(Controls(bars=2 + 4))
    for token in ids:
        constraint.push(token)
    rng = random.Random(0)
    while ids[-1] != END:
        ids.append(rng.choice(np.flatnonzero(constraint.allowed()).tolist()))
        constraint.push(ids[-1])
    score = TOKENIZER.decode(ids)
    assert [note.pitch for note in score.tracks[0].notes[:16]] == [note.pitch for note in notes]
    assert 5 <= score.end / score.time_signatures[0].bar_ticks(score.ticks_per_quarter) <= 6


EIGHT = "DEFG|ABcd|"
TUNES = [  # text, bars written, bars played
    ("ABcd|efga|]", 2, 2),
    ("ABcd||efga|]", 2, 2),
    ("AB|" + EIGHT * 2 + "]", 4, 4),
    (f"|:{EIGHT}{EIGHT[:-1]}:|", 4, 8),
    (f"|:{EIGHT * 2}"[:-1] + ":||:" + f"{EIGHT * 2}"[:-1] + ":|", 8, 16),
    ("|:A|" + EIGHT + "DEFG|ABc:||:A|" + EIGHT + "DEFG|ABc:|", 9, 16),
    ("DEFG|ABcd|:DEFG|ABcd|cdef|cdef:|", 6, 10),
    ("|:" + EIGHT + "cdef|[1DEFG:|[2ABcd|]", 5, 8),
    ("A|" + EIGHT + "DEFG|ABc|]", 4, 4),
    ("[M:3/4]ABc|[M:2/4]AB|AB|]", 3, 3),
]


@pytest.mark.parametrize(("body", "written", "played"), TUNES)
def test_a_tune_goes_on_by_the_wished_bars(body: str, written: int, played: int) -> None:
    text = "M:2/4\nL:1/8\nK:C\n" + body
    ids = TOKENIZER.encode_text(text)
    assert TOKENIZER.count_bars(ids) == written
    assert TOKENIZER.played_bars(ids) == played
    start = TOKENIZER.prompt(ids)
    assert TOKENIZER.text(start) == text.removesuffix("]")
    for further in (1, 2, 4, 9, 16):
        for seed in range(4):
            constraint = TOKENIZER.constraint(Controls(bars=played + further))
            ids = list(start)
            for token in ids:
                constraint.push(token)
            rng = random.Random(seed)
            while ids[-1] != END:
                ids.append(rng.choice(np.flatnonzero(constraint.allowed()).tolist()))
                constraint.push(ids[-1])
                assert len(ids) < 20_000
            assert TOKENIZER.played_bars(ids) == played + further
            assert "|]" not in TOKENIZER.text(ids)[:-2]


def test_real_tunes_are_gone_on_with(corpora: Path) -> None:
    rng = random.Random(3)
    for path in sorted((corpora / "nottingham/abc").glob("*.abc")):
        for _, tune in read_abc_tunes(path)[::9]:
            ids = TOKENIZER.prompt(TOKENIZER.encode_text(normalise(tune)))
            bars = TOKENIZER.played_bars(ids)
            constraint = TOKENIZER.constraint(Controls(bars=bars + rng.choice((1, 3, 8))))
            for token in ids:
                constraint.push(token)
            while ids[-1] != END:
                ids.append(rng.choice(np.flatnonzero(constraint.allowed()).tolist()))
                constraint.push(ids[-1])
            assert TOKENIZER.played_bars(ids) > bars


@pytest.mark.parametrize("cut", range(0, 60, 3))
def test_a_primer_may_be_cut_anywhere(cut: int) -> None:
    for body, _, _ in TUNES:
        start = TOKENIZER.encode_text("M:2/4\nL:1/8\nK:C\n" + body)[: 1 + cut].tolist()
        for bars in (None, 1, 3, 8):
            constraint = TOKENIZER.constraint(Controls(bars=bars))
            ids = [*start]
            for token in ids:
                constraint.push(token)
            rng = random.Random(cut)
            while ids[-1] != END:
                ids.append(rng.choice(np.flatnonzero(constraint.allowed()).tolist()))
                constraint.push(ids[-1])
                assert len(ids) < 20_000
