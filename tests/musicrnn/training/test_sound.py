"""Learning sound's tokens: windows, what is known of a frame, and that something is learnt."""

import numpy as np
import pytest
import torch

from musicrnn.context.sound import FIELDS, TOLD, Framing, Known, context_sizes, sound_context
from musicrnn.errors import MusicRNNError
from musicrnn.features.mulaw import levels
from musicrnn.metrics.sample_baselines import predicted
from musicrnn.networks.sound import SoundModel
from musicrnn.networks.sound_config import SoundConfig
from musicrnn.tokens.sound import CodecTokenizer, MuLawTokenizer
from musicrnn.training.sound.data import CodedData, CodedSound
from musicrnn.training.sound.objective import SoundObjective, sound_losses
from musicrnn.training.sound.task import LITTLE, MUCH
from musicrnn.training.sound.windows import SoundWindows
from musicrnn.training.task import TASKS

FRAMING = Framing(0.016, 3, 9)
LEFT = FIELDS.index("left")


def sounds(*lengths: int, books: int = 2) -> list[CodedSound]:
    random = np.random.default_rng(0)
    return [
        CodedSound(str(n), random.integers(0, 9, (n, books)).astype(np.int16), Known(1, 120.0))
        for n in lengths
    ]


def windows(every: list[CodedSound], rows: int = 3, length: int = 7) -> SoundWindows:
    return SoundWindows(every, FRAMING, rows=rows, length=length, seed=0)


def test_every_frame_comes_with_the_one_before_it_and_its_context() -> None:
    every = sounds(20, 5, 33, 7, 1)
    stream, reading = windows(every), {}
    for _ in range(40):
        window = stream.next()
        for row in range(3):
            count = int(window.there[row].sum())
            sound, end, untold = stream.reading[row]
            assert window.there[row, :count].all()
            if window.fresh[row]:
                reading[row] = end - count
            assert reading[row] == end - count  # where it went on from
            reading[row] = end
            span = slice(end - count, end)
            codes = every[sound].codes
            assert (window.codes[row, :count] == codes[span]).all()
            before = np.concatenate([np.full((1, 2), 9), codes])[span]
            assert (window.before[row, :count] == before).all()
            context = every[sound].context(FRAMING, span)
            context[:, TOLD] *= 1 - untold
            assert (window.context[row, :count] == context).all()
            assert window.context[row, :count, LEFT].all()
    assert stream.epoch > 1


def test_a_place_is_gone_on_from() -> None:
    every = sounds(20, 5, 33, 7, 1)
    stream, again = windows(every), windows(every)
    for _ in range(9):
        stream.next()
    again.seek(stream.position())
    for _ in range(9):
        assert np.array_equal(stream.next().codes, again.next().codes)
    for reading in ([[0, 21, 0]] * 3, [[5, 0, 0]] * 3, [[0, 0, 2]] * 3, [[0, 0, 0]]):
        with pytest.raises(MusicRNNError):
            again.seek({**stream.position(), "reading": reading})


def test_the_context_of_a_span_is_that_of_the_whole() -> None:
    known = Known(2, 93.0)
    whole = sound_context(300, known, FRAMING)
    for start, stop in ((0, 300), (17, 45), (299, 300)):
        assert np.array_equal(
            sound_context(300, known, FRAMING, slice(start, stop)), whole[start:stop]
        )
    sizes = list(context_sizes(2, tempos=True).values())
    assert (whole.max(axis=0) < sizes).all()
    assert (whole[:, FIELDS.index("left")] >= 1).all()
    bar = 4 * 60 / 93 / FRAMING.frame  # frames; the first is about a moment before the beginning
    sixteenth, part = (whole[:, FIELDS.index(name)] for name in ("sixteenth", "part"))
    assert np.flatnonzero(np.diff(sixteenth) < 0).tolist() == [0, 1 + int(bar)]
    begins = [1 + int(place * bar / 16) for place in range(1, 16)]
    assert np.flatnonzero(np.diff(part) < 0).tolist()[1:16] == begins


def test_losses_do_not_depend_on_what_is_measured_beside() -> None:
    torch.manual_seed(0)
    fields = context_sizes(1, tempos=True)
    model = SoundModel(SoundConfig(books=2, codes=9, hidden=8, embedding=6, inner=6, **fields))
    every = sounds(700, 5, 1100, 7, 1)
    together = sound_losses(model, every, FRAMING)
    assert [len(losses) for losses in together] == [700, 5, 1100, 7, 1]
    for sound, losses in zip(every, together, strict=True):
        alone = sound_losses(model, [sound], FRAMING)[0]
        np.testing.assert_allclose(alone, losses, rtol=1e-4, atol=1e-5)
    short = sound_losses(model, every, FRAMING, longest=600)
    np.testing.assert_allclose(short[2], together[2][:600], rtol=1e-4, atol=1e-5)


def test_a_rule_is_learnt() -> None:
    """The second book is the first, which goes up by one."""
    torch.manual_seed(0)
    count = (np.arange(40)[:, None] + np.array([[0, 0]])) % 5
    every = [CodedSound(str(i), np.roll(count, i, axis=0).astype(np.int16)) for i in range(8)]
    fields = context_sizes(0, tempos=False)
    config = SoundConfig(books=2, codes=5, hidden=24, embedding=12, inner=12, dropout=0.0, **fields)
    model = SoundModel(config)
    framing = Framing(0.016, 3, nothing=5)
    stream = SoundWindows(every, framing, rows=4, length=40, seed=0)
    objective = SoundObjective(model, stream, every, framing)
    optimizer = torch.optim.Adam(model.parameters(), 1e-2)
    for _ in range(150):
        loss, items = objective.loss(model)
        optimizer.zero_grad()
        (loss / items).backward()
        optimizer.step()
    assert objective.validate()["loss"] < 0.2  # of 3.2; the first frame alone is not known


def test_of_samples_it_is_told_what_linear_prediction_says() -> None:
    random, framing = np.random.default_rng(0), MuLawTokenizer(8000).framing
    tones = [np.sin(random.uniform(0.1, 0.4) * np.arange(1500)) for _ in range(4)]
    every = [
        CodedSound(str(number), levels((0.4 * tone).astype(np.float32)).astype(np.int16)[:, None])
        for number, tone in enumerate(tones)
    ]
    stream = SoundWindows(every, framing, rows=3, length=512, seed=0)
    for _ in range(9):
        window = stream.next()
        assert window.foreseen is not None
        for row, (sound, end, _) in enumerate(stream.reading):
            count = int(window.there[row].sum())
            told = every[sound].foreseen(framing, slice(end - count, end))
            assert np.array_equal(window.foreseen.logits[row, :count], told.logits)
            assert not window.foreseen.logits[row, count:].any()
    fields = context_sizes(0, tempos=False)
    config = SoundConfig(books=1, codes=256, linear=framing.linear, hidden=4, embedding=4, **fields)
    model = SoundModel(config)
    torch.nn.init.zeros_(model.weight)
    losses = np.concatenate(sound_losses(model, every, framing))
    wanted = np.concatenate(
        [predicted(sound.codes[:, 0], framing.linear, itself=False) for sound in every]
    )
    np.testing.assert_allclose(losses / np.log(2), wanted, atol=1e-3)


@pytest.mark.parametrize(("hours", "more"), [(LITTLE * 0.9, True), (LITTLE * 1.1, False)])
def test_of_little_sound_more_is_dropped(hours: float, more: bool) -> None:
    tokenizer, task = CodecTokenizer(), TASKS["sound"]
    frames = round(hours * 3600 / tokenizer.frame_seconds)
    train = [CodedSound("", np.zeros((frames, tokenizer.books), np.int16))]
    data = CodedData({"train": train, "valid": [], "test": []}, tokenizer, {}, (), (), "")
    usual = task.settings()
    dropped = task.sized(data, usual, 10.0).dropout
    assert dropped == (MUCH if more else usual.dropout)
