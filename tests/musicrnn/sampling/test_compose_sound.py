"""Sounds from a model of sound's tokens: as long as asked, the same by seed, on from a sound."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from musicrnn.checkpoint import Checkpoint
from musicrnn.context.sound import context_sizes
from musicrnn.errors import MusicRNNError
from musicrnn.networks.sound import SoundModel
from musicrnn.networks.sound_config import SoundConfig
from musicrnn.sampling.compose import Request
from musicrnn.sampling.compose_sound import SoundComposer
from musicrnn.sampling.engine import EngineSettings
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sample_function import SamplingBudget
from musicrnn.tokens import Controls
from musicrnn.tokens.sound import CodecTokenizer, MuLawTokenizer
from musicrnn.waveform import Waveform

TOKENS = {"codec": CodecTokenizer(), "mulaw": MuLawTokenizer(rate=8000)}


def composer(tokens: str = "codec", *, tempos: bool = False, labels=("a", "b")) -> SoundComposer:
    torch.manual_seed(0)
    tokenizer = TOKENS[tokens]
    sizes = context_sizes(len(labels), tempos=tempos)
    of_tokens = {name: getattr(tokenizer, name) for name in ("books", "codes", "linear")}
    config = SoundConfig(hidden=8, embedding=6, inner=6, **of_tokens, **sizes)
    said = {"name": tokenizer.name, **tokenizer.configuration()}
    header = {
        "task": "sound", "model": config.as_json(), "tokenizer": said, "labels": list(labels),
        "lengths": [0.2, 0.3, 0.5], "tempos": {"a": [120.0, 130.0]} if tempos else {},
    }  # fmt: skip
    return SoundComposer(Checkpoint(SoundModel(config).arrays(), header))


def made(maker: SoundComposer, *seeds: int, sound: Waveform | None = None, **controls):
    request = replace(Request(Controls(**controls)), sound=sound)
    found = list(maker.compose(seeds, maker.completed(request, 16)))
    return sorted(found, key=lambda each: each.number)


@pytest.mark.parametrize("tokens", TOKENS)
def test_a_sound_follows_from_its_seed_alone(tokens: str) -> None:
    maker = composer(tokens)
    together = made(maker, 5, 6, 7)
    alone = made(maker, 6)[0]
    assert np.array_equal(alone.ids, together[1].ids)
    assert np.array_equal(alone.sound.samples, together[1].sound.samples)
    assert not np.array_equal(together[0].ids, together[2].ids)
    assert [each.seed for each in together] == [5, 6, 7]
    assert {each.label for each in made(maker, *range(8))} == {"a", "b"}


@pytest.mark.parametrize("tokens", TOKENS)
def test_it_is_as_long_as_asked(tokens: str) -> None:
    maker, rate = composer(tokens), TOKENS[tokens].rate
    for seconds in (0.01, 0.1234, 0.7):
        found = made(maker, 1, seconds=seconds, label="b")[0]
        assert found.sound.samples.shape == (1, round(seconds * rate))
        assert (found.label, found.bars, found.tempo) == ("b", None, None)
    assert all(0.2 <= each.sound.seconds <= 0.5 for each in made(maker, *range(10)))


def test_bars_are_whole_at_their_tempo() -> None:
    maker = composer(tempos=True)
    found = made(maker, 1, bars=2, tempo=200.0, feel="a")[0]
    assert found.sound.samples.shape[1] == 2 * 4 * 60 * 16_000 // 200
    assert (found.bars, found.tempo, found.label) == (2, 200.0, "a")
    usual = made(maker, 3, label="a")[0]
    assert 120 <= usual.tempo <= 130
    bar = 4 * 60 / usual.tempo
    assert abs(usual.sound.seconds - usual.bars * bar) < 1e-3


def test_it_goes_on_from_a_sound() -> None:
    maker, tokenizer = composer(), TOKENS["codec"]
    at = np.arange(16_000) / 16_000
    tone = Waveform((0.3 * np.sin(2 * np.pi * 440 * at)).astype(np.float32)[None], 16_000)
    found = made(maker, 1, sound=tone, seconds=0.5)[0]
    heard = tokenizer.encoder().push(tone.samples[0])
    assert np.array_equal(found.ids[1 : 1 + len(heard)], heard)
    assert abs(found.sound.seconds - 1.5) < 0.02
    assert made(maker, 1, sound=tone)[0].sound.seconds == pytest.approx(9, abs=0.02)


def test_samples_are_bounded_by_their_number() -> None:
    with pytest.raises(MusicRNNError, match="a sound may last 500 s with its primer, asked are"):
        made(composer("mulaw"), 1, seconds=600.0)


def test_bars_are_bounded_at_the_tempo_that_they_have() -> None:
    maker = composer(tempos=True)
    with pytest.raises(MusicRNNError, match="asked are 2400 s"):
        made(maker, 1, bars=1200, tempo=120.0)
    tone = Waveform(np.full((1, 10), 0.1, np.float32), 16_000)
    with pytest.raises(MusicRNNError, match=r"a primer must last 16 ms at least, got 0\.625 ms"):
        made(maker, 1, sound=tone)


def test_what_cannot_be_asked_is_said() -> None:
    maker = composer()
    for controls, says in (
        ({"label": "c"}, "the model has learnt no 'c': it knows a, b"),
        ({"bars": 2}, "has learnt no tempos"),
        ({"key": (2, False)}, "composes by label, tempo and bars or seconds, not by key"),
        ({"label": "a", "feel": "b"}, "a feel is the label of a loop: ask for 'a' or 'b'"),
        ({"seconds": 7000.0}, "a sound may last 1800 s with its primer, asked are 7000"),
    ):
        with pytest.raises(MusicRNNError, match=says):
            made(maker, 1, **controls)
    with pytest.raises(MusicRNNError, match="this model has learnt no labels, got 'a'"):
        made(composer(labels=()), 1, label="a")
    budget = SamplingBudget(EngineSettings("cpu", "int8"))
    for request, says in (
        (Request(settings=Settings(repetition_penalty=2.0)), "not by repetition penalty"),
        (Request(budget=budget), "drawn on the CPU, once each, with float32 weights"),
        (Request(budget=SamplingBudget(candidates=2)), "once each"),
    ):
        with pytest.raises(MusicRNNError, match=says):
            maker.completed(request, 16)


def test_a_label_is_heard_louder() -> None:
    """Where nothing of a label is left, all labels give the same; louder, they differ more."""
    maker = composer()
    told = {}
    for guidance in (0.0, 1.0, 4.0):
        header = {**maker.checkpoint.metadata, "guidance": guidance}
        louder = SoundComposer(Checkpoint(maker.checkpoint.arrays, header))
        first, second = (made(louder, 3, seconds=0.3, label=label)[0].ids for label in "ab")
        told[guidance] = float((first != second).mean())
        together = made(louder, 3, 4, seconds=0.3, label="a")
        assert np.array_equal(together[0].ids, first)
    assert told[0.0] == 0
    assert 0 < told[1.0] <= told[4.0]


def test_a_damaged_header_is_refused() -> None:
    good = composer().checkpoint
    for entry, value in (
        ("labels", "a"),
        ("guidance", "loud"),
        ("guidance", 1e9),
        ("labels", ["a", "b", "c"]),
        ("labels", ["a", "a"]),
        ("labels", ["a", ""]),
        ("lengths", ["x"]),
        ("lengths", [float("nan")]),
        ("lengths", [-5.0]),
        ("lengths", [1e308]),
        ("lengths", [0.5, 0.2]),
        ("tempos", {"a": ["b"]}),
        ("tempos", {"a": [1e-6]}),
        ("tempos", {"a": [[1, 2], [3]]}),
        ("tempos", {"a": [-100.0]}),
        ("tokenizer", {"name": "codec", "model": "a\0b"}),
        ("tokenizer", {"name": "codec", "model": "/dev/null"}),
        ("tokenizer", {"name": "mulaw", "rate": 8000.0}),
        ("tokenizer", {"name": "mulaw", "rate": 8000}),
        ("tokenizer", {"name": "steps"}),
        ("tokenizer", {"name": "codec", "digest": "0" * 16}),
        ("model", {**good.metadata["model"], "left": 3}),
    ):
        with pytest.raises(MusicRNNError):
            SoundComposer(Checkpoint(good.arrays, {**good.metadata, entry: value}))
