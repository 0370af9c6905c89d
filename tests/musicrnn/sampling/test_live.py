"""Pieces streamed while they are sampled: the same as those that compose samples."""

import itertools
from dataclasses import replace

import pytest

from musicrnn.accompaniment import with_accompaniment
from musicrnn.note_events import event_batch
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import Request, begun_at, compose
from musicrnn.sampling.composer import TokenComposer, WholePiece
from musicrnn.sampling.live import LivePiece
from musicrnn.score import Note, Tempo, Track, make_score
from musicrnn.tokens import Controls

TUNE = tuple(Note(480 * i, 60 + i % 5, 480, 80) for i in range(8))


def plain(keys):
    return sorted(
        (k.seconds, k.velocity, k.instrument.program, k.instrument.is_drum, k.pitch) for k in keys
    )


@pytest.mark.parametrize(
    ("style", "controls", "primer"),
    [
        ("pop", Controls(bars=4), None),
        ("pop", Controls(bars=4, tempo=97.3, key=(2, False)), None),
        ("drums", Controls(seconds=6), None),
        ("folk", Controls(bars=8, tempo=131), None),
        ("chorale", Controls(bars=4), None),
        (
            "pop",
            Controls(bars=2),
            make_score(480, [Track(TUNE)], tempos=[Tempo.from_bpm(0, 101.7)]),
        ),
    ],
)
def test_it_is_the_piece_of_its_seed(style, controls, primer):
    checkpoint = load_model(style)
    settings = STYLES[style].settings
    (want,) = compose(checkpoint, [5], controls=controls, settings=settings, primer=primer)
    composer = TokenComposer(checkpoint)
    piece = composer.live(5, Request(controls, settings, primer))
    batch = list(piece.events())
    made = piece.finished()
    assert want.attempts == 1 or isinstance(piece, WholePiece)
    assert list(made.ids) == list(want.ids)
    assert replace(made, ids=(), sampling_seconds=0) == replace(want, ids=(), sampling_seconds=0)
    heard = with_accompaniment(want.score) if want.text else want.score
    if isinstance(piece, LivePiece) and primer is not None:  # heard as the model hears it
        heard = begun_at(piece.tokenizer.decode(want.ids), piece.tempo)
    assert plain(key for batches in batch for key in batches.events) == plain(
        event_batch(heard).events
    )


def test_ids_are_drawn_when_they_are_asked_for_and_the_rest_at_the_end():
    checkpoint = load_model("pop")
    how = {"controls": Controls(bars=6), "settings": STYLES["pop"].settings}
    piece = LivePiece(checkpoint, 2, **how)
    assert list(piece.ids) == [0]
    batches = list(itertools.islice(piece.events(), 4))
    assert any(batch.events for batch in batches)
    early = len(piece.ids)
    made = piece.finished()
    assert early < len(made.ids) / 3
    assert list(made.ids) == list(compose(checkpoint, [2], **how)[0].ids)
