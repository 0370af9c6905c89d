"""A model that hears a context draws the same pieces on every engine, and hears what it should."""

from functools import partial

import numpy as np
import pytest
import torch

from musicrnn.cells import CELLS
from musicrnn.checkpoint import Checkpoint
from musicrnn.context.fields import FIELDS, GROUPS, Outlook, fields_of, sizes, written
from musicrnn.errors import MusicRNNError
from musicrnn.form.outlook import NEW, RETURNING, outlook
from musicrnn.layers.settings import LayerSettings
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.graph_sampler import GraphSampler, Replays
from musicrnn.sampling.sampler import Foresight, Opening, Seed, sample_each
from musicrnn.tokens import Controls
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.protocol import START
from tests.benchmarks.recurrent.torch_engine import TorchEngine

POP = BeatTokenizer(
    velocity_bins=2, chords=False, parts=("PIANO", "MELODY"), canonical=True, closing=True
)
DRAWN = Settings(temperature=0.9, min_p=0.01, repetition_penalty=1.1)
LIKE = (NEW, NEW, RETURNING + 2)


def hearing(cell: str = "lstm", fields: tuple[str, ...] = FIELDS, **layer) -> LanguageModel:
    torch.manual_seed(1)
    count = len(POP.vocabulary)
    found = sizes(POP.readings(), count)
    config = LanguageConfig(
        vocabulary=count,
        context=written({name: found[name] for name in fields}),
        cell=cell,
        embedding=12,
        hidden=20,
        layers=2,
        layer=LayerSettings(**layer),
    )
    model = LanguageModel(config).eval()
    model.set_readings(POP.readings())
    with torch.no_grad():
        model.context.weight.normal_(std=0.3)
        model.copies["weight"].normal_(std=0.1)
        model.copies["bias"].normal_(std=0.3)
        model.output.bias[POP.vocabulary.index("bar")] = 4.0  # else its bars are long
    return model


def stored(model: LanguageModel) -> Checkpoint:
    return Checkpoint(model.arrays(), {"task": "compose", "model": model.configuration()})


def known(seed: Seed) -> Outlook:
    """Of three sections, of which the last returns; the same for every seed but for the density."""
    number = seed if isinstance(seed, int) else seed[0]
    return outlook((("i", 1), ("A", 2), ("A", 2)), LIKE, 1 + number % 5)


def drawn(engine: CPUEngine | TorchEngine, slots: int, primer: list[int]) -> list[list[int]]:
    controls = Controls(bars=5)
    pieces = (Opening(POP.constraint(controls), s, engine.past(known(s))) for s in range(4))
    found = sample_each(engine, pieces, settings=DRAWN, slots=slots, primer=primer)
    return [list(piece.ids) for piece in sorted(found, key=lambda piece: piece.number)]


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_alone_is_heard(group: str) -> None:
    model = hearing(fields=fields_of([group]))
    steps = model.inputs(np.array([START, 1, 2], np.int32), known(0))
    assert steps.shape == (3, 1 + len(GROUPS[group]))
    logits, _ = model(torch.from_numpy(steps)[None], model.initial_state(1))
    engine = CPUEngine(stored(model))
    engine.begin(1)
    assert np.allclose(engine.step(steps[:1].astype(np.int64))[0], logits[0, 0].detach(), atol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_folded_it_says_what_torch_says(cell: str) -> None:
    model = hearing(cell)
    ids = np.random.default_rng(0).integers(0, len(POP.vocabulary), 40).astype(np.int32)
    steps = model.inputs(ids, known(0)).astype(np.int64)
    engine, reference = CPUEngine(stored(model)), TorchEngine(model)
    engine.begin(1)
    for row in steps:
        told, expected = engine.step(row[None]), reference.step(row[None])
        np.testing.assert_allclose(told, expected, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("layer", [{}, {"norm": True}, {"attention": 8}], ids=str)
def test_every_engine_draws_the_same_pieces(layer: dict) -> None:
    model = hearing(**layer)
    for primer in (
        [START],
        POP.prompt(POP.encode(POP.decode(drawn(TorchEngine(model), 1, [0])[0]))),
    ):
        expected = drawn(CPUEngine(stored(model)), 1, primer)
        assert drawn(CPUEngine(stored(model)), 3, primer) == expected
        assert drawn(TorchEngine(model), 2, primer) == expected
        if not layer:
            sampler = GraphSampler(model, slots=3, replays=Replays(steps=8))
            draw = partial(sampler.sample, POP, Controls(bars=5), range(4), known=Foresight(known))
            found = dict(draw(settings=DRAWN, primer=primer))
            assert [found[number] for number in range(4)] == expected


def test_of_ids_alone_nothing_is_known() -> None:
    model = hearing()
    ids = torch.arange(30)[None]
    silent = torch.cat([ids[..., None], torch.zeros(1, 30, len(FIELDS), dtype=torch.long)], 2)
    state = model.initial_state(1)
    torch.testing.assert_close(model(ids, state)[0], model(silent, state)[0])
    engine, other = (CPUEngine(stored(model)) for _ in range(2))
    for token in range(30):
        told = engine.step(np.array([token]))
        np.testing.assert_array_equal(told, other.step(silent[0, token : token + 1].numpy()))


def test_what_is_asked_is_heard() -> None:
    """Another outlook is another piece; a field that a model does not hear changes nothing."""
    for fields, heard in ((FIELDS, True), (("position", "match_length", "match"), False)):
        model = hearing(fields=fields)
        model.output.bias.data.zero_()  # or most bars are empty
        model.context.weight.data.mul_(4)
        engine, pieces = CPUEngine(stored(model)), list[list[int]]()
        for density in (1, 5):
            told = outlook((("A", 1),), (NEW,), density)
            opening = Opening(POP.constraint(Controls(bars=1)), 3, engine.past(told))
            pieces.append(list(next(sample_each(engine, [opening], settings=DRAWN)).ids))
        assert (pieces[0] != pieces[1]) is heard


def test_a_damaged_context_is_refused() -> None:
    whole = stored(hearing())
    for name, array in (
        ("readings", np.full_like(whole.arrays["readings"], 9999)),
        ("readings", whole.arrays["readings"][:-1]),
        ("context.weight", whole.arrays["context.weight"][:-1]),
    ):
        broken = Checkpoint({**whole.arrays, name: array}, whole.metadata)
        with pytest.raises(MusicRNNError, match=r"fit|too small|readings"):
            CPUEngine(broken)
