"""From what a composer asks for to pieces in files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import click

from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import counted
from musicrnn.io.save import check_saved, read_piece
from musicrnn.pretrained import STYLES, Style, load_model
from musicrnn.sampling.compose import Composition, compose_each, fitting_tokenizer
from musicrnn.sampling.drawing import Effort
from musicrnn.sampling.filters import Settings
from musicrnn.score import Score
from musicrnn.tokens import Tokenizer, Wishes
from musicrnn.tokens.grid import is_played
from musicrnn_cli.composed import paths_of, record_of, save_composition
from musicrnn_cli.tunes import say_which_tune

Record = dict[str, Any]  # what ``--json`` prints of a piece
ALONE = ("voices", "frames")  # tasks whose pieces are drawn one by one
FEW = 32  # pieces that one process composes alone: another takes a second to start


@dataclass(frozen=True)
class Order:
    """All that is asked of ``musicrnn compose`` but the seeds."""

    name: str
    outputs: tuple[Path, ...]
    settings: Settings
    wishes: Wishes
    primer: Path | None
    soundfont: Path | None
    effort: Effort
    many: bool  # files are numbered

    @property
    def style(self) -> str:
        return Path(self.name).stem


def settings_and_wishes(name: str, options: dict[str, Any]) -> tuple[Settings, Wishes]:
    """The sampler's settings, the style's own where none are given."""
    given = {field.name: options.pop(field.name) for field in fields(Settings)}
    settings = replace(
        style_of(name).settings,
        **{key: value for key, value in given.items() if value is not None},
    )
    return settings, Wishes(**options)


def compose_files(
    order: Order, seeds: Sequence[int], *, jobs: int | None = None
) -> Iterator[Record]:
    """Compose, save, and tell of each piece, in the order of the seeds.

    Many pieces are shared among ``jobs`` processes, as many as there are cores if not given; a GPU
    works for one.
    """
    order, checkpoint = prepared(order)
    numbered = list(enumerate(seeds))
    enough = len(seeds) > 1 and len(seeds) * order.effort.candidates > FEW
    if jobs != 1 and enough and not order.effort.engine.on_gpu:
        from musicrnn_cli.composing_shared import compose_shared, cores

        yield from compose_shared(order, numbered, jobs or cores())
    else:
        yield from _in_order(compose_numbered(order, checkpoint, numbered))


def prepared(order: Order) -> tuple[Order, Checkpoint]:
    """The order, found possible, with the length that the style has where none is wished; and the
    model."""
    for path in order.outputs:
        check_saved(path)
    checkpoint = load_model(order.name)
    if checkpoint.metadata.get("task") in ALONE:
        from musicrnn_cli.composing_alone import check_options

        check_options(order, checkpoint.metadata["task"])
    else:
        order = _with_length(order, checkpoint)
    return order, checkpoint


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


def _with_length(order: Order, checkpoint: Checkpoint) -> Order:
    """A length where none is wished; says what the tokens make of a primer."""
    tokenizer = fitting_tokenizer(checkpoint)
    wishes = order.wishes
    if wishes.bars is None and wishes.seconds is None:
        length = (
            {"seconds": 30.0}
            if tokenizer.name == "performance"
            else {"bars": style_of(order.name).bars}
        )
        wishes = replace(wishes, **length)
    if order.primer is not None:
        say_which_tune(order.primer)
        _say_what_changes(tokenizer, read_piece(order.primer))
    return replace(order, wishes=wishes)


def _in_order(found: Iterator[tuple[int, Record]]) -> Iterator[Record]:
    waiting: dict[int, Record] = {}
    following = 0
    for number, record in found:
        waiting[number] = record
        while following in waiting:
            yield waiting.pop(following)
            following += 1


def style_of(name: str) -> Style:
    """The bundled style of that name, or plain settings for a model of one's own."""
    return STYLES.get(name, Style(Settings()))


def _say_what_changes(tokenizer: Tokenizer, primer: Score) -> None:
    """A primer is heard as the model's tokens say it."""
    kept = tokenizer.quantize(primer).note_count
    if kept < primer.note_count:
        click.echo(
            f"the model's tokens hold {kept} of the primer's {counted(primer.note_count, 'note')}",
            err=True,
        )
    if tokenizer.name != "performance" and is_played(primer):
        click.echo("the primer is played freely: it is put on the grid of its ticks", err=True)
