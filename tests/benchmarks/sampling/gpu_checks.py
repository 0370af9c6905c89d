"""What must hold on a GPU; see gpu.py beside this file, which runs it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import torch

from musicrnn.cells import CELLS
from musicrnn.checkpoint import Checkpoint
from musicrnn.networks.language import LanguageModel
from musicrnn.networks.language_config import LanguageConfig
from musicrnn.networks.language_steps import LanguageSteps, exact_products
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling import filters, torch_filters
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.graph_sampler import GraphSampler, Replays
from musicrnn.sampling.planning import Planner
from musicrnn.sampling.sampler import Opening, sample_each
from musicrnn.tokens import Controls, Tokenizer, tokenizer_from
from musicrnn.tokens.beat import BeatTokenizer

MAX_DIVERGENCE = 1e-3  # nats a token between bfloat16 and float32
QUICK_CELLS = ("lstm", "mingru")  # a step each, and a scan; on the CPU the tests have them all
KIT = BeatTokenizer((128,), velocity_bins=2, chords=False)
FILTERS = Settings(temperature=0.9, top_k=60, top_p=0.97, min_p=0.01, repetition_penalty=1.1)
Result = tuple[str, bool]


def checks(device: torch.device, *, quick: bool, ways: list[str]) -> Iterator[Result]:
    """What was found, and whether it is as it must be, one check after the other."""
    for name, check in every_check(device, quick=quick, ways=ways):
        try:
            text, holds = check()
        except Exception as error:  # the others are run all the same: a GPU may be rare
            text, holds = f"{type(error).__name__}: {str(error).strip().splitlines()[:3]}", False
        yield f"{name}: {text}", holds


def every_check(
    device: torch.device, *, quick: bool, ways: list[str]
) -> Iterator[tuple[str, Callable[[], Result]]]:
    yield "filters", partial(same_draws, device, 50 if quick else 4096)
    for way in ways:
        counts = {"drums": 4} if quick else {"drums": 64, "pop": 64, "folk": 16}
        if way == "graph":
            counts |= dict.fromkeys(QUICK_CELLS, 2) if quick else dict.fromkeys(CELLS, 8)
        for model, count in counts.items():
            yield f"{way}, {model}", partial(same_pieces, device, way, model, count)
        yield f"{way}, a single place", partial(same_pieces, device, way, "drums", 2)
    style, count = ("drums", 4) if quick else ("pop", 32)
    yield f"bfloat16, {style}", partial(near_in_bf16, device, style, count)
    updates, rows = (8, 2) if quick else (60, 8)
    yield "training", partial(training, device, updates=updates, rows=rows)


def same_draws(device: torch.device, rows: int) -> Result:
    """The filters, all at once, on rows at random."""
    random = np.random.default_rng(0)
    size = 563
    logits = random.normal(0, 3, (rows, size)).astype(np.float32).astype(np.float64)
    logits[random.random(logits.shape) < 0.3] = -np.inf
    logits[:, 7] = 0.5
    history = random.integers(0, size, (rows, filters.PENALTY_WINDOW))
    uniforms = random.random(rows)
    wanted = filters.filtered(logits.copy(), FILTERS, history.tolist())
    recent = torch.from_numpy(history).to(device)
    found = torch_filters.filtered(torch.from_numpy(logits).to(device), FILTERS, recent)
    drawn = torch_filters.draw(found, torch.from_numpy(uniforms).to(device)).cpu().numpy()
    kept = int((np.isfinite(wanted) == found.isfinite().cpu().numpy()).all(1).sum())
    equal = int((drawn == filters.draw(wanted, uniforms)).sum())
    text = f"{kept} of {rows} rows keep the same ids, {equal} draw the same"
    return text, kept == equal == rows


def loaded(style: str, device: torch.device) -> tuple[LanguageModel, Checkpoint, Tokenizer]:
    checkpoint = load_model(style)
    model = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    return model.to(device), checkpoint, tokenizer_from(checkpoint.entry("tokenizer"))


def small(cell: str, device: torch.device) -> tuple[LanguageModel, Checkpoint, Tokenizer]:
    torch.manual_seed(3)
    model = LanguageModel(
        LanguageConfig(vocabulary=len(KIT.vocabulary), cell=cell, embedding=12, hidden=20)
    )
    checkpoint = Checkpoint(model.arrays(), {"task": "compose", "model": model.configuration()})
    return model.to(device), checkpoint, KIT


def drawn_on_cpu(
    checkpoint: Checkpoint, tokenizer: Tokenizer, controls: Controls, count: int, settings: Settings
) -> list[list[int]]:
    engine, outlook = CPUEngine(checkpoint), Planner(checkpoint, tokenizer, controls).outlook
    pieces = (
        Opening(tokenizer.constraint(controls), seed, engine.past(outlook(seed)))
        for seed in range(count)
    )
    drawn = sample_each(engine, pieces, settings=settings)
    return [list(draft.ids) for draft in sorted(drawn, key=lambda draft: draft.number)]


def same_pieces(device: torch.device, way: str, name: str, count: int) -> Result:
    """Of a bundled model, its plans drawn, or of a small one with this cell; twice as many pieces
    as slots.

    A device adds in another order, which moves the borders between ids by about 1e-6: among tens
    of thousands of draws one may fall between. So one piece of 16 may differ.
    """
    bundled = name in STYLES
    model, checkpoint, tokenizer = loaded(name, device) if bundled else small(name, device)
    settings = STYLES[name].settings if name == "folk" else FILTERS if bundled else Settings()
    controls = Controls(bars=8 if name == "folk" else 4)
    wanted = drawn_on_cpu(checkpoint, tokenizer, controls, count, settings)
    how = Replays(steps=8, compiled=way == "compiled")
    sampler = GraphSampler(model, slots=max(1, count // 2), replays=how)
    known = Planner(checkpoint, tokenizer, controls).foresight
    drawn = sampler.sample(tokenizer, controls, range(count), settings=settings, known=known)
    found = dict(drawn)
    same = sum(found[index] == ids for index, ids in enumerate(wanted))
    return f"{same} of {count} pieces equal the CPU engine's", same >= count - count // 16


def near_in_bf16(device: torch.device, style: str, count: int) -> Result:
    """Mean divergence over the model's own pieces, their ids given."""
    model, checkpoint, tokenizer = loaded(style, device)
    pieces = drawn_on_cpu(checkpoint, tokenizer, Controls(bars=4), count, Settings())
    length = min(map(len, pieces))
    engine = CPUEngine(checkpoint)
    read = [engine.steps_of(np.array(piece[:length], np.int32)) for piece in pieces]
    steps = torch.from_numpy(np.stack(read)).long().to(device)  # [B, T] or [B, T, 1 + F]
    total = torch.zeros((), dtype=torch.float64, device=device)
    exact, rough = LanguageSteps(model), LanguageSteps(model, bf16=True)
    first, second = (tuple(p.repeat(count, 1) for p in s.after([])) for s in (exact, rough))
    with torch.no_grad(), exact_products():
        for column in steps.unbind(1):
            ids, heard = (column, None) if column.ndim == 1 else (column[:, 0], column[:, 1:])
            wanted, first = exact.step(ids, first, heard)
            found, second = rough.step(ids, second, heard)
            wanted, found = (part.double().log_softmax(1) for part in (wanted, found))
            total += (wanted.exp() * (wanted - found)).sum(1).mean()
    mean = float(total) / length
    text = f"{mean:.1e} nats a token from float32, {MAX_DIVERGENCE:.0e} allowed"
    return text, mean < MAX_DIVERGENCE


def training(device: torch.device, *, updates: int, rows: int) -> Result:
    """A few updates of a small composer on pieces that repeat themselves."""
    from musicrnn.training.compose.data import TokenData
    from musicrnn.training.compose.settings import ComposeSettings
    from musicrnn.training.config import TrainingConfig
    from musicrnn.training.run import Run
    from musicrnn.training.task import TASKS
    from musicrnn.training.train import train

    random = np.random.default_rng(0)
    pieces = [np.tile(random.integers(2, 100, 20), 20).astype(np.int32) for _ in range(40)]
    losses: list[float] = []

    class Watch:
        """Keeps the losses."""

        def updated(self, state, figures) -> None:
            losses.append(figures["loss"])

        def validated(self, state, figures) -> None:
            pass

    plan = TrainingConfig(updates=updates, validate_every=updates, device=device.type)
    settings = ComposeSettings(augment=False, batch_size=rows, sequence_length=100)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        examples = {"train": pieces[:30], "valid": pieces[30:], "test": []}
        data = TokenData(examples, BeatTokenizer(), {})
        output = Path(folder) / "m.safetensors"
        train(TASKS["compose"], data, Run(output, callback=Watch()), settings=settings, plan=plan)
        speed = updates * rows * 100 / (time.perf_counter() - began)
    text = f"loss {losses[0]:.2f} to {losses[-1]:.2f}, {speed:.0f} tokens/s"
    return text, losses[-1] < losses[0]
