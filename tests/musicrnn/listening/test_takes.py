"""Takes of one word: what is cut out, what is refused and why, and the names of the files."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import read_audio
from musicrnn.listening.takes import cut_take, next_take, record, word_place
from musicrnn.waveform import Waveform

RATE = 16_000
SECONDS = 2.0


def said(*words: tuple[float, float], level: float = 0.3, room: float = 1e-3) -> Waveform:
    """Tones with soft ends (begin, seconds) in a room of white noise, 2 s."""
    sound = np.random.default_rng(0).normal(0, room, round(SECONDS * RATE))
    time = np.arange(len(sound)) / RATE
    for begin, seconds in words:
        shape = np.clip(np.minimum(time - begin, begin + seconds - time) / 0.02, 0, 1)
        sound += level * shape * np.sin(2 * np.pi * 220 * time)
    return Waveform(np.clip(sound, -1, 1).astype(np.float32)[None], RATE)


def energy(waveform: Waveform) -> float:
    return float(np.square(waveform.samples, dtype=np.float64).sum())


@pytest.mark.parametrize(("begin", "long"), [(0.1, 0.3), (0.7, 0.6), (1.3, 0.6), (0.5, 0.95)])
def test_the_word_is_in_the_middle(begin: float, long: float) -> None:
    recording = said((begin, long))
    first, last = word_place(recording)
    assert abs(first - begin) < 0.03
    assert abs(last - begin - long) < 0.03
    take = cut_take(recording)
    assert take.samples.shape == (1, RATE)
    loud = np.flatnonzero(np.abs(take.samples[0]) > 0.1)
    assert abs((loud[0] + loud[-1]) / 2 / RATE - 0.5) < 0.02
    assert energy(take) > 0.999 * energy(recording) - 0.1


def test_where_the_recording_ends_zeros_go_on() -> None:
    recording = said((0.1, 0.2))
    samples = cut_take(recording).samples[0]
    beyond = np.flatnonzero(samples)[0]
    assert abs(beyond / RATE - 0.3) < 0.02
    assert np.array_equal(samples[beyond:], recording.samples[0, : len(samples) - beyond])
    assert cut_take(recording, 0.25).samples.shape == (1, RATE // 4)


def test_any_rate_offset_and_channels() -> None:
    recording = said((0.6, 0.4))
    expected = word_place(recording)
    stereo = Waveform(
        np.concatenate([recording.samples, recording.samples]) + np.float32(0.1), RATE
    )
    assert word_place(stereo) == expected
    other = recording.resampled(44_100)
    assert np.allclose(word_place(other), expected, atol=0.015)
    assert cut_take(other, 0.5).samples.shape == (1, 22_050)


def test_pauses_within_a_word_and_clicks_beside_it() -> None:
    first, last = word_place(said((0.5, 0.1), (0.8, 0.3)))
    assert abs(first - 0.5) < 0.03
    assert abs(last - 1.1) < 0.03
    clicks = said((0.8, 0.4))
    clicks.samples[0, 1000:1100] = clicks.samples[0, 30_000:30_200:2] = 0.9
    assert np.allclose(word_place(clicks), (0.8, 1.2), atol=0.03)


REFUSED = {
    "the microphone is off or muted": said(room=0.0),
    "no word was heard: the loudest moment has -": said(),
    "no word was heard": said((0.5, 0.5), level=0.003),
    "no word was heard: .*the room -1": said((0.5, 0.5), room=0.2),
    "only a click": said((0.5, 0.03)),
    "two sounds were heard, the second with 9[0-9]%": said((0.2, 0.4), (1.2, 0.42)),
    "cut off at the start": said((-0.3, 0.6)),
    "cut off at the end": said((1.6, 0.6)),
    "it is clipped: [0-9.]+% of the samples": said((0.5, 0.5), level=1.5),
    r"the word lasts 1\.2\d s, a take has 1": said((0.3, 1.22)),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_has_to_be_said_again(reason: str) -> None:
    with pytest.raises(MusicRNNError, match=reason):
        cut_take(REFUSED[reason])


def test_a_single_sample_at_full_scale_is_no_clipping() -> None:
    recording = said((0.5, 0.5))
    recording.samples[0, 12_000] = 1.0
    cut_take(recording)


@pytest.mark.parametrize("room", [0.0, 3e-4, 1e-3])
def test_real_words_in_silence(corpora: Path, room: float) -> None:
    """Every 40th clip of a test split, somewhere in 2.5 s: the take has all of the word."""
    folder = corpora / "arabic-speech-commands"
    if not folder.is_dir():
        pytest.skip("needs arabic-speech-commands")
    with (folder / "test.csv").open(newline="") as file:
        names = [row["file"] for row in csv.DictReader(file)][::40]
    random = np.random.default_rng(0)
    shares: list[float] = []
    for name in names:
        clip = read_audio(folder / name).mono()
        whole = random.normal(0, room, round(2.5 * clip.rate)).astype(np.float32)
        length = clip.samples.shape[1]
        begin = int(random.integers(clip.rate // 5, len(whole) - length - clip.rate // 5))
        whole[begin : begin + length] += clip.samples[0]
        recording = Waveform(whole[None], clip.rate)
        try:
            take = cut_take(recording)
        except MusicRNNError:
            continue
        assert take.samples.shape == (1, clip.rate)
        shares.append(energy(take) / energy(recording))
    assert len(shares) >= 0.95 * len(names)
    assert np.median(shares) > 0.999
    assert min(shares) > 0.97


def test_a_recording_is_of_the_first_blocks() -> None:
    def blocks() -> Iterator[NDArray[np.float32]]:
        for number in range(10):
            yield np.full(100, number, np.float32)

    source = blocks()
    taken = record(source, 1000, seconds=0.25)
    assert taken.rate == 1000
    assert taken.samples[0].tolist() == [0.0] * 100 + [1.0] * 100 + [2.0] * 50
    assert next(source)[0] == 3
    with pytest.raises(MusicRNNError, match=r"stopped after 0\.60 of 1 s"):
        record(source, 1000, seconds=1.0)


def test_names_go_on_counting(tmp_path: Path) -> None:
    assert next_take(tmp_path, "yes", "anna") == tmp_path / "yes" / "anna_001.wav"
    (tmp_path / "yes").mkdir()
    for name in ("anna_003.wav", "Anna_0007.flac", "annabel_050.wav", "anna_x.wav", "anna_9.wav~"):
        (tmp_path / "yes" / name).touch()
    assert next_take(tmp_path, "yes", "anna").name == "anna_008.wav"
    assert next_take(tmp_path, "no", "anna").name == "anna_001.wav"
    assert next_take(tmp_path, "turn on", "анна-2").name == "анна-2_001.wav"


@pytest.mark.parametrize("word", ["", "a/b", "..", ".yes", "yes ", "a\\b", "what?"])
def test_words_that_are_no_folder(tmp_path: Path, word: str) -> None:
    with pytest.raises(MusicRNNError, match="must be able to name a folder"):
        next_take(tmp_path, word, "anna")


@pytest.mark.parametrize("speaker", ["", "a b", "a_b", "../a", "12", "a.b", "-a"])
def test_speakers_that_are_no_name(tmp_path: Path, speaker: str) -> None:
    with pytest.raises(MusicRNNError, match="letters, digits and hyphens"):
        next_take(tmp_path, "yes", speaker)
