"""The sampler for CUDA, without CUDA: the same pieces as the CPU engine's, place for place.

Where a GPU records a graph these tests call the function itself; what CUDA does with it is checked
by tests/benchmarks/sampling/gpu.py where there is one.
"""

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.layers.settings import LayerSettings
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.networks.language_steps import LanguageSteps
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.graph_sampler import GraphSampler, Replays
from musicrnn.sampling.graph_steps import GraphSteps, primed_state
from musicrnn.sampling.sampler import Opening, sample_each
from musicrnn.tokens import Controls, Tokenizer, tokenizer_from
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.performance import PerformanceTokenizer
from musicrnn.tokens.protocol import END, START
from tests.musicrnn.side_by_side import sample

KIT = BeatTokenizer((128,), velocity_bins=2, chords=False)
ALL = Settings(temperature=0.9, top_k=60, top_p=0.97, min_p=0.01, repetition_penalty=1.1)


def network(cell: str, size: int, **settings) -> tuple[LanguageModel, Checkpoint]:
    torch.manual_seed(3)
    config = LanguageConfig(
        vocabulary=size, cell=cell, **{"embedding": 12, "hidden": 20, **settings}
    )
    model = LanguageModel(config).eval()
    return model, Checkpoint(model.arrays(), {"task": "compose", "model": model.configuration()})


def bundled(style: str) -> tuple[LanguageModel, Checkpoint, Tokenizer]:
    checkpoint = load_model(style)
    model = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    return model, checkpoint, tokenizer_from(checkpoint.entry("tokenizer"))


def expected(
    checkpoint: Checkpoint,
    tokenizer: Tokenizer,
    controls: Controls,
    seeds: list,
    settings: Settings,
    primer: list[int],
) -> list[list[int]]:
    constraints = [tokenizer.constraint(controls) for _ in seeds]
    return sample(CPUEngine(checkpoint), constraints, seeds, settings=settings, primer=primer)


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_draws_the_same_pieces(cell: str) -> None:
    model, checkpoint = network(cell, len(KIT.vocabulary))
    seeds = [[seed, 1] for seed in range(7)]
    wanted = expected(checkpoint, KIT, Controls(bars=2), seeds, Settings(), [START])
    sampler = GraphSampler(model, slots=3, replays=Replays(steps=8))
    found = dict(sampler.sample(KIT, Controls(bars=2), seeds, settings=Settings()))
    assert [found[index] for index in range(7)] == wanted


@pytest.mark.parametrize("style", ["pop", "drums", "folk"])
def test_bundled_models_with_all_filters(style: str) -> None:
    model, checkpoint, tokenizer = bundled(style)
    controls = Controls(bars=2 if style != "folk" else 8)
    settings = STYLES[style].settings if style == "folk" else ALL
    wanted = expected(checkpoint, tokenizer, controls, list(range(5)), settings, [START])
    found = GraphSampler(model, slots=2).sample(tokenizer, controls, range(5), settings=settings)
    assert [ids for _, ids in sorted(found)] == wanted


def test_a_primer_is_gone_on_from() -> None:
    model, checkpoint, tokenizer = bundled("pop")
    (first,) = expected(checkpoint, tokenizer, Controls(bars=4), [5], Settings(), [START])
    primer, controls = tokenizer.prompt(first), Controls(bars=6, chords=((0, "maj"),))
    assert len(primer) > 64
    wanted = expected(checkpoint, tokenizer, controls, [0, 1, 2], ALL, primer)
    sampler = GraphSampler(model, slots=3, replays=Replays(steps=5))
    found = dict(sampler.sample(tokenizer, controls, [0, 1, 2], settings=ALL, primer=primer))
    assert [found[index] for index in range(3)] == wanted


def test_performances_and_attention() -> None:
    piano = PerformanceTokenizer(max_shift=20, velocity_bins=2)
    model, checkpoint = network("gru", len(piano.vocabulary), layer=LayerSettings(attention=4))
    controls = Controls(seconds=1.5)
    wanted = expected(checkpoint, piano, controls, list(range(9)), Settings(), [START])
    found = GraphSampler(model, slots=4).sample(piano, controls, range(9), settings=Settings())
    assert [ids for _, ids in sorted(found)] == wanted


def test_pieces_come_as_they_end_and_no_seed_is_drawn_too_early() -> None:
    model, _ = network("gru", len(KIT.vocabulary))
    asked: list[int] = []

    def seeds():
        for seed in range(1000):
            asked.append(seed)
            yield seed

    sampler = GraphSampler(model, slots=4, replays=Replays(steps=4))
    pieces = sampler.sample(KIT, Controls(bars=1), seeds(), settings=Settings())
    firsts = [next(pieces) for _ in range(20)]
    assert len(asked) <= 20 + 3 * 4
    assert len({index for index, _ in firsts}) == 20
    for _, ids in firsts:
        assert ids[0] == START
        assert ids.index(END) == len(ids) - 1


def test_a_recording_is_kept_for_the_same_wishes() -> None:
    model, _ = network("lstm", len(KIT.vocabulary))
    recorded: list[object] = []

    def capture(function):
        recorded.append(function)
        return function

    sampler = GraphSampler(model, slots=2, replays=Replays(capture=capture))
    for bars in (1, 1, 2, 2, 1):
        assert len(list(sampler.sample(KIT, Controls(bars=bars), [0], settings=Settings()))) == 1
    assert len(recorded) == 3
    assert list(sampler.sample(KIT, Controls(bars=1), [], settings=Settings())) == []


@pytest.mark.parametrize("style", ["drums", "folk"])
def test_likelihoods_are_those_of_the_cpu(style: str) -> None:
    model, checkpoint, tokenizer = bundled(style)
    controls = Controls(bars=8 if style == "folk" else 3)
    engine = CPUEngine(checkpoint)
    pieces = (Opening(tokenizer.constraint(controls), seed, engine.past()) for seed in range(5))
    wanted = sample_each(engine, pieces, settings=ALL)
    sampler = GraphSampler(model, slots=2, replays=Replays(steps=7, likelihoods=True))
    found = sampler.sample_each(tokenizer, controls, range(5), settings=ALL)
    for here, there in zip(
        *(sorted(d, key=lambda d: d.number) for d in (found, wanted)), strict=True
    ):
        assert here.ids == there.ids
        assert here.sampled == there.sampled
        assert here.likelihood == pytest.approx(there.likelihood, abs=1e-3)


def test_bf16_differs_little() -> None:
    model, _, tokenizer = bundled("drums")
    ids = torch.from_numpy(np.random.default_rng(0).integers(2, 345, (4, 30)))
    logits = []
    for precision in ("float32", "bfloat16"):
        sampler = GraphSampler(model, slots=4, replays=Replays(precision=precision))
        found = list(sampler.sample(tokenizer, Controls(bars=1), range(4), settings=Settings()))
        assert len(found) == 4
        memory = tuple(part.repeat(4, 1) for part in sampler.model.after([START]))
        for step in range(30):
            here, memory = sampler.model.step(ids[:, step], memory)
            logits.append(here.double().log_softmax(1))
    exact, rough = torch.stack(logits[:30]), torch.stack(logits[30:])
    divergence = (exact.exp() * (exact - rough)).sum(2).mean()
    assert 0 < divergence < 1e-3


class OnDevice(torch.utils._python_dispatch.TorchDispatchMode):
    """Fails where an operation has to do with the host."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        assert "lift_fresh" not in func.name()  # a tensor from numbers of the host
        found = func(*args, **(kwargs or {}))
        for tensor in torch.utils._pytree.tree_leaves((args, found)):
            if isinstance(tensor, torch.Tensor):
                assert tensor.device.type == "meta", func.name()
        return found


def replay_without_data(tokenizer: Tokenizer, controls: Controls, cell: str, *, bf16: bool) -> None:
    """On a device without data nothing can wait for a value."""
    meta = torch.device("meta")
    layer = LayerSettings(attention=3, norm=True) if bf16 else LayerSettings()
    with meta:
        size = len(tokenizer.vocabulary)
        model = LanguageModel(
            LanguageConfig(vocabulary=size, cell=cell, embedding=12, hidden=20, layer=layer)
        )
    steps, rules = LanguageSteps(model, bf16=bf16), tokenizer.rules(controls, meta)
    start = primed_state(steps, rules, [START], ALL)
    graph = GraphSteps(steps, rules, start, settings=ALL, slots=3, steps=2)
    with OnDevice():
        graph.run()


@pytest.mark.parametrize("cell", CELLS)
def test_no_cell_has_to_do_with_the_host(cell: str) -> None:
    for bf16 in (False, True):
        replay_without_data(KIT, Controls(), cell, bf16=bf16)


@pytest.mark.parametrize(
    ("tokenizer", "controls"),
    [
        (BeatTokenizer((0, 128)), Controls(seconds=4, bars=2, tempo=90, chords=((0, "maj"),))),
        (BeatTokenizer(), Controls(bars=3)),
        (PerformanceTokenizer(), Controls(seconds=3)),
    ],
)
def test_no_grammar_has_to_do_with_the_host(tokenizer: Tokenizer, controls: Controls) -> None:
    replay_without_data(tokenizer, controls, "lstm", bf16=False)


def test_what_cannot_be_done_is_refused() -> None:
    model, _ = network("lstm", len(KIT.vocabulary))

    def pieces(slots: int = 2, **options) -> list:
        options = {"controls": Controls(bars=1), "seeds": [0, 1], "settings": Settings()} | options
        sampler = GraphSampler(model, slots=slots, replays=Replays(steps=4))
        return list(sampler.sample(options.pop("tokenizer", KIT), **options))

    for slots in (0, 2**20):
        with pytest.raises(MusicRNNError, match="slots must be"):
            pieces(slots)
    with pytest.raises(MusicRNNError, match="precision must be"):
        GraphSampler(model, slots=1, replays=Replays(precision="float16"))
    with pytest.raises(MusicRNNError, match="begins with the start token"):
        pieces(primer=[])
    with pytest.raises(MusicRNNError, match="do not belong together"):
        pieces(tokenizer=BeatTokenizer())
    with pytest.raises(MusicRNNError, match="no token for"):
        pieces(controls=Controls(time_signature=(16, 2)))
    with pytest.raises(MusicRNNError, match="has not ended after 5 tokens"):
        pieces(token_limit=5)
    length = max(len(ids) for _, ids in pieces()) - 1
    assert len(pieces(token_limit=length)) == 2
    with pytest.raises(MusicRNNError, match=f"has not ended after {length - 1} tokens"):
        pieces(token_limit=length - 1)
    with torch.no_grad():
        model.output.bias[3] = torch.nan
    with pytest.raises(MusicRNNError, match="not finite"):
        pieces()
