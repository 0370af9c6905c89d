"""Many pieces composed by several processes, one a core."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread

from musicrnn.errors import MusicRNNError, counted
from musicrnn_cli.order import Order, Record, compose_numbered, composer_of

MAX_PIECES_AT_ONCE = 256  # pieces that a process is given at a time: what it has done is told then


def compose_in_many(
    order: Order, numbered: Sequence[tuple[int, int]], jobs: int
) -> Iterator[Record]:
    """Records in order; each process composes neighbouring pieces side by side, and saves them.

    Raises:
        MusicRNNError: a process was ended from outside; or as composing and saving do.
    """
    size = min(MAX_PIECES_AT_ONCE, -(-len(numbered) // jobs))
    shares = [numbered[start : start + size] for start in range(0, len(numbered), size)]
    try:
        with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_begin) as pool:
            for records in pool.map(partial(_composed, order), shares):
                yield from records
    except BrokenProcessPool as error:
        raise MusicRNNError(
            f"one of {counted(jobs, 'composing process', 'composing processes')} was ended, "
            "perhaps for want of memory: try fewer --jobs"
        ) from error


def _begin() -> None:
    """A process uses one core, which torch asks for when it is imported, and ends with its parent:
    where that is killed, it would else wait for work for ever."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _composed(order: Order, numbered: Sequence[tuple[int, int]]) -> list[Record]:
    found = compose_numbered(order, composer_of(order), numbered)
    return [record for _, record in sorted(found, key=lambda pair: pair[0])]
