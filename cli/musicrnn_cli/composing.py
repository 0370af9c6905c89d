"""From what a composer asks for to pieces in files, in one process or in many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from musicrnn_cli.order import Order, Record, check_length, compose_numbered, prepared

MAX_PIECES_ALONE = 32  # pieces that one process composes alone: another takes a second to start


def compose_files(
    order: Order, seeds: Sequence[int], *, jobs: int | None = None
) -> Iterator[Record]:
    """Compose and save each piece, and yield its record, in the order of the seeds.

    Many pieces are shared among ``jobs`` processes, as many as there are cores if not given; a GPU
    works for one.
    """
    order, composer = prepared(order)
    check_length(order, composer, order.paths(0))
    numbered = list(enumerate(seeds))
    budget = order.request.budget
    enough = len(seeds) > 1 and len(seeds) * budget.candidates > MAX_PIECES_ALONE
    if jobs != 1 and enough and not budget.engine.on_gpu:
        from musicrnn.threads import usable_cores
        from musicrnn_cli.many_processes import compose_in_many

        yield from compose_in_many(order, numbered, jobs or usable_cores())
    else:
        yield from _in_order(compose_numbered(order, composer, numbered))


def _in_order(found: Iterator[tuple[int, Record]]) -> Iterator[Record]:
    waiting: dict[int, Record] = {}
    following = 0
    for number, record in found:
        waiting[number] = record
        while following in waiting:
            yield waiting.pop(following)
            following += 1
