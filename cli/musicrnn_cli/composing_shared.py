"""Many pieces composed by several processes, one a core."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from musicrnn.pretrained import load_model
from musicrnn_cli.composing import Order, Record, compose_numbered

MOST = 256  # pieces that a process is given at a time: what it has done is told then


def compose_shared(
    order: Order, numbered: Sequence[tuple[int, int]], jobs: int
) -> Iterator[Record]:
    """Records in order; each process composes neighbouring pieces side by side, and saves them."""
    size = min(MOST, -(-len(numbered) // jobs))
    shares = [numbered[start : start + size] for start in range(0, len(numbered), size)]
    with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_use_one_core) as pool:
        for records in pool.map(partial(_composed, order), shares):
            yield from records


def _use_one_core() -> None:
    """Before torch is imported, where a model needs it."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def cores() -> int:
    """The processor's cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _composed(order: Order, numbered: Sequence[tuple[int, int]]) -> list[Record]:
    found = compose_numbered(order, load_model(order.name), numbered)
    return [record for _, record in sorted(found, key=lambda pair: pair[0])]
