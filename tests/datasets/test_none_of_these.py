"""Recordings that have none of the labels: made, kept, and learnt from."""

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from musicrnn.augmentation.no_music import KINDS
from musicrnn.checkpoint import Checkpoint
from musicrnn.features.logmel import LogMel
from musicrnn.fillers import NONE, is_filler
from musicrnn.io.audio import write_audio
from musicrnn.io.midi import write_midi
from musicrnn.sources import none_of_these
from musicrnn.sources.corpus import SOUND_RATE, OtherSound
from musicrnn.sources.none_of_these import NoneOfThese, spoken_part, widened
from musicrnn.sources.other_sounds import SoundsAtHand
from musicrnn.sources.readers import read_data
from musicrnn.training.data import DataRequest
from musicrnn.training.task import TASKS
from musicrnn.waveform import Waveform
from musicrnn_cli.main import main
from tests.musicrnn.four_voices import random_score

CLASSIFY = TASKS["classify"]


def run(*words):
    return CliRunner().invoke(main, [*map(str, words)])


@pytest.fixture(autouse=True)
def few(monkeypatch, tmp_path):
    """Few of each kind, kept in a folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(none_of_these, "COUNTS", {"train": (4, 2), "valid": (3, 1), "test": (3, 1)})


def songs(folder, labels=("high", "low"), count=8, seconds=4):
    """Melodies of two registers."""
    random, rate = np.random.default_rng(0), 22_050
    for label in labels:
        (folder / label).mkdir(parents=True)
        for number in range(count):
            steps = random.integers(0, 12, seconds * 4).repeat(rate // 4)
            pitch = (880 if label == "high" else 220) * 2 ** (steps / 12)
            sound = 0.4 * np.sin(2 * np.pi * np.cumsum(pitch) / rate)
            path = folder / label / f"{number}.wav"
            write_audio(Waveform(np.float32(sound)[None], rate), path)
    return folder


def test_every_kind_is_made_once_and_kept(tmp_path):
    found = NoneOfThese(LogMel(), SoundsAtHand([])).read("train")
    kinds = {name.split()[0] for name, _ in found}
    assert kinds == set(KINDS)
    for _, (window,) in found:
        assert window.dtype == np.uint8
        assert 10 < len(window) <= 388
    again = NoneOfThese(LogMel(), SoundsAtHand([])).read("train")
    assert all(np.array_equal(a, b) for (_, (a,)), (_, (b,)) in zip(found, again, strict=True))
    other = NoneOfThese(LogMel(), SoundsAtHand([])).read("valid")
    assert len(other) < len(found)


def test_speech_is_of_the_languages_of_the_split(corpora, monkeypatch):
    heard = []
    at_hand = SoundsAtHand.find(corpora)
    monkeypatch.setattr(
        none_of_these,
        "spoken_part",
        lambda random, samples, seconds: heard.append(samples) or spoken_part(random, samples, 3.0),
    )
    for split in ("train", "test"):
        heard.clear()
        found = NoneOfThese(LogMel(), at_hand).read(split)
        assert [name for name, _ in found][:1] == ["speech 0"]
        of_split = [sound.samples for sound in at_hand.read(split) if sound.kind != "music"]
        assert all(any(np.array_equal(h, s) for s in of_split) for h in heard[:2])


def test_speech_goes_on_above_what_its_codec_left():
    """Else a model learns that speech has nothing above 8 kHz."""
    random = np.random.default_rng(0)
    voice = Waveform(np.float32(random.normal(0, 0.1, (1, SOUND_RATE))), SOUND_RATE)
    above = []
    for seed in range(20):
        sound = widened(np.random.default_rng(seed), voice, 22_050).samples[0]
        power = np.abs(np.fft.rfft(sound)) ** 2
        above.append(power[8600:].mean() / power[4000:7000].mean())
    assert sum(share > 1e-3 for share in above) >= 12
    assert sum(share < 1e-3 for share in above) >= 1


def test_parts_of_speech_are_of_the_length_asked_for():
    sound = OtherSound("en", "words", np.int16(3000 * np.sin(np.arange(SOUND_RATE * 60) / 7)))
    for seed in range(10):
        part = spoken_part(np.random.default_rng(seed), sound.samples, 5.0)
        assert part.rate == SOUND_RATE
        assert part.seconds == pytest.approx(5.0, abs=0.01)


def request(folder, **more):
    return DataRequest((str(folder),), none_of_these=True, **more)


def test_a_folder_learns_none_of_these_where_it_is_asked_for(tmp_path):
    folder = songs(tmp_path / "songs")
    data = read_data(CLASSIFY, request(folder))
    assert data.labels == ("high", "low", NONE)
    none, others = data.labels.index(NONE), data.others("train")
    assert len(others) == 2 * (len(KINDS) + 3 + 5)  # practice and voices more often
    assert {each.label for each in others} == {none}
    assert none not in {each.label for each in data.examples["train"]}
    assert data.title == "2 labels: high, low, or none of these"
    assert any("none of these is learnt from" in sentence for sentence in data.said)
    assert not any(name.startswith("tones") for names in data.names.values() for name in names)
    plain = read_data(CLASSIFY, replace(request(folder), none_of_these=None))
    assert plain.labels == ("high", "low")


def test_a_folder_may_have_its_own_none(tmp_path):
    folder = songs(songs(tmp_path / "songs"), labels=(NONE,), count=4)
    data = read_data(CLASSIFY, DataRequest((str(folder),)))
    assert data.labels == ("high", "low", NONE)
    assert data.title == "2 labels: high, low, or none of these"


def test_what_is_none_of_these_is_not_likely(tmp_path):
    folder, model = songs(tmp_path / "songs"), tmp_path / "m.safetensors"
    line = ("train", "classify", folder, "-o", model, "--none-of-these", "--set", "updates=60")
    assert run(*line).exit_code == 0
    labeller = CLASSIFY.labeller(Checkpoint.load(model))
    song = labeller.classify_file(next((folder / "high").iterdir()))
    assert set(song.probabilities) == {"high", "low"}
    assert song.none is not None
    assert sum(song.probabilities.values()) + song.none == pytest.approx(1.0)
    strange = Waveform(KINDS["calls"](np.random.default_rng(9), 10.0, 22_050)[None] * 0.05, 22_050)
    write_audio(strange, tmp_path / "a.wav", overload="clip")
    answer = labeller.classify_file(tmp_path / "a.wav")
    assert not answer.likely
    assert (answer.none or 0) > 0.5
    assert answer.timeline[0].label is None
    assert "none of these" in (answer.timeline[0].reason or "")
    assert "none of these" in run("classify", tmp_path / "a.wav", "--model", model).output
    told = run("evaluate", model, folder).output
    assert "stay likely" in told
    assert not any(is_filler(word) for word in told.split())


def test_what_cannot_be_learnt_is_refused(tmp_path):
    """None of whose recordings can be used, scores, and none of which is drawn."""
    folder, model = songs(tmp_path / "songs"), tmp_path / "m.safetensors"
    (folder / NONE).mkdir()
    for number in range(4):
        silent = Waveform(np.zeros((1, 44_100 + number), np.float32), 22_050)
        write_audio(silent, folder / NONE / f"{number}.wav")
    told = run("train", "classify", folder, "-o", model)
    assert told.exit_code == 1
    assert f"no recording is left to learn {NONE} from" in told.output
    data = songs(tmp_path / "others")
    told = run("train", "classify", data, "-o", model, "--none-of-these", "--set", "none=0")
    assert told.exit_code == 1
    assert "none=0 leaves out of every epoch what is none of these" in told.output
    for label in ("a", "b"):
        folder = tmp_path / "scores" / label
        folder.mkdir(parents=True)
        for number in range(4):
            write_midi(random_score(ord(label) + 9 * number, bars=2), folder / f"{number}.mid")
    told = run("train", "classify", tmp_path / "scores", "-o", model, "--none-of-these")
    assert told.exit_code == 1
    assert "can be learnt beside sound alone" in told.output
    assert not model.exists()
