"""A score as sound: against FluidSynth, and what the module promises."""

import json
from pathlib import Path

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.note_events import played_notes
from musicrnn.score import Note, Pedal, Tempo, Track, make_score
from musicrnn.synth.render import PEAK, TAIL_SECONDS, render

GOLDEN = Path(__file__).parents[2] / "golden" / "fluidsynth.json"
LOUDER = 9.03  # dB: our fixed level against FluidSynth's gain of 0.5


def one(*notes, **how):
    return make_score(480, [Track(notes or (Note(0, 60, 960, 100),), **how)])


def levels(samples, window=4410):
    whole = samples[: len(samples) // window * window].reshape(-1, window)
    return 10 * np.log10((whole**2).mean(axis=1) + 1e-12)


def name(row):
    return f"{'drum' if row['is_drum'] else row['program']}-{row['pitch']}-{row['velocity']}"


@pytest.mark.parametrize("row", json.loads(GOLDEN.read_text("utf-8")), ids=name)
def test_a_note_sounds_as_fluidsynth_plays_it(row):
    note = Note(0, row["pitch"], 960, row["velocity"])
    sound = render(one(note, program=row["program"], is_drum=row["is_drum"])).samples[0]
    spectrum = np.abs(np.fft.rfft(sound[:44100] * np.hanning(44100), 2**18))
    spectrum[:120] = 0
    assert spectrum.argmax() * 44100 / 2**18 == pytest.approx(row["partial"], abs=1)
    expected = np.array(row["levels"])[:10]
    louder = (levels(sound)[:10] - expected)[expected > -75]
    assert np.abs(louder - LOUDER).max() < 1.5
    assert abs(louder.mean() - LOUDER) < 0.5


def test_length_is_the_scores_and_a_tail():
    for rate in (22_050, 44_100, 48_000):
        sound = render(one(), rate=rate)
        assert sound.rate == rate
        assert sound.samples.shape == (2, round((1 + TAIL_SECONDS) * rate))
        assert sound.samples[:, -1] == pytest.approx(0)


def test_the_same_samples_twice():
    score = one(Note(0, 60, 960, 100), Note(100, 64, 600, 80), Note(100, 67, 30, 1))
    assert (render(score).samples == render(score).samples).all()


def test_tempo_map_is_followed():
    notes = (Note(0, 60, 100, 100), Note(960, 60, 100, 100), Note(1920, 60, 100, 100))
    track = Track(notes, is_drum=True, program=9)
    score = make_score(480, [track], tempos=[Tempo.from_bpm(0, 60), Tempo.from_bpm(960, 240)])
    sound = levels(render(score).samples[0])
    starts = [i for i in range(1, len(sound)) if sound[i] > sound[i - 1] + 20]
    assert starts == [20, 25]  # 2 s at 60, then half a second at 240


def test_pedal_holds_and_a_key_struck_again_ends_the_note():
    notes = (Note(0, 60, 100, 100), Note(50, 64, 100, 100), Note(600, 60, 100, 100))
    track = Track(notes, pedals=(Pedal(10, 950),))
    score = make_score(480, [track])
    ends = [round(stroke.end * 960) for stroke in played_notes(score, track)]
    assert ends == [600, 960, 960]
    dry = levels(render(one(*notes)).samples[0])
    held = levels(render(score).samples[0])
    assert held[4] > dry[4] + 20


def test_hi_hat_is_choked():
    ringing = one(Note(0, 46, 960, 100), is_drum=True)
    choked = one(Note(0, 46, 960, 100), Note(240, 44, 10, 1), is_drum=True)
    assert levels(render(choked).samples[0])[5] < levels(render(ringing).samples[0])[5] - 20


def test_drum_tracks_ignore_their_program():
    kits = [render(one(Note(0, 38, 480, 100), is_drum=True, program=p)).samples for p in (0, 40)]
    assert (kits[0] == kits[1]).all()


def test_only_what_would_clip_is_turned_down():
    soft = render(one(Note(0, 60, 960, 20))).samples
    assert 0 < np.abs(soft).max() < 0.02
    loud = render(one(*(Note(0, pitch, 960, 127) for pitch in range(30, 90)))).samples
    assert np.abs(loud).max() == pytest.approx(PEAK, rel=1e-4)


def test_every_program_and_drum_sounds():
    for program in range(128):
        assert np.abs(render(one(program=program), rate=8_000).samples).max() > 1e-3
    for drum in range(35, 82):
        sound = render(one(Note(0, drum, 480, 100), is_drum=True), rate=8_000).samples
        assert np.abs(sound).max() > 1e-4, drum


@pytest.mark.parametrize(
    ("score", "options", "words"),
    [
        (make_score(480, [Track()]), {}, "no notes"),
        (one(), {"rate": 100}, "8000..192000 Hz, got 100"),
        (one(Note(2**30, 60, 1, 1)), {}, "stray late note"),
        (one(Note(0, 60, 2**30, 1)), {}, "stray late note"),
        (one(), {"soundfont": "no such.sf2"}, "no such.sf2"),
    ],
)
def test_what_cannot_be_rendered(score, options, words):
    with pytest.raises(MusicRNNError, match=words):
        render(score, **options)


def test_too_many_long_notes_are_refused(monkeypatch):
    monkeypatch.setattr("musicrnn.synth.render.MAX_VOICE_FRAMES", 100 * 44_100)
    track = Track(tuple(Note(i, 20 + i, 9600, 127) for i in range(20)), program=19)
    with pytest.raises(MusicRNNError, match="20 notes of this score last longer"):
        render(make_score(480, [track]))
