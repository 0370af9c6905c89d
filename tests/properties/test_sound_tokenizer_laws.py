"""The laws of musicrnn.tokens.sound.protocol, for every member of SOUND_TOKENIZERS."""

import json

import numpy as np
import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.tokens.sound import SOUND_TOKENIZERS, MuLawTokenizer, SoundTokenizer
from musicrnn.tokens.sound.protocol import END, START
from musicrnn.waveform import Waveform

MEMBERS: dict[str, SoundTokenizer] = {
    **{name: make() for name, make in SOUND_TOKENIZERS.items()},
    "mulaw at 8 kHz": MuLawTokenizer(rate=8000),
}
every = pytest.mark.parametrize("name", MEMBERS)
LENGTHS = (0, 1, 255, 256, 257, 1000, 5000)


def sound(tokenizer: SoundTokenizer, length: int, seed: int = 0) -> Waveform:
    """Loud and soft tones in noise, some of it outside of full scale."""
    random = np.random.default_rng([seed, length])
    at = np.arange(length) / tokenizer.rate
    swell = 10 ** random.uniform(-4, 0.1) * np.sin(2 * np.pi * 3 * at)
    samples = swell * np.sin(2 * np.pi * 300 * at) + random.normal(0, 1e-3, length)
    return Waveform(samples.astype(np.float32)[None], tokenizer.rate)


@every
@pytest.mark.parametrize("length", LENGTHS)
def test_decoding_what_was_encoded_is_quantizing(name: str, length: int) -> None:
    tokenizer = MEMBERS[name]
    given = sound(tokenizer, length)
    ids = tokenizer.encode(given)
    assert ids.dtype == np.int32
    assert ids[0] == START
    assert ids[-1] == END
    assert ((ids[1:-1] >= 2) & (ids[1:-1] < len(tokenizer.vocabulary))).all()
    decoded = tokenizer.decode(ids)
    assert decoded.rate == tokenizer.rate
    assert np.array_equal(decoded.samples, tokenizer.quantize(given).samples)
    assert decoded.samples.shape[1] >= length


@every
@pytest.mark.parametrize("seed", range(3))
def test_in_pieces_it_is_the_whole(name: str, seed: int) -> None:
    tokenizer, random = MEMBERS[name], np.random.default_rng(seed)
    given = sound(tokenizer, 6000, seed)
    ids = tokenizer.encode(given)[1:-1]
    cuts = np.sort(random.integers(0, 6000, 7))
    encoder, decoder = tokenizer.encoder(), tokenizer.decoder()
    parts = [encoder.push(part) for part in np.split(given.samples[0], cuts)]
    assert np.array_equal(np.concatenate([*parts, encoder.finish()]), ids)
    places = np.sort(random.integers(0, len(ids), 7))
    sounds = [decoder.push(part) for part in np.split(ids, places)]
    whole = tokenizer.decode(ids).samples[0]
    assert np.array_equal(np.concatenate([*sounds, decoder.finish()]), whole)


@every
@pytest.mark.parametrize("seed", range(3))
def test_any_ids_are_a_sound(name: str, seed: int) -> None:
    tokenizer = MEMBERS[name]
    random = np.random.default_rng(seed)
    ids = random.integers(-5, len(tokenizer.vocabulary) + 5, 3000)
    found = tokenizer.decode(ids).samples
    assert found.shape[0] == 1
    assert np.isfinite(found).all()
    assert tokenizer.decode([]).samples.shape[0] == 1
    assert tokenizer.decode([2**70, -(2**70), 2]).samples.shape[0] == 1
    for no_ids in (["a"], [None], [0.5], [[1, 2], [3]]):
        with pytest.raises(MusicRNNError, match="ids are whole numbers"):
            tokenizer.decode(no_ids)


@every
def test_what_is_no_such_sound_is_refused(name: str) -> None:
    tokenizer = MEMBERS[name]
    fine = np.zeros((1, 100), np.float32)
    for samples, rate, says in (
        (fine, 44_100, f"one channel at {tokenizer.rate} Hz, got 1 at 44100 Hz"),
        (np.zeros((2, 100), np.float32), tokenizer.rate, "got 2 at"),
        (fine + np.float32(np.nan), tokenizer.rate, "must be finite"),
    ):
        with pytest.raises(MusicRNNError, match=says):
            tokenizer.encode(Waveform(samples, rate))


@every
def test_the_configuration_makes_the_same_again(name: str) -> None:
    tokenizer = MEMBERS[name]
    again = type(tokenizer)(**json.loads(json.dumps(tokenizer.configuration())))
    assert again.vocabulary == tokenizer.vocabulary
    assert len(set(tokenizer.vocabulary)) == len(tokenizer.vocabulary)
    given = sound(tokenizer, 1000)
    assert np.array_equal(again.encode(given), tokenizer.encode(given))
    assert tokenizer.bits_a_second >= tokenizer.ids_a_second


def test_mu_law_is_the_law() -> None:
    tokenizer = MuLawTokenizer()
    given = np.float32([[0, 1, -1, 2, -2, 0.5, -0.5, 1 / 255]])
    wanted = [
        128,
        255,
        0,
        255,
        0,
        239,
        16,
        143,
    ]  # rint(127.5 + 127.5 sign ln(1 + 255 |x|) / ln 256)
    assert (tokenizer.encode(Waveform(given, 16_000))[1:-1] - 2).tolist() == wanted
    every_level = np.arange(2, 258)
    again = tokenizer.encode(tokenizer.decode(every_level))[1:-1]
    assert np.array_equal(again, every_level)  # what was quantized stays


def test_another_rate_is_refused() -> None:
    with pytest.raises(MusicRNNError, match="must be 8000 or 16000 Hz, got 22050"):
        MuLawTokenizer(rate=22_050)
