"""How many threads torch gets: one where its products are small.

Threads meet at every product, and who waits does so by turning in a circle. On a free machine of
two cores two threads are 1.2 to 1.6 times as fast on small products and 1.7 to 1.8 times on large
ones; beside other busy programs they are up to a hundred times slower on small ones, and twice on
some 20 million multiplications. So small networks get one thread
(tests/benchmarks/recurrent/threads.py). Who has chosen a number keeps it: by OMP_NUM_THREADS or
MKL_NUM_THREADS, by torch.set_num_threads, or by :func:`threads`.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

SMALL = 20_000_000  # multiplications
VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
_chosen: ContextVar[bool] = ContextVar("_chosen", default=False)


@contextmanager
def threads(count: int) -> Generator[None]:
    """Torch on the CPU has ``count`` threads meanwhile, whatever the size of its products."""
    import torch

    before, token = torch.get_num_threads(), _chosen.set(True)
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
        _chosen.reset(token)


@contextmanager
def suited_threads(network: nn.Module, rows: int) -> Generator[None]:
    """One thread meanwhile, where the network's largest product of ``rows`` inputs is small and
    nobody has chosen otherwise."""
    if _is_chosen() or largest_product(network, rows) >= SMALL:
        yield
        return
    with threads(1):
        yield


def largest_product(network: nn.Module, rows: int) -> int:
    """Multiplications of its largest matrix with ``rows`` inputs; tables of embeddings are only
    looked up."""
    from torch import nn

    tables = {m.weight for m in network.modules() if isinstance(m, nn.Embedding)}
    sizes = (p.numel() for p in network.parameters() if p.dim() > 1 and p not in tables)
    return rows * max(sizes, default=0)


def _is_chosen() -> bool:
    """Torch begins with a thread a core, or one for two where a core shows as two."""
    if _chosen.get() or any(os.environ.get(name) for name in VARIABLES):
        return True
    import torch

    cores = usable_cores()
    return torch.get_num_threads() not in (cores, -(-cores // 2))


def usable_cores() -> int:
    """The processor's cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
