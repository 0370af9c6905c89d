"""What a GPU does here, checked and timed in one command.

The torch engine on the device must draw the same ids as the CPU engine from the same seeds; a short
training must lower the loss on it. Prints tokens a second of both engines at several batch sizes.

    python tests/benchmarks/gpu.py [--device cuda] [--style pop]

``--device cpu`` tries the script itself where there is no GPU.
"""

import argparse
import platform
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from musicrnn.models.language import LanguageModel
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.engine import CPUEngine, Engine, TorchEngine
from musicrnn.sampling.sampler import sample
from musicrnn.tokens import Wishes, tokenizer_from
from musicrnn.training.compose import ComposerSettings, Material, train_composer
from musicrnn.training.plan import Plan

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--device", default="cuda")
parser.add_argument("--style", default="pop")
parser.add_argument("--batches", default="1,16,64")
options = parser.parse_args()

checkpoint = load_model(options.style)
tokenizer = tokenizer_from(checkpoint.entry("tokenizer"))
network = LanguageModel.from_arrays(checkpoint.entry("model"), checkpoint.arrays)
name = torch.cuda.get_device_name() if options.device.startswith("cuda") else platform.processor()
print(f"{options.device}: {name}, torch {torch.__version__}, model {options.style}")


def drawn(engine: Engine, count: int) -> tuple[list[list[int]], float]:
    """Ids of ``count`` pieces of four bars, and tokens a second."""
    began = time.perf_counter()
    pieces = sample(
        engine,
        [tokenizer.constraint(Wishes(bars=4)) for _ in range(count)],
        list(range(count)),
        settings=STYLES[options.style].settings,
    )
    return pieces, sum(map(len, pieces)) / (time.perf_counter() - began)


engines = CPUEngine(checkpoint), TorchEngine(network.to(options.device))
for engine in engines:
    drawn(engine, 1)  # compiles what is to be compiled
for count in map(int, options.batches.split(",")):
    (expected, cpu), (found, device) = (drawn(engine, count) for engine in engines)
    same = sum(a == b for a, b in zip(expected, found, strict=True))
    print(f"batch {count}: {same} of {count} pieces equal, {cpu:.0f} tokens/s on the CPU engine, "
          f"{device:.0f} on {options.device}")  # fmt: skip

random = np.random.default_rng(0)
pieces = [np.tile(random.integers(2, 100, 20), 20).astype(np.int32) for _ in range(40)]
losses: list[float] = []


class Watch:
    """Keeps the losses."""

    def updated(self, state, figures) -> None:
        losses.append(figures["loss"])

    def validated(self, state, figures) -> None:
        pass


plan = Plan(updates=60, validate_every=30, device=options.device.split(":")[0])
settings = ComposerSettings(augment=False, rows=8, length=100)
with tempfile.TemporaryDirectory() as folder:
    began = time.perf_counter()
    material = Material(tokenizer, pieces[:30], pieces[30:])
    output = Path(folder) / "m.safetensors"
    train_composer(material, output, settings=settings, plan=plan, watcher=Watch())
    seconds = time.perf_counter() - began
assert losses[-1] < losses[0], losses
print(f"training: loss {losses[0]:.2f} to {losses[-1]:.2f}, {60 * 800 / seconds:.0f} tokens/s")
