"""Around given voices every walk of the grammar keeps them as they are, and all voices sing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicrnn.metrics.voice_leading import parallels
from musicrnn.score import Note, Score, Track, make_score
from musicrnn.sources.find import folder_of
from musicrnn.tokens.chorale import ChoraleTokenizer
from musicrnn.tokens.chorale.around import AroundConstraint
from musicrnn.tokens.chorale.given import GivenLines
from musicrnn.tokens.chorale.vocabulary import NAMES
from musicrnn.tokens.parts import grid_of, voice_tracks
from musicrnn.tokens.protocol import END
from musicrnn.tokens.voices import sounding
from musicrnn_datasets.corpora import CORPORA

TOKENIZER = ChoraleTokenizer(((60, 81), (52, 74), (46, 69), (36, 66)))


def walked(given: Score, seed: int) -> Score:
    """A piece around the given voices, each id drawn evenly of those that are allowed."""
    ids = TOKENIZER.encode(given)
    constraint = AroundConstraint(TOKENIZER, GivenLines(TOKENIZER, ids.tolist()))
    random, written = np.random.default_rng(seed), [0]
    constraint.push(0)
    while written[-1] != END:
        allowed = np.flatnonzero(constraint.allowed())
        assert len(allowed), f"nothing may follow {TOKENIZER.vocabulary[written[-1]]}"
        written.append(int(random.choice(allowed)))
        constraint.push(written[-1])
        assert len(written) < 20_000
    return TOKENIZER.decode(written)


def tracks_of(score: Score) -> dict[str, Track]:
    return {track.name.lower(): track for track in score.tracks}


def check(given: Score, seed: int) -> None:
    found = walked(given, seed)
    kept = tracks_of(TOKENIZER.quantize(given))
    for name, track in kept.items():
        assert tracks_of(found)[name].notes == track.notes
    assert found.time_signatures == TOKENIZER.quantize(given).time_signatures
    assert len(found.tracks) == len(NAMES)
    pitches = sounding(grid_of(found, list(voice_tracks(found, NAMES, NAMES).values())))
    lines = [NAMES.index(name) for name in kept]
    heard = (pitches[:, lines] >= 0).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[True], heard, [True]]).astype(int)))
    long = [(a, b) for a, b in edges.reshape(-1, 2).tolist() if b - a >= 16]
    free = np.delete(pitches, lines, axis=1)
    for step in range(len(pitches)):
        silent = any(a <= step < b for a, b in long)
        assert ((free[step] < 0) == silent).all() or not heard[step]
    wrong = [pair for pair in parallels(pitches) if not set(pair[1:]) <= set(lines)]
    assert not wrong


@pytest.mark.parametrize("kept", [("soprano",), ("bass",), ("soprano", "bass"), ("alto", "tenor")])
def test_voices_of_chorales(kept: tuple[str, ...], corpora: Path) -> None:
    corpus = CORPORA["jsb-chorales"]
    pieces = list(corpus.pieces(folder_of(corpus, corpora)))
    for number in (0, 7, 30, 250):
        score = pieces[number].read()
        tracks = tuple(t for t in score.tracks if t.name.lower() in kept)
        check(replace(score, tracks=tracks), number)


def test_a_melody_that_rests_for_long_and_begins_late() -> None:
    notes = [Note(9, 70, 3, 80), Note(12, 72, 4, 80), Note(40, 69, 2, 80), Note(44, 67, 4, 80)]
    check(make_score(4, [Track(tuple(notes), name="Soprano")]), 1)
    check(make_score(4, [Track((Note(0, 70, 1, 80),), name="Soprano")]), 2)
