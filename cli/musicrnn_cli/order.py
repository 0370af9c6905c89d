"""All that is asked of ``musicrnn compose``, and pieces written in files as they are finished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from musicrnn.checkpoint import Checkpoint, read_metadata
from musicrnn.errors import MusicRNNError, counted
from musicrnn.face.asking import request_of, style_of
from musicrnn.face.saving import HalfSaved
from musicrnn.io.audio import read_audio
from musicrnn.io.save import PAGES, SAVED, SOUND, check_saved
from musicrnn.pretrained import STYLES, bundled_names, known, load_model, model_path
from musicrnn.sampling.compose import Request
from musicrnn.sampling.composer import Composed, Composer
from musicrnn.sampling.controls import least_seconds
from musicrnn.sampling.primer import HEARD_BARS, Primer, has_edges
from musicrnn.sampling.sample_function import SamplingBudget
from musicrnn.score import Score
from musicrnn.tokens import Tokenizer, tokenizer_from
from musicrnn.tokens.grid import is_played
from musicrnn.training.task import task_of
from musicrnn_cli.composed import Record, paths_of, record_of
from musicrnn_cli.tunes import read_said

MAX_PRIMER_SECONDS = 60.0  # of a sound
USUAL, USUAL_SOUND = (".mid", ".wav"), (".wav",)  # what is written when nothing is named


@dataclass(frozen=True)
class Order:
    """All that is asked but the seeds; ``many``: files are numbered; ``makes_sound``: see Task."""

    name: str
    outputs: tuple[Path, ...]
    request: Request
    soundfont: Path | None
    many: bool
    primer: Path | None = None
    makes_sound: bool = False

    @property
    def style(self) -> str:
        return Path(self.name).stem

    def paths(self, seed: int, number: int | None = None) -> list[Path]:
        """Where the piece of a seed is written, the ``number``-th of several."""
        usual = USUAL_SOUND if self.makes_sound else USUAL
        return paths_of(self.outputs, f"{self.style}-{seed}", number, usual)


def check_style(name_or_file: str) -> None:
    """Raises:
    MusicRNNError: neither one of STYLES nor a file; the message names what there is.
    """
    if name_or_file in STYLES or Path(name_or_file).is_file():
        return
    if name_or_file in bundled_names():
        does = task_of(read_metadata(model_path(name_or_file))).does
        why = f"{name_or_file} is no style, it {does}"
    else:
        why = f"there is no style {name_or_file!r}"
    raise MusicRNNError(f"{why}: the styles are {known(name_or_file, STYLES)}")


def asked_of(
    name: str, options: dict[str, Any], primer: Path | None, budget: SamplingBudget
) -> Request:
    """What the options say."""
    if primer is None:
        return request_of(style_of(name), options, budget=budget)
    if _makes_sound(name):
        begun = request_of(style_of(name), options, budget=budget)
        sound = read_audio(primer, max_seconds=MAX_PRIMER_SECONDS).mono()
        for sentence in sound.said:
            click.echo(f"{primer}: {sentence}", err=True)
        return replace(begun, sound=sound)
    return request_of(style_of(name), options, primer=read_said(primer), budget=budget)


def _makes_sound(name: str) -> bool:
    """Whether what a model composes is sound."""
    return task_of(read_metadata(model_path(name))).makes_sound


def composer_of(order: Order) -> Composer:
    """What writes pieces with the model that is asked for."""
    checkpoint = load_model(order.name)
    return task_of(checkpoint).composer(checkpoint)


def prepared(order: Order) -> tuple[Order, Composer]:
    """The order, found possible, with the length that the style has where none is asked for; and
    what writes it."""
    order = replace(order, makes_sound=_makes_sound(order.name))
    if order.makes_sound and order.soundfont is not None:
        raise MusicRNNError(f"sound is made without a SoundFont: leave out {order.soundfont}")
    for path in order.outputs:
        check_saved(path, SOUND if order.makes_sound else SAVED)
    composer = composer_of(order)
    request = composer.completed(order.request, style_of(order.name).bars)
    for path in order.outputs:
        if order.primer is not None and path.exists() and path.samefile(order.primer):
            raise MusicRNNError(f"{path} is the primer itself: write to another file")
    if request.primer is not None:
        _say_what_changes(composer.checkpoint, request.primer)
    asked, bars = len(request.controls.chords), request.controls.bars
    if bars is not None and asked > bars:
        said = f"{asked} chords are asked for, one a bar, and {counted(bars, 'bar')}"
        click.echo(f"{said}: not all are played", err=True)
    order = replace(order, request=request)
    check_length(order, composer, order.outputs)
    return order, composer


def check_length(order: Order, composer: Composer, files: Iterable[Path]) -> None:
    """Raises MusicRNNError where one of the files is of sound, and the piece would be too long."""
    loud = [path for path in files if path.suffix.lower() in (*SOUND, *PAGES)]
    if not loud or order.makes_sound:
        return
    from musicrnn.synth.render import longest_seconds

    controls = order.request.controls
    least, most = (
        least_seconds(composer.checkpoint, controls, order.request.primer),
        longest_seconds(),
    )
    if least > most:
        said = " and ".join(
            f"{name} {value}"
            for name, value in controls.given().items()
            if name in ("bars", "seconds", "tempo")
        )
        raise MusicRNNError(
            f"sound may last {most:.0f} s, with {said} it would last {least:.0f} s or more: ask "
            f"for less, or for notes alone in place of {loud[0].name}"
        )


def compose_numbered(
    order: Order, composer: Composer, numbered: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, Record]]:
    """Number and record of pieces as they are saved, from numbers and seeds."""
    for piece in composer.compose([seed for _, seed in numbered], order.request):
        number = numbered[piece.number][0]
        count = number + 1 if order.many else None
        yield number, saved(order, piece, order.paths(piece.seed, count))


def saved(order: Order, piece: Composed, paths: list[Path]) -> Record:
    """Write the piece and give its record.

    Raises:
        MusicRNNError: a file cannot be written; what has been is said.
    """
    try:
        if paths:
            replace(piece, style=order.style).save(*paths, soundfont=order.soundfont)
    except HalfSaved as error:
        for path in error.written:
            click.echo(f"{path} is written, the rest is not", err=True)
        raise
    return record_of(piece, order.style, paths)


def _say_what_changes(checkpoint: Checkpoint, primer: Score) -> None:
    """What the model hears of a primer, which is quantized to its tokens."""
    tokenizer: Tokenizer = tokenizer_from(checkpoint.entry("tokenizer"))
    begun = Primer(primer, tokenizer)
    heard = begun.heard
    if begun.is_long:
        click.echo(
            f"the model hears the last {HEARD_BARS} bars of the primer, the "
            f"{counted(begun.bars, 'bar')} before are kept in what is written",
            err=True,
        )
    kept = tokenizer.quantize(heard).note_count
    if kept < heard.note_count:
        click.echo(
            f"the model's tokens hold {kept} of the primer's {counted(heard.note_count, 'note')}: "
            "what is written holds all",
            err=True,
        )
    if any(map(has_edges, primer.tracks)):
        click.echo("the primer's drums 22 and 26, Roland's, are written as 42 and 46", err=True)
    if tokenizer.has_bars and is_played(heard):
        click.echo(
            "the primer keeps to no grid, as music that is played freely or full of grace notes: "
            "the model hears it on the nearest places of its own",
            err=True,
        )
