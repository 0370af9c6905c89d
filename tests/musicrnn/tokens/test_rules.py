"""Rules over many pieces equal the grammar of each piece: mask for mask, on walks of every kind."""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from musicrnn.errors import MusicRNNError
from musicrnn.tokens.abc import AbcTokenizer
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.protocol import END, START, Controls, Tokenizer
from musicrnn_datasets.corpora import CORPORA

CPU = torch.device("cpu")
CHORDS = ((0, "maj"), (9, "min"), (-1, "none"), (7, "maj"))
BASSES = (None, 7, None, 11)
PITCHED = [
    Controls(),
    Controls(bars=1),
    Controls(bars=6, tempo=97.0, key=(2, True), time_signature=(6, 8), density=4),
    Controls(seconds=7.3),
    Controls(seconds=40.0, tempo=51.0, time_signature=(3, 4)),
    Controls(bars=3, seconds=11.0),
]
CASES: dict[str, tuple[Tokenizer, list[Controls]]] = {
    "pop": (
        BeatTokenizer(),
        [
            *PITCHED,
            Controls(chords=CHORDS),
            Controls(bars=4, chords=CHORDS[:1]),
            Controls(bars=4, chords=CHORDS, basses=BASSES),
        ],
    ),
    "drums": (
        BeatTokenizer((128,), chords=False),
        [Controls(), Controls(bars=5, density=2), Controls(seconds=9.0, time_signature=(7, 8))],
    ),
    "band": (
        BeatTokenizer((0, 32, 40, 128), velocity_bins=4),
        [*PITCHED, Controls(chords=CHORDS), Controls(chords=CHORDS, basses=BASSES)],
    ),
    "parts": (
        BeatTokenizer(parts=("PIANO", "MELODY"), canonical=True, steady=True, closing=True),
        [
            *PITCHED,
            Controls(key=(6, False), chords=CHORDS),
            Controls(bars=4, key=(9, True), parts=("melody",)),
            Controls(bars=5, key=(3, True), chords=CHORDS, basses=BASSES, parts=("Piano",)),
        ],
    ),
    "two": (BeatTokenizer((24, 33), chords=False), PITCHED[:3]),
    "piano": (PerformanceTokenizer(), [Controls(), Controls(seconds=2.5)]),
    "small": (
        PerformanceTokenizer(max_shift=7, velocity_bins=1),
        [Controls(), Controls(seconds=0.3)],
    ),
    "kit": (PerformanceTokenizer(drums=True), [Controls(), Controls(seconds=4.0)]),
}
ROWS, STEPS = 8, 130


def walks(name: str) -> Iterator[tuple[Tokenizer, Controls, np.random.Generator]]:
    tokenizer, controls = CASES[name]
    for index, wish in enumerate(controls):
        yield tokenizer, wish, np.random.default_rng(index)


def compare(
    tokenizer: Tokenizer,
    controls: Controls,
    random: np.random.Generator,
    *,
    wild: int,
    breadth: int,
) -> int:
    """Rows of random ids through both: the first ``wild`` any, then allowed ones.

    ``breadth``: the choice is among this many, so that walks dwell in different groups.
    Returns how many pieces came to their end.
    """
    rules = tokenizer.rules(controls, CPU)
    assert rules is not None
    constraints = [tokenizer.constraint(controls) for _ in range(ROWS)]
    start = rules.start()
    state = rules.push(
        tuple(part.expand(ROWS, *part.shape[1:]) for part in start),
        torch.full((ROWS,), START),
    )
    for constraint in constraints:
        constraint.push(START)
    ids = np.full(ROWS, START)
    for step in range(STEPS):
        masks = np.stack([constraint.allowed() for constraint in constraints])
        found = rules.allowed(state).numpy()
        for row in range(ROWS):
            if (masks[row] != found[row]).any():
                wrong = np.flatnonzero(masks[row] != found[row])
                words = [tokenizer.vocabulary[i] for i in wrong[:5]]
                last = tokenizer.vocabulary[ids[row]]
                pytest.fail(f"{controls}, step {step}, after {last}: {words}")
        closes = (rules.closing >= 0) & rules.closes(state).numpy() & masks[:, END]
        closing = [constraint.closing() for constraint in constraints]
        assert np.where(closes, rules.closing, -1).tolist() == closing
        for row, constraint in enumerate(constraints):
            choice = np.flatnonzero(masks[row])
            if step < wild or not len(choice):
                choice = np.arange(2, len(tokenizer.vocabulary))
            low = random.integers(max(1, len(choice) - breadth + 1))
            ids[row] = random.choice(choice[low : low + breadth])
            constraint.push(int(ids[row]))
        state = rules.push(state, torch.from_numpy(ids))
    return int((ids == END).sum())


@pytest.mark.parametrize("name", CASES)
def test_walks_that_the_grammar_allows(name: str) -> None:
    ends = 0
    for tokenizer, controls, random in walks(name):
        for breadth in (2, 1000):
            ends += compare(tokenizer, controls, random, wild=0, breadth=breadth)
    assert ends > 0


@pytest.mark.parametrize("name", CASES)
def test_walks_that_begin_anyhow(name: str) -> None:
    for tokenizer, controls, random in walks(name):
        compare(tokenizer, controls, random, wild=40, breadth=1000)


@pytest.mark.parametrize(
    ("name", "corpus"),
    [("pop", "pop909"), ("band", "vgmidi"), ("drums", "groove"), ("piano", "pop909")],
)
def test_real_music(name: str, corpus: str, corpora: Path) -> None:
    tokenizer = CASES[name][0]
    pieces = itertools.islice(CORPORA[corpus].pieces(corpora / corpus), 5)
    rows = [tokenizer.encode(piece.read()).tolist() for piece in pieces]
    rules = tokenizer.rules(Controls(), CPU)
    assert rules is not None
    constraints = [tokenizer.constraint(Controls()) for _ in rows]
    state = tuple(part.expand(len(rows), *part.shape[1:]) for part in rules.start())
    for step in range(400):  # what has ended is pushed once more
        ids = [row[min(step, len(row) - 1)] for row in rows]
        if step:
            masks = np.stack([constraint.allowed() for constraint in constraints])
            assert masks[range(len(rows)), ids].all()
            np.testing.assert_array_equal(rules.allowed(state).numpy(), masks)
        for constraint, token in zip(constraints, ids, strict=True):
            constraint.push(token)
        state = rules.push(state, torch.tensor(ids))


def test_text_has_no_rules_and_wishes_are_refused_alike() -> None:
    assert AbcTokenizer().rules(Controls(), CPU) is None
    silent = BeatTokenizer(chords=False), Controls(chords=((0, "maj"),))
    for tokenizer, controls in (silent, (CASES["kit"][0], Controls(bars=2))):
        with pytest.raises(MusicRNNError) as refused:
            tokenizer.rules(controls, CPU)
        with pytest.raises(MusicRNNError, match=re.escape(str(refused.value))):
            tokenizer.constraint(controls)
