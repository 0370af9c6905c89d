"""Pieces decoded while their ids come: exactly the notes of the whole, in order, as soon as can
be."""

from math import inf

import numpy as np
import pytest

from musicrnn.io.midi import read_midi
from musicrnn.note_events import event_batch
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import compose
from musicrnn.score import Tempo, Track, make_score
from musicrnn.tokens import (
    AbcTokenizer,
    BeatTokenizer,
    Controls,
    PerformanceTokenizer,
    tokenizer_from,
)
from musicrnn.tokens.beat.reader import BeatDecoder, BeatReader
from musicrnn.tokens.incremental import decode_incrementally

DECODED = {
    "one": BeatTokenizer(),
    "several": BeatTokenizer((0, 25, 128), 4),
    "drums": BeatTokenizer((128,)),
    "played": PerformanceTokenizer(),
    "hits": PerformanceTokenizer(max_shift=7, drums=True),
}
LIKELY = ("pitch_6", "drum_4", "velocity", "duration", "note_on_6", "note_off_6", "position", "bar")


def plain(events):
    """Keys without the numbers of their parts, which a score counts in its own way."""
    return sorted(
        (k.seconds, k.velocity, k.instrument.program, k.instrument.is_drum, k.pitch) for k in events
    )


def check(tokenizer, ids):
    """The batches of a piece, after every law that holds for them has been checked."""
    batches = list(decode_incrementally(iter(ids), tokenizer))
    events = [event for batch in batches for event in batch.events]
    assert plain(events) == plain(event_batch(tokenizer.decode(ids)).events)
    assert [event.seconds for event in events] == sorted(event.seconds for event in events)
    before = 0.0
    for batch in batches:
        assert all(before <= event.seconds < batch.until for event in batch.events)
        before = batch.until
    assert before == inf
    return batches


@pytest.mark.parametrize("tokenizer", DECODED.values(), ids=DECODED)
def test_any_ids_give_the_events_of_decode(tokenizer):
    random = np.random.default_rng(0)
    names = tokenizer.vocabulary
    weights = np.array([4.0 if name.startswith(LIKELY) else 1.0 for name in names])
    weights[names.index("bar") if "bar" in names else 0] = 8
    weights[1] = 0.0 if tokenizer.name == "beat" else 0.05
    for _ in range(150):
        length = random.integers(1, 400)
        check(tokenizer, random.choice(len(names), length, p=weights / weights.sum()).tolist())


@pytest.mark.parametrize("style", ["pop", "drums", "folk"])
def test_composed_pieces(style):
    checkpoint = load_model(style)
    settings = STYLES[style].settings
    for piece in compose(checkpoint, [1, 2, 3], controls=Controls(bars=8), settings=settings):
        batches = check(tokenizer_from(checkpoint.entry("tokenizer")), list(piece.ids))
        assert (
            len(batches) == 1 if style == "folk" else len(batches) > 10
        )  # repeats are known at the end


def test_pieces_of_the_corpora(corpora):
    """Songs for piano and games as they are played, drummers in both kinds of tokens."""
    songs = sorted((corpora / "pop909").rglob("*.mid"))[:2]
    games = sorted((corpora / "vgmidi").rglob("*.mid"))[3:5]
    grooves = sorted((corpora / "groove").rglob("*.mid"))[:8]
    for paths, names in ((songs + games, ("one", "played")), (grooves, ("drums", "hits"))):
        for path in paths:
            for name in names:
                ids = DECODED[name].encode(read_midi(path)).tolist()
                assert len(check(DECODED[name], ids)) > 10


def test_an_event_is_emitted_when_time_moves_on():
    tokenizer = BeatTokenizer()
    words = "start key_C:maj density_3 bar time_4/4 position_0 tempo_120 pitch_60 velocity_8 "
    words += "duration_12 position_12 pitch_62 velocity_8 duration_6 position_18 end"
    ids = [tokenizer.vocabulary.index(word) for word in words.split()]
    given = iter(ids)
    batches = decode_incrementally(given, tokenizer)
    first = next(batches)
    assert [(event.seconds, event.pitch, event.velocity > 0) for event in first.events] == [
        (0.0, 60, True)
    ]
    assert first.until == 0.5
    assert len(list(given)) == 5  # it has read the position that ends the first, and no more


def test_a_long_note_that_is_struck_again_lasts_as_long_as_tokens_say():
    tokenizer = BeatTokenizer()
    words = "start bar position_0 pitch_60 velocity_8 duration_192 bar bar position_4 pitch_60 "
    words += "velocity_8 duration_12 bar bar end"
    ids = [tokenizer.vocabulary.index(word) for word in words.split()]
    events = [event for batch in check(tokenizer, ids) for event in batch.events]
    assert [round(event.seconds * 24) for event in events] == [0, 96, 100, 112]


@pytest.mark.parametrize("name", ["one", "played"])
def test_memory_and_time_of_a_long_piece_are_those_of_what_sounds(name, corpora):
    tokenizer = DECODED[name]
    one = read_midi(sorted((corpora / "vgmidi").rglob("*.mid"))[3])
    ids = tokenizer.encode(one).tolist()[1:-1]
    decoder = tokenizer.incremental_decoder()
    most = notes = 0
    for token in [0, *(ids * (60_000 // len(ids)))]:
        decoder.read(token)
        notes += sum(event.velocity > 0 for event in decoder.active.emit())
        lists = [vars(part) for part in (decoder, decoder.reader, decoder.active)]
        most = max(most, *(len(v) for d in lists for v in d.values() if isinstance(v, list | dict)))
    assert notes > 10_000
    assert most < 200


def test_tempos(corpora):
    """One that is asked for, or a primer's own, for the first that the tokens say; and changes."""
    tokenizer = BeatTokenizer()
    notes = read_midi(sorted((corpora / "vgmidi").rglob("*.mid"))[3]).tracks[0].notes
    slower = [Tempo.from_bpm(0, 97), Tempo.from_bpm(3000, 60), Tempo.from_bpm(4800, 151)]
    ids = tokenizer.encode(make_score(480, [Track(notes)], tempos=slower)).tolist()
    check(tokenizer, ids)
    score = tokenizer.decode(ids)
    assert len(score.tempos) == 3
    wished = Tempo.from_bpm(0, 93.7)
    events = [
        event
        for batch in decode_incrementally(ids, tokenizer, tempo=wished)
        for event in batch.events
    ]
    heard = make_score(12, score.tracks, tempos=[wished, *score.tempos[1:]])
    assert plain(events) == plain(event_batch(heard).events)


def test_tempo_of_a_tune():
    tokenizer = AbcTokenizer()
    ids = tokenizer.encode_text("L:1/8\nM:4/4\nK:C\nCDEF GABc|").tolist()
    fast = Tempo.from_bpm(0, 240)
    (batch,) = decode_incrementally(ids, tokenizer, tempo=fast)
    assert [event.seconds for event in batch.events][-1] == pytest.approx(1.0)


def test_what_is_out_of_place_is_passed_over():
    tokenizer = DECODED["one"]
    reader = BeatReader(tokenizer)
    words = "position_5 bar position_9 pitch_60 position_3 velocity_8 duration_1 position_10 "
    words += "velocity_8 duration_1"
    for word in words.split():
        reader.read(tokenizer.vocabulary.index(word))
    assert (reader.tick, reader.notes) == (10, [[9, 0, 60, 1, reader.velocities[8]]])
    assert BeatDecoder(reader).active.watermark == 0
