"""Continuous batching: a piece depends on its seed alone; a million tokens need no room."""

import tracemalloc

import numpy as np
import pytest

from musicrnn.cells import CELLS
from musicrnn.errors import MusicRNNError
from musicrnn.networks.language import LanguageModel
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import begun_at, composition, tempo_of
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sampler import Opening, sample_each, tokens
from musicrnn.score import Note, Tempo, Track, make_score
from musicrnn.tokens import TOKENIZERS, Controls, tokenizer_from
from musicrnn.tokens.protocol import END, START
from tests.benchmarks.recurrent.torch_engine import TorchEngine
from tests.musicrnn.sampling.test_engine import model_of
from tests.musicrnn.side_by_side import sample

PENALTY = Settings(temperature=0.9, repetition_penalty=1.2)


class Free:
    """A grammar that allows everything, and the end after ``length`` ids or never."""

    def __init__(self, vocabulary: int, length: int | None) -> None:
        self.mask = np.ones(vocabulary, np.bool_)
        self.mask[:2] = False
        self.left = length

    def allowed(self) -> np.ndarray:
        if self.left == 0:
            self.mask[:] = False
            self.mask[END] = True
        return self.mask

    def closing(self) -> int:
        return -1

    def push(self, token: int) -> None:
        if self.left is not None and token != START:
            self.left -= 1


@pytest.mark.parametrize("style", ["pop", "folk", "drums"])
def test_a_piece_is_the_same_alone_and_among_others(style: str) -> None:
    checkpoint = load_model(style)
    tokenizer = tokenizer_from(checkpoint.entry("tokenizer"))
    engine, controls = CPUEngine(checkpoint), Controls(bars=2)
    constraint, past = tokenizer.constraint, engine.past
    pieces = [Opening(constraint(controls), seed, past()) for seed in range(11)]
    found = list(sample_each(engine, pieces, settings=STYLES[style].settings, slots=4))
    assert sorted(sequence.number for sequence in found) == list(range(11))
    for sequence in found:
        alone = sample(
            engine,
            [tokenizer.constraint(controls)],
            [sequence.number],
            settings=STYLES[style].settings,
        )
        assert list(sequence.ids) == alone[0]


@pytest.mark.parametrize("cell", CELLS)
def test_every_engine_draws_the_same_pieces(cell: str) -> None:
    """In float32 from the same uniforms: alone, in slots that are taken again, and on torch."""
    model, checkpoint = model_of(cell)
    lengths, primer = (9, 30, 5, 17, 12, 3, 21), [START, 7, 7, 3]

    def drawn(engine: CPUEngine | TorchEngine, slots: int) -> list[list[int]]:
        pieces = (Opening(Free(30, length), [seed, 1]) for seed, length in enumerate(lengths))
        found = sample_each(engine, pieces, settings=PENALTY, primer=primer, slots=slots)
        return [
            list(sequence.ids) for sequence in sorted(found, key=lambda sequence: sequence.number)
        ]

    expected = drawn(CPUEngine(checkpoint), 1)
    assert [len(ids) for ids in expected] == [length + 2 for length in lengths]
    assert drawn(CPUEngine(checkpoint), 3) == expected
    assert drawn(TorchEngine(model), 3) == expected


def test_bundled_models_sound_the_same_on_torch() -> None:
    checkpoint = load_model("pop")
    tokenizer = tokenizer_from(checkpoint.entry("tokenizer"))
    model = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    pieces = [
        sample(
            engine,
            [tokenizer.constraint(Controls(bars=2)) for _ in range(2)],
            [[4, 0], [5, 0]],
            settings=STYLES["pop"].settings,
        )
        for engine in (CPUEngine(checkpoint), TorchEngine(model))
    ]
    assert pieces[0] == pieces[1]


def test_tokens_one_by_one_are_those_of_the_piece() -> None:
    engine = CPUEngine(model_of("gru")[1])
    whole = sample(engine, [Free(30, 40)], [3], settings=PENALTY, primer=[START, 5])
    apart = list(tokens(engine, Opening(Free(30, 40), 3), settings=PENALTY, primer=[START, 5]))
    assert whole[0] == [START, 5, *apart]
    assert apart[-1] == END


def test_likelihoods_are_those_of_the_model() -> None:
    checkpoint = model_of("lstm")[1]
    sequence = next(
        sample_each(CPUEngine(checkpoint), [Opening(Free(30, 25), 1)], settings=Settings())
    )
    engine, total = CPUEngine(checkpoint), 0.0
    engine.begin(1)
    for before, after in zip(sequence.ids[:-2], sequence.ids[1:-1], strict=True):
        logits = engine.step(np.array([before]))[0, 2:].astype(np.float64)
        total += logits[after - 2] - np.log(np.exp(logits).sum())
    assert sequence.likelihood == pytest.approx(total, abs=1e-9)  # the end was the only choice: 0


def test_memory_does_not_grow_with_the_piece() -> None:
    """Forty times the tokens; a piece that is kept takes four bytes a token more."""
    engine = CPUEngine(model_of("gru", hidden=8, embedding=4)[1])

    def peak(count: int, kept: bool) -> int:
        tracemalloc.start()
        if kept:
            next(sample_each(engine, [Opening(Free(30, count), 1)], settings=PENALTY))
        else:
            for _ in tokens(engine, Opening(Free(30, count), 1), settings=PENALTY):
                pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(10, True)
    assert peak(8_000, False) < peak(200, False) + 8_000
    assert peak(8_000, True) < peak(200, True) + 4 * 8_000 * 9 // 8 + 8_000


def test_a_piece_that_does_not_end_is_stopped() -> None:
    engine = CPUEngine(model_of("gru")[1])
    with pytest.raises(MusicRNNError, match="not ended after 50 tokens"):
        sample(engine, [Free(30, None)], [0], settings=Settings(), token_limit=50)
    with pytest.raises(MusicRNNError, match="begins with the start token"):
        sample(engine, [Free(30, 5)], [0], settings=Settings(), primer=[5])


def test_events_of_a_performance_count_seconds_whatever_the_primer_says() -> None:
    tokenizer = TOKENIZERS["performance"]()
    slow = make_score(480, [Track((Note(0, 60, 480, 80),))], tempos=[Tempo.from_bpm(0, 90)])
    assert tempo_of(tokenizer, Controls(), slow) is None
    assert tempo_of(TOKENIZERS["beat"](), Controls(), slow) == slow.tempos[0]
    ids = tokenizer.encode(slow)
    score = begun_at(tokenizer.decode(ids), tempo_of(tokenizer, Controls(), slow))
    made = composition(tokenizer, ids, score, seed=0, seconds=0.0)
    assert made.score.seconds == pytest.approx(slow.seconds, abs=0.02)
