"""How many threads networks of several sizes are worth: a training step and a pass, 1 against all.

    python tests/benchmarks/recurrent/threads.py [--load 0] [--seconds 1.5]

For LSTMs of 64 to 1024 units, rows of 16 and 64 and 64 steps, the time of an update (loss, backward
and Adam) and of a pass with 1 thread and with as many as there are processors, in turns, as the
best of several; ``--load N`` keeps N processes busy meanwhile. The last column is what the product
of one step costs, in millions of multiplications: rows * 4 * hidden * (hidden + inputs).
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable

import torch

from musicrnn.metrics.tables import table
from musicrnn.networks.language import LanguageModel, token_losses
from musicrnn.networks.language_config import LanguageConfig

VOCABULARY, EMBEDDING, STEPS = 400, 64, 64
HIDDEN, ROWS = (64, 128, 256, 512, 1024), (16, 64)


def busy() -> None:
    while True:
        sum(range(10_000))


def best(work: Callable[[], None], threads: tuple[int, int], seconds: float) -> list[float]:
    """The shortest time with each number of threads, in turns."""
    found = [float("inf")] * 2
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for place, count in enumerate(threads):
            torch.set_num_threads(count)
            work()
            started = time.perf_counter()
            work()
            found[place] = min(found[place], time.perf_counter() - started)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--load", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=1.5)
    options = parser.parse_args()
    several = multiprocessing.cpu_count()
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=busy, daemon=True) for _ in range(options.load)]
    for other in others:
        other.start()
    rows: list[list[str]] = []
    for hidden in HIDDEN:
        for batch in ROWS:
            shape = {"vocabulary": VOCABULARY, "embedding": EMBEDDING, "hidden": hidden}
            model = LanguageModel(LanguageConfig(**shape, layers=1))
            optimizer = torch.optim.Adam(model.parameters())
            ids = torch.randint(VOCABULARY, (batch, STEPS + 1))

            def update(model=model, optimizer=optimizer, ids=ids) -> None:
                logits, _ = model(ids[:, :-1], model.initial_state(len(ids)))
                optimizer.zero_grad()
                token_losses(logits, ids[:, 1:]).mean().backward()
                optimizer.step()

            @torch.no_grad()
            def passed(model=model, ids=ids) -> None:
                model(ids[:, :-1], model.initial_state(len(ids)))

            cost = batch * 4 * hidden * (hidden + EMBEDDING) / 1e6
            cells = [f"{hidden}", f"{batch}", f"{cost:.1f}"]
            for work in (update, passed):
                one, many = best(work, (1, several), options.seconds)
                cells += [f"{1000 * one:.1f}", f"{one / many:.2f}"]
            rows.append(cells)
    header = ["hidden", "rows", "M products a step", "update ms, 1 thread",
              f"{several} threads, times as fast", "pass ms", "times as fast"]  # fmt: skip
    print(f"{options.load} other busy processes, torch {torch.__version__}")
    print(table(header, rows))
    for other in others:
        other.terminate()


if __name__ == "__main__":
    main()
