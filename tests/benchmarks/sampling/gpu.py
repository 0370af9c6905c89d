"""The sampler on a GPU: checked against the CPU engine, and timed against naive stepping and floors.

Checks: the filters keep and draw what NumPy's do; pop, drums, folk and a small model of every cell
give the pieces of the CPU engine, token for token, from graphs and (where torch.compile works) from
compiled ones; bfloat16 stays near; a short training lowers the loss. Exit 1 if one fails.

Then tokens a second of a network of 2 x 512 LSTM units and 400 ids: drawn freely, and under pop's
grammar (563 ids). "naive" is embedding, nn.LSTM for one step, linear, softmax, multinomial on the
same device with the ids left there. "floor" is what the device needs at least: the weights read
once at its speed of copying, or the products at its speed of large ones, whichever is longer;
both speeds are measured. The two bounds: at batch 1 ten times naive, at batch 1024 half the floor.

    python tests/benchmarks/sampling/gpu.py [--part all] [--batches 1,64,1024,4096]

``--device cpu --quick`` tries the script itself, all but the recording, where there is no GPU.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from musicrnn.cells import CELLS
from musicrnn.checkpoint import Checkpoint
from musicrnn.models.language import LanguageModel
from musicrnn.models.language_config import LanguageConfig
from musicrnn.models.language_steps import LanguageSteps, exact_products
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling import filters, torch_filters
from musicrnn.sampling.capture import as_it_is, cuda_graph
from musicrnn.sampling.engine import CPUEngine
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.graph_sampler import Device, GraphSampler
from musicrnn.sampling.graph_steps import GraphSteps, opening
from musicrnn.sampling.sampler import sample
from musicrnn.tokens import Tokenizer, Wishes, tokenizer_from
from musicrnn.tokens.beat import BeatTokenizer
from musicrnn.tokens.protocol import START
from musicrnn.tokens.rules import rules_of
from musicrnn.training.compose import ComposerSettings, Material, train_composer
from musicrnn.training.plan import Plan

MOST_DIVERGENCE = 1e-3  # nats a token between bfloat16 and float32
POP = BeatTokenizer()
KIT = BeatTokenizer((128,), velocity_bins=2, chords=False)
FILTERS = Settings(temperature=0.9, top_k=60, top_p=0.97, min_p=0.01, repetition_penalty=1.1)

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("--device", default="cuda")
parser.add_argument("--part", choices=("all", "checks", "speed"), default="all")
parser.add_argument("--quick", action="store_true")
parser.add_argument("--batches", default="1,64,1024,4096")
parser.add_argument("--precisions", default="float32,bfloat16")
parser.add_argument("--ways", default="graph,compiled")
parser.add_argument("--steps", type=int, default=32, help="of a replay")
options = parser.parse_args()
device = torch.device(options.device)
cuda = device.type == "cuda"
quick = options.quick
failed: list[str] = []


def say(what: str, holds: bool | None = None) -> None:
    if holds is False:
        failed.append(what)
    print({True: "ok      ", False: "FAILED  ", None: ""}[holds] + what, flush=True)


def wait() -> None:
    if cuda:
        torch.cuda.synchronize()


# ------------------------------------------------------------------------------------ checks


def check_filters() -> None:
    """Thousands of rows through both."""
    random = np.random.default_rng(0)
    rows, size = (50 if quick else 4096), 563
    logits = random.normal(0, 3, (rows, size)).astype(np.float32).astype(np.float64)
    logits[random.random(logits.shape) < 0.3] = -np.inf
    logits[:, 7] = 0.5
    history = random.integers(0, size, (rows, 64))
    uniforms = random.random(rows)
    wanted = filters.filtered(logits.copy(), FILTERS, history.tolist())
    recent = torch.from_numpy(history).to(device)
    found = torch_filters.filtered(torch.from_numpy(logits).to(device), FILTERS, recent)
    drawn = torch_filters.draw(found, torch.from_numpy(uniforms).to(device)).cpu().numpy()
    same = (np.isfinite(wanted) == found.isfinite().cpu().numpy()).all()
    draws = int((drawn == filters.draw(wanted, uniforms)).sum())
    say(f"filters: the same ids kept, {draws} of {rows} draws equal", bool(same and draws == rows))


def loaded(style: str) -> tuple[LanguageModel, Checkpoint, Tokenizer]:
    checkpoint = load_model(style)
    model = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
    return model.to(device), checkpoint, tokenizer_from(checkpoint.entry("tokenizer"))


def small(cell: str) -> tuple[LanguageModel, Checkpoint, Tokenizer]:
    torch.manual_seed(3)
    config = LanguageConfig(len(KIT.vocabulary), cell=cell, embedding=12, hidden=20)
    model = LanguageModel(config)
    checkpoint = Checkpoint(model.arrays(), {"task": "compose", "model": model.configuration()})
    return model.to(device), checkpoint, KIT


def check_pieces(name: str, count: int, settings: Settings, *, compiled: bool) -> None:
    """Of a bundled model or a small one, against the CPU engine; more pieces than places."""
    model, checkpoint, tokenizer = loaded(name) if name in STYLES else small(name)
    wishes = Wishes(bars=4)
    constraints = [tokenizer.constraint(wishes) for _ in range(count)]
    wanted = sample(CPUEngine(checkpoint), constraints, list(range(count)), settings=settings)
    way = Device(steps=8, compiled=compiled)
    sampler = GraphSampler(model, places=max(1, count // 2), device=way)
    found = dict(sampler.sample(tokenizer, wishes, range(count), settings=settings))
    same = sum(found[index] == ids for index, ids in enumerate(wanted))
    what = "compiled, " if compiled else ""
    say(f"pieces, {what}{name}: {same} of {count} equal the CPU engine's", same == count)


def check_bf16() -> None:
    """Mean divergence over pieces of the bundled model, the ids given."""
    model, checkpoint, tokenizer = loaded("drums" if quick else "pop")
    count = 4 if quick else 32
    constraints = [tokenizer.constraint(Wishes(bars=4)) for _ in range(count)]
    pieces = sample(CPUEngine(checkpoint), constraints, range(count), settings=Settings())
    length = min(map(len, pieces))
    ids = torch.tensor([piece[:length] for piece in pieces], device=device)
    total = torch.zeros((), dtype=torch.float64, device=device)
    exact, rough = LanguageSteps(model), LanguageSteps(model, bf16=True)
    memories = [tuple(p.repeat(count, 1) for p in steps.after([])) for steps in (exact, rough)]
    with torch.no_grad(), exact_products():
        for column in ids.unbind(1):
            logits, memories[0] = exact.step(column, memories[0])
            others, memories[1] = rough.step(column, memories[1])
            wanted = logits.double().log_softmax(1)
            total += (wanted.exp() * (wanted - others.double().log_softmax(1))).sum(1).mean()
    mean = float(total) / length
    say(f"bfloat16: {mean:.1e} nats a token from float32", mean < MOST_DIVERGENCE)


def check_training() -> None:
    random = np.random.default_rng(0)
    pieces = [np.tile(random.integers(2, 100, 20), 20).astype(np.int32) for _ in range(40)]
    losses: list[float] = []

    class Watch:
        """Keeps the losses."""

        def updated(self, state, figures) -> None:
            losses.append(figures["loss"])

        def validated(self, state, figures) -> None:
            pass

    updates = 8 if quick else 60
    plan = Plan(updates=updates, validate_every=updates, device=device.type)
    rows = 2 if quick else 8
    settings = ComposerSettings(augment=False, rows=rows, length=100)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        material = Material(POP, pieces[:30], pieces[30:])
        output = Path(folder) / "m.safetensors"
        train_composer(material, output, settings=settings, plan=plan, watcher=Watch())
        seconds = time.perf_counter() - began
    speed = updates * rows * 100 / seconds
    fell = losses[-1] < losses[0]
    say(f"training: loss {losses[0]:.2f} to {losses[-1]:.2f}, {speed:.0f} tokens/s", fell)


def compiles() -> bool:
    """Whether torch.compile works here; what it lacks is told."""
    if not cuda or "compiled" not in options.ways:
        return False
    try:
        doubled = torch.compile(lambda x: (x * 2).sum())(torch.ones(9, device=device))
        return bool(doubled == 18)
    except Exception as error:  # any: a missing compiler, Triton, a header
        say(f"torch.compile does not work here: {str(error).splitlines()[0]}")
        return False


def checks() -> None:
    check_filters()
    check_pieces("drums", 4 if quick else 64, FILTERS, compiled=False)
    if not quick:
        check_pieces("pop", 64, STYLES["pop"].settings, compiled=False)
        check_pieces("folk", 16, STYLES["folk"].settings, compiled=False)
    for cell in CELLS:
        check_pieces(cell, 2 if quick else 8, Settings(), compiled=False)
    check_bf16()
    check_training()
    if can_compile:
        check_pieces("pop", 64, FILTERS, compiled=True)
        check_pieces("drums", 1, Settings(), compiled=True)


# ------------------------------------------------------------------------------------- speed


def seconds_of(function: Callable[[], object], least: float) -> float:
    """Of one call, the fastest of three runs of ``least`` seconds or longer."""
    function()
    wait()
    count, best = 1, float("inf")
    while best == float("inf"):
        began = time.perf_counter()
        for _ in range(count):
            function()
        wait()
        took = time.perf_counter() - began
        if took < least:
            count = count * 4 if took < least / 4 else count * 2
            continue
        best = took / count
        for _ in range(2):
            began = time.perf_counter()
            for _ in range(count):
                function()
            wait()
            best = min(best, (time.perf_counter() - began) / count)
    return best


LEAST = 0.01 if quick else 0.3
HIDDEN, EMBEDDING = (32, 16) if quick else (512, 192)


def network(vocabulary: int) -> LanguageModel:
    torch.manual_seed(0)
    config = LanguageConfig(vocabulary, embedding=EMBEDDING, hidden=HIDDEN, layers=2)
    return LanguageModel(config).to(device).eval()


def device_speeds() -> dict[str, float]:
    """Bytes a second of copying, operations a second of products."""
    large = torch.empty(2**20 if quick else 2**28, device=device)
    other = torch.empty_like(large)
    speeds = {"bytes": 2 * large.nbytes / seconds_of(lambda: other.copy_(large), LEAST)}
    del large, other
    size = 256 if quick else 8192
    for name, kind in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        a, b = (torch.randn(size, size, device=device).to(kind) for _ in range(2))
        with exact_products():
            speeds[name] = 2 * size**3 / seconds_of(lambda a=a, b=b: a @ b, LEAST)
    return speeds


def floor(vocabulary: int, batch: int, precision: str, speeds: dict[str, float]) -> float:
    """Tokens a second: the products that each step needs, the first layer's input looked up."""
    weights = 4 * HIDDEN * HIDDEN * 3 + HIDDEN * vocabulary
    size = 4 if precision == "float32" else 2
    reading, counting = weights * size / speeds["bytes"], 2 * weights * batch / speeds[precision]
    return batch / max(reading, counting)


def naive(model: LanguageModel, batch: int) -> float:
    """Tokens a second of stepping nn.LSTM."""
    lstm = torch.nn.LSTM(EMBEDDING, HIDDEN, num_layers=2, batch_first=True).to(device)
    ids = torch.zeros(batch, 1, dtype=torch.long, device=device)
    zeros = torch.zeros(2, batch, HIDDEN, device=device)
    kept = [ids, (zeros, zeros)]

    def step() -> None:
        y, kept[1] = lstm(model.embedding(kept[0]), kept[1])
        kept[0] = torch.multinomial(model.output(y[:, 0]).softmax(1), 1)

    with torch.inference_mode():
        return batch / seconds_of(step, LEAST)


def replays(model: LanguageModel, way: Device, batch: int, *, grammar: bool) -> float:
    """Tokens a second of the device alone."""
    steps = LanguageSteps(model, bf16=way.precision == "bfloat16")
    rules = rules_of(POP, Wishes(), device) if grammar else None
    settings = Settings(temperature=0.9)
    start = opening(steps, rules, [START], settings)
    graph = GraphSteps(steps, rules, start, settings=settings, places=batch, steps=way.steps)
    graph.uniforms.uniform_()
    graph.record(cuda_graph if cuda else as_it_is, compiled=way.compiled)
    return batch * way.steps / seconds_of(graph.replay, LEAST)


def pieces(model: LanguageModel, way: Device, batch: int) -> float:
    """Tokens a second of whole pieces, twice as many as there are places, the host included."""
    sampler = GraphSampler(model, places=batch, device=way)
    wishes = Wishes(bars=1 if quick else 8)
    list(sampler.sample(POP, wishes, [], settings=Settings()))  # records
    began = time.perf_counter()
    found = sampler.sample(POP, wishes, range(2 * batch), settings=Settings())
    return sum(len(ids) - 1 for _, ids in found) / (time.perf_counter() - began)


def speed() -> None:
    speeds = device_speeds()
    say(f"copying {speeds['bytes'] / 1e9:.0f} GB/s, products {speeds['float32'] / 1e12:.2f} "
        f"(float32) and {speeds['bfloat16'] / 1e12:.2f} (bfloat16) Tflop/s\n")  # fmt: skip
    free, bound = network(400), network(len(POP.vocabulary))
    batches = [1, 4] if quick else [int(batch) for batch in options.batches.split(",")]
    ways = [way for way in options.ways.split(",") if way == "graph" or can_compile]
    say(f"{'tokens/s':>24}{'batch':>7}{'naive':>12}{'floor':>12}{'free':>12}{'grammar':>12}"
        f"{'pieces':>12}")  # fmt: skip
    best: dict[tuple[int, str], float] = {}
    stepped = {batch: naive(free, batch) for batch in batches}
    for way in ways:
        for precision in options.precisions.split(","):
            for batch in batches:
                how = Device(options.steps, precision, compiled=way == "compiled")
                least = floor(400, batch, precision, speeds)
                drawn = replays(free, how, batch, grammar=False)
                ruled = replays(bound, how, batch, grammar=True)
                whole = pieces(bound, how, batch)
                best[batch, precision] = max(drawn, best.get((batch, precision), 0.0))
                say(f"{way + ' ' + precision:>24}{batch:7}{stepped[batch]:12.0f}{least:12.0f}"
                    f"{drawn:12.0f}{ruled:12.0f}{whole:12.0f}")  # fmt: skip
    say("")
    for (batch, precision), rate in best.items():
        if batch == 1:
            times = rate / stepped[1]
            verdict = "holds" if times >= 10 else "does not hold"
            say(f"batch 1, {precision}: {times:.1f} times naive; a bound of 10 {verdict}")
        if batch == 1024:
            share = rate / floor(400, batch, precision, speeds)
            verdict = "holds" if share >= 0.5 else "does not hold"
            say(f"batch 1024, {precision}: {share:.2f} of the floor; a bound of 0.5 {verdict}")


name = torch.cuda.get_device_name(device) if cuda else "the CPU"
print(f"{name}, torch {torch.__version__}, CUDA {torch.version.cuda}, "
      f"{options.steps} steps a replay")  # fmt: skip
can_compile = compiles()
if options.part != "speed":
    checks()
if options.part != "checks":
    speed()
print("\nfailed: " + "; ".join(failed) if failed else "\nall checks hold")
sys.exit(1 if failed else 0)
