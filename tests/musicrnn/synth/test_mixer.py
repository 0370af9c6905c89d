"""Sound made forwards, while the piece is being made: the same bits as the whole."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import read_midi
from musicrnn.note_events import EventBatch, event_batch
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import compose
from musicrnn.score import Note, Track, make_score
from musicrnn.synth import mix as mixing
from musicrnn.synth import render as rendering
from musicrnn.synth.mixer import Mixer
from musicrnn.synth.render import render
from musicrnn.tokens import BeatTokenizer, Controls, tokenizer_from
from musicrnn.tokens.incremental import decode_incrementally


@pytest.fixture(autouse=True)
def as_loud_as_it_is(monkeypatch):
    monkeypatch.setattr(rendering, "PEAK", 100.0)


def mixed(batches, frames=1024, **how):
    mixer = Mixer(**how)
    sound = np.concatenate(list(mixer.blocks(batches, frames)), axis=1)
    assert mixer.over
    assert mixer.mix(10).shape == (2, 0)
    return sound


@pytest.mark.parametrize("style", ["pop", "drums"])
@pytest.mark.parametrize("frames", [1000, 1024, 50_000])
def test_a_piece_in_the_making_sounds_as_the_whole(style, frames):
    checkpoint = load_model(style)
    controls, settings = Controls(bars=6), STYLES[style].settings
    (piece,) = compose(checkpoint, [4], controls=controls, settings=settings)
    batches = decode_incrementally(piece.ids, tokenizer_from(checkpoint.entry("tokenizer")))
    assert np.array_equal(mixed(batches, frames), render(piece.score, loudness=None).samples)


def test_drummers_of_the_corpus(corpora):
    """Open hi-hats are ended by the closed ones, and rates are those of the device."""
    tokenizer = BeatTokenizer((128,))
    for path in sorted((corpora / "groove").rglob("*.mid")):
        ids = tokenizer.encode(read_midi(path))
        score = tokenizer.decode(ids)
        if score.seconds < 30 and {42, 46} <= {note.pitch for note in score.tracks[0].notes}:
            break
    else:
        pytest.fail("no groove has an open and a closed hi-hat")
    sound = mixed(decode_incrementally(ids.tolist(), tokenizer), rate=22_050)
    assert np.array_equal(sound, render(score, rate=22_050, loudness=None).samples)


def test_parts_that_share_a_program_and_a_key():
    tracks = [
        Track((Note(0, 60, 960, 100), Note(960, 62, 100, 70))),
        Track((Note(240, 60, 240, 60), Note(700, 60, 400, 90)), program=19),
        Track((Note(300, 60, 1200, 50),)),
    ]
    score = make_score(480, tracks)
    assert np.array_equal(mixed([event_batch(score)]), render(score, loudness=None).samples)


def test_only_what_is_certain_comes_out():
    score = make_score(480, [Track((Note(0, 60, 4800, 100), Note(960, 64, 480, 100)))])
    keys = event_batch(score).events
    mixer = Mixer()
    assert mixer.mix(1000).shape == (2, 0)
    mixer.push(EventBatch(keys[:1], 0.5))
    first = mixer.mix(100_000)
    assert 0.49 * 44_100 < first.shape[1] <= 0.5 * 44_100
    mixer.push(EventBatch(keys[1:3], 3.0))
    mixer.push(EventBatch(keys[3:], np.inf))
    rest = mixer.mix(10**9)
    assert np.array_equal(np.concatenate([first, rest], 1), render(score, loudness=None).samples)


def test_silence_may_be_the_end():
    """What may have to be faded out waits until it is known whether a note follows."""
    score = make_score(480, [Track((Note(0, 60, 480, 100), Note(4800, 64, 480, 100)))])
    keys = event_batch(score).events
    for last in (2, 4):
        mixer = Mixer()
        mixer.push(EventBatch(keys[:2], 4.0))
        first = mixer.mix(10**9)
        assert first.shape[1] <= 1.5 * 44_100
        mixer.push(EventBatch(keys[2:last], np.inf))
        sound = np.concatenate([first, mixer.mix(10**9)], 1)
        whole = make_score(480, [Track(score.tracks[0].notes[: last // 2])])
        assert np.array_equal(sound, render(whole, loudness=None).samples)


def test_tones_are_forgotten_and_made_again_alike(monkeypatch):
    """Half of the notes go on while others come: their blocks are forgotten while they sound."""
    notes = [Note(240 * i, 40 + 7 * i % 40, 480 + i % 2 * 2400, 90) for i in range(40)]
    track = Track(tuple(notes), program=48)
    score = make_score(480, [track])
    whole = render(score, loudness=None).samples
    monkeypatch.setattr(mixing, "BLOCKS_KEPT", 20)
    mixer = Mixer()
    most, sound = 0, []
    for block in mixer.blocks([event_batch(score)], 4096):
        sound.append(block)
        most = max(most, sum(tone.blocks for tone in mixer._mix._tones.values()))
    assert most == 20
    assert np.array_equal(np.concatenate(sound, 1), whole)


def test_what_cannot_be_mixed():
    with pytest.raises(MusicRNNError, match=r"8000..192000 Hz, got 100"):
        Mixer(rate=100)
    with pytest.raises(MusicRNNError, match=r"no such\.sf2"):
        Mixer(soundfont="no such.sf2")
