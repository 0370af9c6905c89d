"""Bar-and-beat tokens of named parts, in canonical pitch, with borders and a metre of their own."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.score import Chord, Key, Note, Score, TimeSignature, Track, make_score
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.protocol import Controls

PARTS = BeatTokenizer(parts=("PIANO", "MELODY"), canonical=True)


def two_parts(tonic: int = 2) -> Score:
    key = Key(0, tonic, False)
    piano = [Note(480 * n, 48 + key.tonic, 480, 70) for n in range(4)]
    melody = [Note(0, 72 + key.tonic, 960, 90), Note(960, 76 + key.tonic, 960, 90)]
    tracks = [Track(tuple(piano), name="Piano"), Track(tuple(melody), name="melody")]
    return make_score(480, tracks, keys=[key], chords=[Chord(0, key.tonic, "maj")])


def test_tracks_go_to_the_part_of_their_name_and_come_back() -> None:
    decoded = PARTS.decode(PARTS.encode(two_parts()))
    assert [(track.name, len(track.notes)) for track in decoded.tracks] == [
        ("PIANO", 4), ("MELODY", 2),
    ]  # fmt: skip
    stranger = make_score(480, [Track((Note(0, 60, 480, 80),), name="Strings")])
    assert [track.name for track in PARTS.decode(PARTS.encode(stranger)).tracks] == ["PIANO"]


def test_every_key_is_written_alike() -> None:
    """All but the key's token, and its octave where a key lies nearer from below."""
    words = {
        tuple(PARTS.vocabulary[token] for token in PARTS.encode(two_parts(tonic))[2:])
        for tonic in range(7)
    }
    assert len(words) == 1
    (piece,) = words
    assert {"piano_48", "melody_72", "chord_C:maj"} <= set(piece)
    for tonic in range(12):
        score = two_parts(tonic)
        decoded = PARTS.decode(PARTS.encode(score))
        assert decoded.keys[0].tonic == tonic
        assert [n.pitch for t in decoded.tracks for n in t.notes] == [
            n.pitch for t in score.tracks for n in t.notes
        ]
        assert decoded.chords == (Chord(0, tonic, "maj"),)


def test_wished_chords_are_those_of_the_key() -> None:
    wish = Controls(key=(2, False), chords=((2, "maj"), (7, "maj")))
    constraint = PARTS.constraint(wish)
    tempo = PARTS.vocabulary[PARTS.events.span["tempo"].start]
    for word in ("start", "key_D:maj", "density_3", "bar", "time_4/4", "position_0", tempo):
        constraint.push(PARTS.vocabulary.index(word))
    allowed = [PARTS.vocabulary[i] for i in np.flatnonzero(constraint.allowed())]
    assert allowed == ["chord_C:maj"]


def test_suited_it_has_the_parts_and_the_quintiles_of_the_pieces() -> None:
    def piece(notes: int) -> Score:
        tracks = [
            Track(tuple(Note(1920 * n // notes, 40, 100, 80) for n in range(notes)), name="PIANO"),
            Track((Note(0, 80, 1920, 80),), name="MELODY"),
        ]
        return make_score(480, tracks)

    tokenizer = BeatTokenizer.suited([piece(n) for n in range(2, 12)])
    assert tokenizer.parts == ("PIANO", "MELODY")
    assert tokenizer.canonical
    assert tokenizer.closing
    assert tokenizer.steady
    assert list(tokenizer.density_borders) == sorted(tokenizer.density_borders)
    levels = [tokenizer.densities(tokenizer.quantize(piece(n)))[0] for n in range(2, 12)]
    assert np.bincount(levels, minlength=6)[1:].tolist() == [2] * 5


def test_a_steady_metre_changes_behind_a_pick_up_alone() -> None:
    steady = BeatTokenizer(steady=True, chords=False)
    melody = Track(tuple(Note(480 * n, 60, 480, 80) for n in range(9)))
    metres = [TimeSignature(0, 1, 4), TimeSignature(480, 4, 4)]
    score = make_score(480, [melody], time_signatures=metres)
    constraint, bars = steady.constraint(Controls()), 0
    span = steady.events.span["time"]
    for token in steady.encode(score)[:-1].tolist():
        constraint.push(token)
        if steady.vocabulary[token] == "bar":
            bars += 1
            assert constraint.allowed()[span].any() == (bars <= 2)
    assert BeatTokenizer.suited([score]).steady
    changing = make_score(480, [melody], time_signatures=[*metres, TimeSignature(2400, 3, 4)])
    assert not BeatTokenizer.suited([changing]).steady


def test_the_end_takes_over_what_another_bar_would_get() -> None:
    closing = BeatTokenizer(chords=False, closing=True)
    score = make_score(480, [Track((Note(0, 60, 1920, 80),))])
    for bars, expected in ((1, "bar"), (2, None), (None, None)):
        constraint = closing.constraint(Controls(bars=bars))
        for token in closing.encode(score)[:-1].tolist():
            constraint.push(token)
        constraint.allowed()
        told = constraint.closing()
        assert (closing.vocabulary[told] if told >= 0 else None) == expected


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"parts": ("A", "a")}, "parts are at most 8 names"),
        ({"parts": ("A", "B"), "programs": (0, 1)}, "one pitched program"),
        ({"parts": ("A", "B"), "programs": (128,)}, "one pitched program"),
        ({"density_borders": (1, 2, 3)}, "4 ascending numbers"),
        ({"density_borders": (1, 3, 2, 4)}, "4 ascending numbers"),
    ],
)
def test_settings_that_do_not_fit_are_one_sentence(settings: dict, sentence: str) -> None:
    with pytest.raises(MusicRNNError, match=sentence):
        BeatTokenizer(**settings)
