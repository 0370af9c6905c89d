"""The laws of musicrnn.tokens.protocol, for every member of TOKENIZERS, and for other settings."""

import json
import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score
from musicrnn.sources.find import folder_of
from musicrnn.tokens import TOKENIZERS
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.protocol import END, START, Controls, Tokenizer
from musicrnn_datasets.corpora import CORPORA
from tests.properties.scores import scores

MEMBERS: dict[str, Tokenizer] = {
    **{name: make() for name, make in TOKENIZERS.items()},
    "beat band": BeatTokenizer((0, 32, 128), velocity_bins=8, chords=False),
    "beat drums": BeatTokenizer((128,), chords=False),
    "beat drums fine": BeatTokenizer((128,), velocity_bins=128, chords=False, closing=True),
    "beat parts": BeatTokenizer((4,), parts=("PIANO", "MELODY"), canonical=True, closing=True),
    "performance small": PerformanceTokenizer(max_shift=7, velocity_bins=1),
    "performance drums": PerformanceTokenizer(velocity_bins=64, drums=True),
}
every = pytest.mark.parametrize("name", MEMBERS)
playable = scores(slowest=1_000_000, resolutions=(24, 96, 120, 480, 1024))

short = scores(slowest=1_000_000, resolutions=(960, 1024))


def encoded(tokenizer: Tokenizer, score: Score) -> np.ndarray:
    """The ids; a score that is refused is refused by quantize too."""
    try:
        return tokenizer.encode(score)
    except MusicRNNError:
        with pytest.raises(MusicRNNError):
            tokenizer.quantize(score)
        assume(False)
        raise


def check_settled(tokenizer: Tokenizer, score: Score) -> None:
    """What was decoded is as the tokens say it; a text without sense may be read in another way,
    once."""
    quantized = tokenizer.quantize(score)
    assert tokenizer.quantize(quantized) == quantized
    if tokenizer.text([]) is None:
        assert quantized == score


@every
@settings(max_examples=18, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(score=playable)
def test_decoding_what_was_encoded_is_quantizing(name: str, score: Score) -> None:
    tokenizer = MEMBERS[name]
    ids = encoded(tokenizer, score)
    quantized = tokenizer.quantize(score)
    assert ids.dtype == np.int32
    assert ids[0] == START
    assert ids[-1] == END
    assert tokenizer.decode(ids) == quantized
    assert tokenizer.quantize(quantized) == quantized
    if tokenizer.text(ids) is None:  # a text says repeated notes once
        assert tokenizer.count_notes(ids) == quantized.note_count


@every
@settings(max_examples=18, deadline=None)
@given(data=st.data())
def test_any_ids_are_a_piece(name: str, data: st.DataObject) -> None:
    tokenizer = MEMBERS[name]
    size = len(tokenizer.vocabulary)
    ids = data.draw(st.lists(st.integers(-3, size + 3), max_size=200))
    score = tokenizer.decode(ids)
    if score.note_count:
        check_settled(tokenizer, score)


@every
@pytest.mark.parametrize("seed", range(3))
def test_many_random_ids_are_a_piece(name: str, seed: int) -> None:
    tokenizer = MEMBERS[name]
    rng = np.random.default_rng(seed)
    score = tokenizer.decode(rng.integers(0, len(tokenizer.vocabulary), 5000))
    if score.note_count:
        check_settled(tokenizer, score)


def wishes_of(tokenizer: Tokenizer) -> Controls:
    return Controls(bars=4) if tokenizer.has_bars else Controls(seconds=5.0)


@every
@pytest.mark.parametrize("seed", range(5))
def test_a_random_walk_through_the_grammar_ends_in_a_piece(name: str, seed: int) -> None:
    tokenizer = MEMBERS[name]
    constraint = tokenizer.constraint(wishes_of(tokenizer))
    constraint.push(START)
    rng = np.random.default_rng(seed)
    ids = [START]
    while ids[-1] != END:
        allowed = np.flatnonzero(constraint.allowed())
        assert len(allowed), f"nothing may follow {tokenizer.vocabulary[ids[-1]]}"
        ids.append(int(rng.choice(allowed)))
        constraint.push(ids[-1])
        assert len(ids) < 50_000, "the grammar does not end"
    score = tokenizer.decode(ids)
    assert score.note_count > 0
    check_settled(tokenizer, score)


def sounding(score: Score) -> list[tuple[int, int]]:
    """Start behind the first note, and pitch: less than a bar of ABC becomes a pick-up."""
    notes = [note for track in score.tracks for note in track.notes]
    first = min(note.start for note in notes)
    return [(note.start - first, note.pitch) for note in notes]


@pytest.mark.parametrize("name", MEMBERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(score=short, seed=st.integers(0, 99))
def test_a_piece_goes_on_behind_its_opening(name: str, score: Score, seed: int) -> None:
    tokenizer = MEMBERS[name]
    whole = encoded(tokenizer, score)
    ids = tokenizer.prompt(whole)
    assert ids[0] == START
    assert END not in ids
    assert tokenizer.decode(ids).tracks == tokenizer.decode(whole).tracks
    bars, played = tokenizer.played_bars(whole), tokenizer.decode(whole).seconds
    assert tokenizer.played_bars(ids) == bars
    further = not tokenizer.has_bars
    controls = Controls(seconds=played + 5) if further else Controls(bars=bars + 3)
    constraint = tokenizer.constraint(controls)
    for token in ids:
        constraint.push(token)
    begun, rng = len(ids), np.random.default_rng(seed)
    while ids[-1] != END:
        allowed = np.flatnonzero(constraint.allowed())
        ids.append(int(rng.choice(allowed)))
        constraint.push(ids[-1])
        assert len(ids) < begun + 50_000, "the grammar does not end"
    assert len(ids) > begun + 1
    assert further or tokenizer.played_bars(ids) == bars + 3
    assert set(sounding(tokenizer.decode(whole))) <= set(sounding(tokenizer.decode(ids)))


@pytest.mark.parametrize("name", [name for name in MEMBERS if name.startswith("performance")])
@settings(max_examples=30, deadline=None)
@given(score=playable)
def test_what_is_encoded_is_grammatical(name: str, score: Score) -> None:
    tokenizer = MEMBERS[name]
    ids = encoded(tokenizer, score)
    assume(len(ids) < 2000)
    constraint = tokenizer.constraint(Controls())
    for before, token in zip(ids[:-1].tolist(), ids[1:].tolist(), strict=True):
        constraint.push(before)
        allowed = constraint.allowed()[token]
        assert allowed, " ".join(tokenizer.vocabulary[i] for i in ids[:20])


@every
def test_vocabulary_configuration_and_variations(name: str) -> None:
    tokenizer = MEMBERS[name]
    size = len(tokenizer.vocabulary)
    assert tokenizer.vocabulary[:2] == ("start", "end")
    assert len(set(tokenizer.vocabulary)) == size
    settings_ = json.loads(json.dumps(tokenizer.configuration()))
    settings_.pop("name", None)
    assert type(tokenizer)(**settings_).vocabulary == tokenizer.vocabulary
    moves = tokenizer.augmentation_maps()
    assert moves.shape[1:] == (size,)
    assert (moves[0] == np.arange(size)).all()
    assert ((moves >= -1) & (moves < size)).all()
    assert (moves[:, :2] == [START, END]).all()


@cache
def some_pieces(corpora: Path, corpus: str) -> list[Score]:
    """Eight pieces, read once for all tokenizers."""
    pieces = list(CORPORA[corpus].pieces(folder_of(CORPORA[corpus], corpora)))
    return [piece.read() for piece in random.Random(1).sample(pieces, 8)]


@every
@pytest.mark.parametrize("corpus", CORPORA)
def test_real_pieces_obey_the_law(name: str, corpus: str, corpora: Path) -> None:
    tokenizer = MEMBERS[name]
    for score in some_pieces(corpora, corpus):
        try:
            ids = tokenizer.encode(score)
        except MusicRNNError:
            alone = all(track.is_drum != ("drums" in name) for track in score.tracks)
            assert alone or name == "chorale"  # which holds nothing but a few voices
            continue
        assert tokenizer.decode(ids) == tokenizer.quantize(score)
