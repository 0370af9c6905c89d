"""A stream of words: any pieces give the clip's answer, and what a listener refuses."""

import gc
import tracemalloc
import wave

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.io.audio import write_audio
from musicrnn.io.blocks import file_blocks
from musicrnn.listening.word_labeller import WordLabeller
from musicrnn.listening.word_stream import WordStream
from musicrnn.networks.words import WordsModel
from musicrnn.networks.words_config import WordsConfig
from musicrnn.training.task import task_of
from musicrnn.waveform import Waveform

RECIPE = CausalLogMel()


def labeller() -> WordLabeller:
    made = checkpoint()
    return task_of(made).labeller(made)


def checkpoint(**changes) -> Checkpoint:
    torch.manual_seed(1)
    model = WordsModel(WordsConfig(labels=3, hidden=12, channels=4, last=6, **changes))
    frames = torch.from_numpy(RECIPE.frames(sounds(4)))
    model.observe([frames])
    metadata = {
        "task": "words",
        "model": model.configuration(),
        "features": RECIPE.configuration(),
        "labels": ["yes", "no", "_silence_"],
        "temperature": 0.7,
        "detector": {"threshold": 0.3, "smoothing": 0.1, "refractory": 0.2},
    }
    return Checkpoint(model.arrays(), metadata)


def sounds(rows: int) -> np.ndarray:
    random = np.random.default_rng(0)
    loud = np.repeat(random.uniform(0, 0.2, (rows, 50)), 320, axis=1)
    return (loud * random.standard_normal((rows, 16_000))).clip(-1, 1).astype(np.float32)


@pytest.mark.parametrize("pieces", [1, 100, 256, 1000, 16_000])
def test_any_pieces_give_the_answer_to_the_clip(pieces):
    made = checkpoint()
    stream = WordStream.from_checkpoint(made)
    model = WordsModel.from_arrays(made.metadata["model"], made.arrays)
    sound = sounds(1)[0]
    sound = sound[:800] if pieces == 1 else sound
    frames = torch.from_numpy(RECIPE.frames(sound))[None]
    whole = (model.clip(frames)[0] / 0.7).softmax(0).detach().numpy()
    starts = range(0, len(sound), pieces)
    told = np.concatenate([stream.probabilities(sound[at : at + pieces]) for at in starts])
    np.testing.assert_allclose(told[-1], whole, atol=1e-5)
    if pieces > 1:
        clip = (sound * 32768).round().astype(np.int16)[None]
        labeller = task_of(made).labeller(made)
        np.testing.assert_allclose(labeller.probabilities(clip)[0], whole, atol=2e-3)


def test_events_do_not_depend_on_the_pieces():
    sound = np.concatenate(list(sounds(6)))
    found = []
    for pieces in (333, 5000, len(sound)):
        stream = WordStream.from_checkpoint(checkpoint())
        starts = range(0, len(sound), pieces)
        found.append([event for at in starts for event in stream.push(sound[at : at + pieces])])
    assert found[0]
    for other in found[1:]:
        assert [(e.time, e.label) for e in other] == [(e.time, e.label) for e in found[0]]
        for one, two in zip(other, found[0], strict=True):
            assert one.probability == pytest.approx(two.probability, abs=1e-5)


def test_a_stream_does_not_grow():
    """One number kept a block would be 60 kB more in these two minutes, after a first one."""
    stream = WordStream.from_checkpoint(checkpoint())
    blocks = np.concatenate(list(sounds(6))).reshape(-1, 1000)
    tracemalloc.start()
    try:
        heard, sizes = 0, list[int]()
        for passes in (10, 20):
            for _ in range(passes):
                heard += sum(len(stream.push(block)) for block in blocks)
            gc.collect()  # NumPy's sliding windows hold themselves
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert heard
    assert sizes[1] - sizes[0] < 10_000


def test_false_accepts_choose_the_threshold():
    made = checkpoint()
    points = [
        {"threshold": 0.2, "false_accepts_an_hour": 6.0, "miss": 0.1},
        {"threshold": 0.8, "false_accepts_an_hour": 1.0, "miss": 0.5},
    ]
    made.metadata["curve"] = {"hours": 1.0, "points": points}
    task = task_of(made)
    for wanted, threshold in ((None, 0.8), (1, 0.8), (6.5, 0.2), (0.5, 0.8)):
        stream = task.listener(made, None, wanted)
        assert stream.settings.threshold == stream.chosen.threshold == threshold
        assert stream.settings.smoothing == 0.1
    assert task.listener(made, 0.4).settings.threshold == 0.4
    assert task.listener(checkpoint()).settings.threshold == 0.3
    assert task.listener(checkpoint()).words == ("yes", "no")
    made.metadata["curve"] = points
    with pytest.raises(MusicRNNError, match="the curve in the model's header is damaged"):
        task.listener(made)


def test_a_file_comes_as_the_microphone_gives_it(tmp_path):
    sound = sounds(1)
    write_audio(Waveform(sound, 16_000), tmp_path / "a.wav")
    blocks = list(file_blocks(tmp_path / "a.wav", rate=16_000, block=1024))
    assert all(len(block) == 1024 for block in blocks[:15])
    np.testing.assert_allclose(np.concatenate(blocks), sound[0], atol=1e-4)
    write_audio(Waveform(np.repeat(sound, 2, 0), 44_100), tmp_path / "b.wav")
    heard = np.concatenate(list(file_blocks(tmp_path / "b.wav", rate=16_000, block=1024)))
    assert abs(len(heard) - 16_000 * 16_000 / 44_100) < 3
    with wave.open(str(tmp_path / "c.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
    with pytest.raises(MusicRNNError, match="holds no sound: 0 frames"):
        list(file_blocks(tmp_path / "c.wav", rate=16_000, block=1024))


def test_one_word_of_a_recording(tmp_path):
    quiet = np.zeros((1, 40_000), np.float32)
    quiet[:, 21_000:29_000] = sounds(1)[:, :8000]
    write_audio(Waveform(quiet, 16_000), tmp_path / "late.wav")
    answer = labeller().classify_file(tmp_path / "late.wav")
    assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert answer.timeline[0].start <= 21_000 / 16_000
    assert answer.timeline[0].end >= 29_000 / 16_000
    for seconds, says in ((0.01, "10 ms of sound"), (61.0, "musicrnn listen")):
        noise = np.full((1, int(seconds * 16_000)), 0.1, np.float32)
        write_audio(Waveform(noise, 16_000), tmp_path / "odd.wav")
        with pytest.raises(MusicRNNError, match=says):
            labeller().classify_file(tmp_path / "odd.wav")
    write_audio(Waveform(np.zeros((1, 16_000), np.float32), 16_000), tmp_path / "nothing.wav")
    with pytest.raises(MusicRNNError, match="is silent"):
        labeller().classify_file(tmp_path / "nothing.wav")


def test_what_cannot_listen():
    with pytest.raises(MusicRNNError, match="cannot hear a stream"):
        WordStream.from_checkpoint(checkpoint(bidirectional=True))
    with pytest.raises(MusicRNNError, match="cannot listen"):
        task_of({"task": "compose"}).listener(Checkpoint({}, {"task": "compose"}))
    damaged = checkpoint()
    damaged.metadata["labels"] = ["yes", "no"]
    with pytest.raises(MusicRNNError, match="tells 3 labels apart"):
        WordStream.from_checkpoint(damaged)
    with pytest.raises(MusicRNNError, match="threshold"):
        WordStream.from_checkpoint(checkpoint(), threshold=3.0)
    other = checkpoint()
    other.metadata["features"] = CausalLogMel(n_mels=24).configuration()
    with pytest.raises(MusicRNNError, match="takes 40 bands, the header makes 24"):
        WordStream.from_checkpoint(other)
