"""Folders of generated sounds: all that is in them counts, however bad."""

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import write_audio
from musicrnn.pretrained import load_model
from musicrnn.tokens.sound import CodecTokenizer
from musicrnn.waveform import Waveform
from musicrnn_datasets.generated_sounds import Judge, evaluate_sounds

LABELS = ("one", "two")


@pytest.fixture(scope="module")
def judge():
    return Judge(load_model("commands-micro"))


def write(folder, count, first=0, silent=False):
    for number, label in enumerate(LABELS):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for take in range(first, first + count):
            random = np.random.default_rng([number, take])
            at = np.arange(16_000) / 16_000
            tone = np.sin(2 * np.pi * 200 * (number + 1) * at) * np.hanning(16_000)
            sound = 0.3 * tone + 0.01 * random.standard_normal(16_000)
            sound = np.zeros(16_000) if silent else sound
            write_audio(
                Waveform(sound[None].astype(np.float32), 16_000), folder / label / f"{take}.wav"
            )
    return folder


@pytest.fixture
def people(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return str(write(tmp_path / "people", 8))


def test_silent_broken_and_repeated_sounds_count(people, judge, tmp_path):
    made = write(tmp_path / "made", 2, first=20)
    good, _ = evaluate_sounds(made, people, judge, CodecTokenizer())
    write(made, 3, first=30, silent=True)
    (made / "one" / "broken.wav").write_bytes(b"RIFF nothing")
    (made / "two" / "again.wav").write_bytes((made / "two" / "20.wav").read_bytes())
    found, refused = evaluate_sounds(made, people, judge, CodecTokenizer())
    assert (good.n, found.n) == (4, 12)
    assert found.recognised <= good.n / found.n + 1 / 12
    told = {skipped.name: skipped.reason for skipped in refused}
    assert told["one/30.wav"] == "it counts as silence: it is silent"
    assert told["one/broken.wav"].startswith("it counts as silence: ")


def test_few_sounds_have_no_distances(people, judge, tmp_path):
    (tmp_path / "made" / "one").mkdir(parents=True)
    (tmp_path / "made" / "one" / "a.wav").write_bytes(
        (tmp_path / "people" / "one" / "1.wav").read_bytes()
    )
    found, _ = evaluate_sounds(tmp_path / "made", people, judge, CodecTokenizer())
    assert (found.n, found.spread, found.frechet) == (1, None, None)
    assert "Frechet distance of 1" in found.as_text()


def test_what_does_not_fit_is_said(people, judge, tmp_path):
    made = write(tmp_path / "made", 1)
    with pytest.raises(MusicRNNError, match="compared with sounds held out, got split train"):
        evaluate_sounds(made, people, judge, CodecTokenizer(), split="train")
    (made / "one").rename(made / "seventeen")
    with pytest.raises(MusicRNNError, match="knows no seventeen: generated sounds lie in a folder"):
        evaluate_sounds(made, people, judge, CodecTokenizer())
    with pytest.raises(MusicRNNError, match="a judge of sounds must hear words"):
        Judge(load_model("genre"))
