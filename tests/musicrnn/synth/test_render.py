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
    score = one(note, program=row["program"], is_drum=row["is_drum"])
    sound = render(score, loudness=None).samples[0]
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
    sound = levels(render(score, loudness=None).samples[0])
    starts = [i for i in range(1, len(sound)) if sound[i] > sound[i - 1] + 20]
    assert starts == [20, 25]  # 2 s at 60, then half a second at 240


def test_pedal_holds_and_a_key_struck_again_ends_the_note():
    notes = (Note(0, 60, 100, 100), Note(50, 64, 100, 100), Note(600, 60, 100, 100))
    track = Track(notes, pedals=(Pedal(10, 950),))
    score = make_score(480, [track])
    ends = [round(stroke.end * 960) for stroke in played_notes(score, track)]
    assert ends == [600, 960, 960]
    dry = levels(render(one(*notes), loudness=None).samples[0])
    held = levels(render(score, loudness=None).samples[0])
    assert held[4] > dry[4] + 20


def test_the_pedal_holds_the_last_chord_to_its_end():
    track = Track((Note(0, 48, 480, 100),), pedals=(Pedal(100, 2300),))
    sound = render(make_score(480, [track]), loudness=None)
    assert sound.seconds == pytest.approx(2.5 + TAIL_SECONDS)
    assert levels(sound.samples[0])[24] > levels(sound.samples[0])[5] - 20


def test_hi_hat_is_choked():
    ringing = one(Note(0, 46, 960, 100), is_drum=True)
    choked = one(Note(0, 46, 960, 100), Note(240, 44, 10, 1), is_drum=True)
    first, second = (levels(render(s, loudness=None).samples[0]) for s in (choked, ringing))
    assert first[5] < second[5] - 20


def test_drum_tracks_ignore_their_program():
    kits = [render(one(Note(0, 38, 480, 100), is_drum=True, program=p)).samples for p in (0, 40)]
    assert (kits[0] == kits[1]).all()


def test_without_a_loudness_only_what_would_clip_is_turned_down():
    soft = render(one(Note(0, 60, 960, 20)), loudness=None).samples
    assert 0 < np.abs(soft).max() < 0.02
    loud = one(*(Note(0, pitch, 960, 127) for pitch in range(30, 90)))
    assert np.abs(render(loud, loudness=None).samples).max() == pytest.approx(PEAK, rel=1e-4)


def test_every_program_and_drum_sounds():
    for program in range(128):
        assert np.abs(render(one(program=program), rate=8_000, loudness=None).samples).max() > 1e-3
    for drum in range(35, 82):
        score = one(Note(0, drum, 480, 100), is_drum=True)
        assert np.abs(render(score, rate=8_000, loudness=None).samples).max() > 1e-4, drum


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


def test_too_many_notes_at_once_are_refused_and_tails_do_not_count(monkeypatch):
    monkeypatch.setattr("musicrnn.synth.render.MAX_NOTES_AT_ONCE", 19)
    held = tuple(Note(i, 20 + i, 9600, 127) for i in range(20))
    with pytest.raises(MusicRNNError, match=r"19 notes may sound together.* 20 do at 0\.0 s"):
        render(one(*held, program=19))
    assert render(one(*(Note(10 * i, 20 + i, 10, 127) for i in range(60))), rate=8000).seconds


def test_the_whole_in_stretches(monkeypatch):
    """Stretches of any length give the same sound, to the bit."""
    notes = [Note(200 * i, 40 + 7 * i % 40, 700, 90) for i in range(12)]
    score = make_score(480, [Track(tuple(notes)), Track((Note(100, 46, 50, 90),), is_drum=True)])
    whole = render(score, rate=22_050)
    monkeypatch.setattr("musicrnn.synth.render.STRETCH_FRAMES", 4096)
    monkeypatch.setattr("musicrnn.synth.render.MEMORY_BYTES", 100)  # a temporary file
    assert np.array_equal(render(score, rate=22_050).samples, whole.samples)


def test_what_is_too_long_for_memory_is_for_files(monkeypatch):
    monkeypatch.setattr("musicrnn.synth.render.MAX_FRAMES_AT_ONCE", 10_000)
    with pytest.raises(MusicRNNError, match=r"more than the 1 s .* 8000 Hz: save the piece"):
        render(one(), rate=8_000)


def test_no_room_for_sound_is_said(monkeypatch):
    def full(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.SpooledTemporaryFile.write", full)
    with pytest.raises(MusicRNNError, match=r"MB of sound do not fit into .* \(No space left"):
        render(one())
