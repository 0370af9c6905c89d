"""Planted copies are found with their source, others are not, and hashing equals looking."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicrnn.errors import MusicRNNError
from musicrnn.metrics.copying import Copied, CopyIndex, pool
from musicrnn.metrics.lines import Line, line_of
from musicrnn.metrics.notes import NoteArrays
from musicrnn.score import Note, Track, make_score
from musicrnn_datasets.corpora import CORPORA

GENERATOR = np.random.default_rng(11)


def line(*pitches: int, step: int = 6) -> Line:
    return Line(np.arange(len(pitches)) * step, np.array(pitches, dtype=np.int64))


def random_line(length: int, *, drums: bool = False) -> Line:
    onset = np.cumsum(GENERATOR.choice([3, 6, 12], length))
    return Line(onset, GENERATOR.integers(55, 80, length), drums=drums)


TRAINING = [(f"song {index}", random_line(300)) for index in range(40)]


def planted(source: Line, start: int, length: int, up: int) -> Line:
    """A made-up piece with notes 20 to 20 + length from ``source``, transposed."""
    around = random_line(60)
    taken = slice(start, start + length)
    onset = source.onset[taken] - source.onset[start] + around.onset[20]
    shift = onset[-1] + 6 - around.onset[21]
    pitch = np.concatenate([around.pitch[:20], source.pitch[taken] + up, around.pitch[20:]])
    return Line(np.concatenate([around.onset[:20], onset, around.onset[20:] + shift]), pitch)


@pytest.mark.parametrize("rhythm", [False, True])
@pytest.mark.parametrize("length", [17, 24, 61, 150])
def test_a_planted_transposed_copy_is_found_with_its_source(rhythm: bool, length: int) -> None:
    index = CopyIndex(TRAINING, rhythm=rhythm)
    piece = planted(TRAINING[7][1], 100, length, up=-5)
    run = index.longest_run(piece)
    assert run is not None
    assert (run.source, run.notes) == ("song 7", length)
    assert (run.position, run.source_position) == (20, 100)
    found = index.copied(piece, 16)
    assert found.found == length - 15
    assert found.looked_at == 60 + length - 15


def test_a_piece_of_its_own_is_not_copied() -> None:
    index = CopyIndex(TRAINING, rhythm=False)
    shuffled = Line(TRAINING[3][1].onset, GENERATOR.permutation(TRAINING[3][1].pitch))
    assert index.copied(shuffled, 8).found == 0
    assert index.longest_run(shuffled) is None
    assert index.copied(TRAINING[3][1], 16).share == 1


def test_another_rhythm_is_a_copy_of_the_tune_only() -> None:
    source = TRAINING[5][1]
    stiff = Line(np.arange(300) * 5, source.pitch)
    assert CopyIndex(TRAINING, rhythm=False).copied(stiff, 16).share == 1
    assert CopyIndex(TRAINING, rhythm=True).copied(stiff, 16).share == 0


def test_repeated_notes_and_trills_belong_to_nobody() -> None:
    trill = line(*([60, 62] * 20))
    index = CopyIndex([("trill", trill)], rhythm=False)
    assert index.copied(trill, 8) == Copied(0, 0)
    assert math.isnan(index.copied(trill, 8).share)
    assert index.longest_run(trill) is None


def test_a_copy_that_begins_with_a_repeated_note_is_measured_whole() -> None:
    tune = line(*([60] * 20), 62, 64, 65, 67, 64, 62, 60)
    run = CopyIndex([("other", line(1, 2, 3)), ("tune", tune)], rhythm=False).longest_run(tune)
    assert run is not None
    assert (run.notes, run.position, run.source) == (27, 0, "tune")


def test_runs_do_not_cross_from_piece_to_piece() -> None:
    whole = random_line(32)
    halves = [
        ("a", Line(whole.onset[:16], whole.pitch[:16])),
        ("b", Line(whole.onset[16:], whole.pitch[16:])),
    ]
    index = CopyIndex(halves, rhythm=False)
    assert index.copied(whole, 8).found == 2 * 9
    assert index.copied(whole, 16).found == 2
    assert index.copied(whole, 17).found == 0


def test_drums_are_not_transposed() -> None:
    beat = random_line(60, drums=True)
    index = CopyIndex([("beat", beat)], rhythm=False)
    assert index.copied(beat, 8).share == 1
    assert index.copied(Line(beat.onset, beat.pitch + 1, drums=True), 8).share == 0


def test_an_empty_training_set_and_short_pieces() -> None:
    index = CopyIndex([], rhythm=True)
    assert index.copied(TRAINING[0][1], 8).found == 0
    assert index.longest_run(TRAINING[0][1]) is None
    full = CopyIndex(TRAINING, rhythm=True)
    for length in (0, 1, 7):
        short = line(*range(60, 60 + length))
        assert full.copied(short, 8) == Copied(0, 0)
        assert full.longest_run(short) is None
    with pytest.raises(MusicRNNError, match="at least 2"):
        full.copied(TRAINING[0][1], 1)
    assert pool([Copied(1, 4), Copied(2, 6)]).share == 0.3


pitches = st.lists(st.integers(60, 63), max_size=40)


@given(st.lists(pitches, max_size=4), pitches, st.integers(2, 12))
def test_hashing_equals_looking(training: list[list[int]], piece: list[int], notes: int) -> None:
    def runs(values: list[int]) -> list[tuple[int, ...]]:
        windows = [values[i : i + notes] for i in range(len(values) - notes + 1)]
        return [tuple(p - w[0] for p in w) for w in windows if len(set(w)) >= 3]

    known = {run for values in training for run in runs(values)}
    found = CopyIndex(
        [(str(i), line(*values)) for i, values in enumerate(training)], rhythm=False
    ).copied(line(*piece), notes)
    assert found == Copied(sum(run in known for run in runs(piece)), len(runs(piece)))


def test_the_melody_is_the_top_line_and_respects_held_notes() -> None:
    tune = [Note(i * 24, p, 24, 80) for i, p in enumerate((72, 74, 76, 77))]
    tune.append(Note(96, 79, 96, 80))  # held over the accompaniment
    below = [Note(i * 12, 48 + i % 3, 12, 80) for i in range(16)]
    notes = NoteArrays.of(make_score(24, [Track(tuple(below)), Track(tuple(tune))]))
    assert line_of(notes, "melody").pitch.tolist() == [72, 74, 76, 77, 79]
    texture = line_of(notes, "texture")
    assert texture.pitch.tolist()[:4] == [48, 72, 49, 50]
    assert texture.onset.tolist()[:4] == [0, 0, 6, 12]
    assert len(line_of(notes, "drums").pitch) == 0


def test_pop909_is_indexed_in_seconds_and_human_pieces_share_little(corpora: Path) -> None:
    lines = {
        piece.name: (piece.split, line_of(NoteArrays.of(piece.read()), "melody"))
        for piece in list(CORPORA["pop909"].pieces(corpora / "pop909"))[:100]
    }
    index = CopyIndex(
        [(name, found) for name, (split, found) in lines.items() if split == "train"],
        rhythm=False,
    )
    held_out = [found for split, found in lines.values() if split == "test"]
    eight = pool([index.copied(found, 8) for found in held_out]).share
    sixteen = pool([index.copied(found, 16) for found in held_out]).share
    assert 0.01 < eight < 0.2
    assert sixteen < 0.01
