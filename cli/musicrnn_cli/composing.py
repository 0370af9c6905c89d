"""From a composer's wishes to files: names, records, saving."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import whole_file
from musicrnn.io.save import NOTES, check_saved, read_piece, save_pieces
from musicrnn.pretrained import STYLES, Style, load_model
from musicrnn.sampling.compose import Composition, compose
from musicrnn.sampling.filters import Settings
from musicrnn.score import Score
from musicrnn.tokens import Tokenizer, Wishes, tokenizer_from
from musicrnn.tokens.grid import is_played
from musicrnn_cli.tunes import say_which_tune

BATCH = 64  # pieces sampled side by side


def settings_and_wishes(name: str, options: dict[str, Any]) -> tuple[Settings, Wishes]:
    """The sampler's settings, the style's own where none are given."""
    given = {field.name: options.pop(field.name) for field in fields(Settings)}
    settings = replace(
        style_of(name).settings,
        **{key: value for key, value in given.items() if value is not None},
    )
    return settings, Wishes(**options)


def compose_files(
    name: str,
    seeds: Sequence[int],
    *,
    outputs: Sequence[Path],
    settings: Settings,
    wishes: Wishes,
    primer: Path | None,
    soundfont: Path | None,
    device: str,
) -> Iterator[dict[str, Any]]:
    """Compose, save, and tell of each piece what ``--json`` prints."""
    style = Path(name).stem
    for path in outputs:
        check_saved(path)
    checkpoint = load_model(name)
    if checkpoint.metadata.get("task") in ("voices", "frames"):
        from musicrnn_cli.composing_alone import check_options, compose_alone

        check_options(checkpoint.metadata["task"], settings, primer, device)
        yield from compose_alone(
            checkpoint, seeds, style, outputs, settings=settings, wishes=wishes, soundfont=soundfont
        )
        return
    tokenizer = tokenizer_from(checkpoint.entry("tokenizer"))
    if wishes.bars is None and wishes.seconds is None:
        length = (
            {"seconds": 30.0} if tokenizer.name == "performance" else {"bars": style_of(name).bars}
        )
        wishes = replace(wishes, **length)
    if primer is not None:
        say_which_tune(primer)
    beginning = read_piece(primer) if primer else None
    if beginning is not None:
        _say_what_changes(tokenizer, beginning)
    for first in range(0, len(seeds), BATCH):
        batch = seeds[first : first + BATCH]
        pieces = compose(
            checkpoint,
            batch,
            wishes=wishes,
            settings=settings,
            primer=beginning,
            device=device,
        )
        for index, piece in enumerate(pieces, first + 1):
            paths = paths_of(outputs, style, piece.seed, index if len(seeds) > 1 else None)
            save_composition(piece, style, paths, soundfont)
            yield record_of(piece, style, len(batch), paths)


def style_of(name: str) -> Style:
    """The bundled style of that name, or plain settings for a model of one's own."""
    return STYLES.get(name, Style(Settings()))


def _say_what_changes(tokenizer: Tokenizer, primer: Score) -> None:
    """A primer is heard as the model's tokens say it."""
    kept = tokenizer.quantize(primer).note_count
    if kept < primer.note_count:
        click.echo(
            f"the model's tokens hold {kept} of the primer's {primer.note_count} notes", err=True
        )
    if tokenizer.name != "performance" and is_played(primer):
        click.echo("the primer is played freely: it is put on the grid of its ticks", err=True)


def save_composition(
    piece: Composition, style: str, paths: list[Path], soundfont: Path | None
) -> None:
    """Notes first: they stay when the piece is too long to be made sound of."""
    texts = [path for path in paths if path.suffix == ".abc" and piece.text]
    notes = [path for path in paths if path.suffix in NOTES and path not in texts]
    for path in texts:
        _write_tune(piece, style, path)
    for group in (notes, [path for path in paths if path not in texts and path not in notes]):
        try:
            save_pieces(
                piece.score,
                group,
                soundfont=soundfont,
                caption=f"{style}, seed {piece.seed}",
                accompany=piece.text is not None,
            )
        except MusicRNNError:
            for path in paths:
                if path in texts or (path in notes and group is not notes):
                    click.echo(f"{path} is written, the rest is not", err=True)
            raise


def paths_of(outputs: Sequence[Path], style: str, seed: int, number: int | None) -> list[Path]:
    """tune.mid, or tune-001.mid for one of several; STYLE-SEED.mid and .wav when none is named."""
    if not outputs:
        return [Path(f"{style}-{seed}{suffix}") for suffix in (".mid", ".wav")]
    if number is None:
        return list(outputs)
    return [path.with_name(f"{path.stem}-{number:03}{path.suffix}") for path in outputs]


def _write_tune(piece: Composition, style: str, path: Path) -> None:
    """The tune as the model wrote it, with its repeats."""
    with whole_file(path) as temporary:
        temporary.write_text(f"X:1\nT:{style} {piece.seed}\n{piece.text}\n", encoding="utf-8")


def record_of(piece: Composition, style: str, together: int, paths: list[Path]) -> dict[str, Any]:
    score = piece.score
    signature = score.time_signatures[0]
    return {
        "seed": piece.seed,
        "style": style,
        "key": score.keys[0].name if score.keys else None,
        "tempo": round(score.tempos[0].bpm, 2),
        "time_signature": f"{signature.numerator}/{signature.denominator}",
        "bars": piece.bars,
        "notes": score.note_count,
        "tokens": len(piece.ids),
        "seconds": round(score.seconds, 2),
        "sampling_seconds": round(piece.sampling_seconds / together, 4),
        "attempts": piece.attempts,
        "files": [str(path) for path in paths],
    }
