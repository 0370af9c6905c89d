"""What is to be known of the files of a folder of words."""

from pathlib import Path

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.io.audio import write_audio
from musicrnn.sources.words import find_words, prepare_words, word_seconds
from musicrnn.training.task import TASKS
from musicrnn.training.words.data import WordsData
from musicrnn.waveform import Waveform


def test_what_is_to_be_known_of_a_file_is_said_and_kept(tmp_path: Path) -> None:
    """Two channels against one another: the louder way is heard, the first time and later."""
    time = np.arange(8000) / 16_000
    tone = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    for number, word in enumerate(("left", "right")):
        (tmp_path / "words" / word).mkdir(parents=True)
        for take in range(6):
            pair = np.stack([tone * (1 + 0.01 * (take + 6 * number)), -tone])
            write_audio(Waveform(pair, 16_000), tmp_path / "words" / word / f"{take}.wav")
    found = find_words(str(tmp_path / "words"))
    for _ in range(2):
        data = prepare_words(found, recipe=CausalLogMel(seconds=0.5))
        assert len(data.said) == 12
        assert all("left/0.wav" in line or "channel" in line for line in data.said)


RATE = 16_000


def tones(root: Path, *labels: str) -> Path:
    for number, label in enumerate(labels):
        (root / label).mkdir(parents=True)
        for take in range(6):
            pitch = 300 + 97 * number + 13 * take
            tone = 0.3 * np.sin(2 * np.pi * pitch * np.arange(8000) / RATE)
            write_audio(Waveform(tone[None].astype(np.float32), RATE), root / label / f"{take}.wav")
    return root


def prepared(root: Path, **options: Path) -> WordsData:
    return prepare_words(find_words(str(root)), recipe=CausalLogMel(seconds=0.5), **options)


def test_a_background_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    """As any other file: it is listed with its reason, which does not name it again."""
    words = tones(tmp_path / "words", "left", "right")
    noise, further = words / "_background_noise_", tmp_path / "rooms"
    random = np.random.default_rng(0)
    for folder in (noise, further):
        folder.mkdir()
        sound = 0.1 * random.standard_normal((1, 8 * RATE)).astype(np.float32)
        write_audio(Waveform(sound, RATE), folder / "rain.wav")
    (noise / "e.wav").write_bytes(b"")
    (further / "f.wav").write_bytes(b"RIFF nothing")
    (words / "left" / "g.wav").write_bytes(b"")
    data = prepared(words, backgrounds=further)
    left_out = {each.name: each.reason for each in data.refused}
    assert left_out.pop("_background_noise_/e.wav") == "it is empty: 0 bytes"
    assert left_out.pop("left/g.wav") == "it is empty: 0 bytes"
    assert left_out.pop("rooms/f.wav").startswith("it is not a readable audio file")
    assert left_out == {}
    assert len(data.recordings["train"]) == 2
    assert data.description["refused"] == 3


def test_labels_that_never_fire_are_no_words(tmp_path: Path) -> None:
    one = prepared(tones(tmp_path / "one", "left", "_unknown_"))
    assert one.labels == ("_unknown_", "left")
    assert one.title.startswith("1 word: left of 0.5 s")
    TASKS["words"].check(one)
    none = prepared(tones(tmp_path / "none", "_a_", "_b_"))
    assert none.title.startswith("0 words: none")
    with pytest.raises(MusicRNNError, match="one label at least that can be heard, got _a_, _b_"):
        TASKS["words"].check(none)
    find = find_words(str(tmp_path / "one"))
    with pytest.raises(MusicRNNError, match=r"not know 1 of the words.*it knows right$"):
        prepare_words(find, recipe=CausalLogMel(seconds=0.5), labels=("right", "_unknown_"))


def test_what_is_too_long_for_a_word_makes_words_no_longer(tmp_path: Path) -> None:
    """It is left out, so it says nothing of how long the others are."""
    words = tones(tmp_path, "left", "right")
    long = np.tile(np.float32([[0.1, -0.1]]), 61 * RATE // 2)
    for number in range(2):
        write_audio(Waveform(long * (1 + number), RATE), words / "left" / f"long{number}.wav")
    assert word_seconds(find_words(str(words))) == 1.0
