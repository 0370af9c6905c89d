"""Pieces composed in this process, and saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from musicrnn.checkpoint import Checkpoint
from musicrnn.io.save import read_piece
from musicrnn.sampling.compose import Composition, compose_each
from musicrnn_cli.composed import paths_of, record_of, save_composition
from musicrnn_cli.order import ALONE, Order, Record


def compose_numbered(
    order: Order, checkpoint: Checkpoint, numbered: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, Record]]:
    """Number and record of pieces as they are saved, from numbers and seeds."""
    for piece in _pieces(order, checkpoint, [seed for _, seed in numbered]):
        number = numbered[piece.number][0]
        count = number + 1 if order.many else None
        paths = paths_of(order.outputs, order.style, piece.seed, count)
        save_composition(piece, order.style, paths, order.soundfont)
        yield number, record_of(piece, order.style, paths)


def _pieces(order: Order, checkpoint: Checkpoint, seeds: Sequence[int]) -> Iterator[Composition]:
    if checkpoint.metadata.get("task") in ALONE:
        from musicrnn_cli.composing_alone import compose_alone

        return compose_alone(order, checkpoint, seeds)
    return compose_each(
        checkpoint,
        seeds,
        wishes=order.wishes,
        settings=order.settings,
        primer=read_piece(order.primer) if order.primer else None,
        effort=order.effort,
    )
