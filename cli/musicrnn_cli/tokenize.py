"""``musicrnn tokenize``: a piece as tokens, and the proof that they say it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musicrnn.errors import counted
from musicrnn_cli.options import PATH, convert_option, json_option
from musicrnn_cli.sound_tokens import is_sound, say_sound, tokenizer_of

if TYPE_CHECKING:
    from musicrnn.score import Score
    from musicrnn.tokens import Tokenizer


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--model",
    help="Take the tokens of this model, a bundled name or a file; of sound those of a codec, or "
    "of a model that composes sound.",
)
@click.option(
    "--tokens",
    metavar="NAME",
    show_default="what suits the piece",
    help="Take these tokens: beat, performance, tune or abc; of sound codec or mulaw.",
)
@click.option(
    "-o",
    "--output",
    type=PATH,
    help="Write what the tokens of one sound file say as a sound file (.wav, .flac, .ogg, .mp3).",
)
@convert_option
@click.option(
    "--check",
    is_flag=True,
    help="Print only whether the tokens give the piece back, and how many notes they keep.",
)
@json_option("Print one JSON object for each file.")
@click.pass_context
def command(
    context: click.Context,
    files: tuple[Path, ...],
    model: str | None,
    tokens: str | None,
    output: Path | None,
    convert: bool,
    check: bool,
    as_json: bool,
) -> None:
    """Show FILES of notes, of ABC all tunes, as the tokens that a model reads; of a sound file how
    many there are and what is lost."""
    from musicrnn.errors import MusicRNNError
    from musicrnn.pretrained import load_model
    from musicrnn.sources.tokenized_sound import tokenized_sound
    from musicrnn.tokens import TOKENIZERS, tokenizer_called, tokenizer_from
    from musicrnn.tokens.changed import changed
    from musicrnn.tokens.choose import suitable_tokenizer
    from musicrnn.tokens.sound import SOUND_TOKENIZERS
    from musicrnn.training.task import task_of
    from musicrnn_cli.tunes import read_pieces

    known = None
    sounds = [path for path in files if tokens in SOUND_TOKENIZERS or is_sound(path)]
    if output and (len(files) > 1 or not sounds):
        raise click.UsageError("-o writes what the tokens of one sound file say: give one")
    if model and tokens:
        raise click.UsageError("give --model or --tokens, not both")
    if sounds and tokens not in (None, *SOUND_TOKENIZERS):
        raise click.UsageError(
            f"{sounds[0]} is sound, whose tokens are {' or '.join(SOUND_TOKENIZERS)}, not {tokens}"
        )
    if sounds and check:
        raise click.UsageError(
            "--check counts the notes that tokens keep: of sound they say what is lost without it"
        )
    heard = tokenizer_of(model, tokens) if sounds else None
    if model and len(sounds) < len(files):
        checkpoint = load_model(model)
        told = checkpoint.metadata.get("tokenizer")
        if not isinstance(told, dict) or told.get("name") not in TOKENIZERS:
            raise MusicRNNError(
                f"{model} reads no tokens: it {task_of(checkpoint).does}; give --tokens "
                f"{' or '.join(TOKENIZERS)}, or a model that composes with them, such as pop"
            )
        known = tokenizer_from(checkpoint.entry("tokenizer"))
    elif tokens and tokens not in SOUND_TOKENIZERS:
        known = tokenizer_called(tokens)()
    failed = False
    for path in files:
        try:
            if heard is not None and path in sounds:
                say_sound(tokenized_sound(path, heard, output=output, convert=convert), as_json)
                continue
            pieces = read_pieces(path)
        except MusicRNNError as error:
            failed = True
            click.echo(error, err=True)
            continue
        for name, score in pieces:
            if not check and not as_json:
                for sentence in score.said:
                    click.echo(f"{name}: {sentence}", err=True)
            try:
                tokenizer = known or suitable_tokenizer([score])
                seen = _seen(name, score, tokenizer)
            except MusicRNNError as error:
                failed = True
                click.echo(f"{name}: {error}", err=True)
                continue
            for sentence in changed(score, tokenizer):
                click.echo(f"{name}: {sentence}", err=True)
            failed = failed or not seen["round_trip"]
            if check:
                counts = {**seen, "tokens": len(seen["tokens"])}
                click.echo(json.dumps(counts) if as_json else f"{name}: {_verdict(counts)}")
            elif as_json:
                del seen["notes"], seen["kept"]
                click.echo(json.dumps(seen))
            else:
                click.echo(("" if tokenizer.name == "abc" else " ").join(seen["tokens"][1:-1]))
    if failed:
        context.exit(1)


def _seen(name: str, score: Score, tokenizer: Tokenizer) -> dict[str, Any]:
    """A piece, its tokens, how many of the notes that were read they hold, and what is to be known
    of how it was read."""
    ids = tokenizer.encode(score)
    decoded = tokenizer.decode(ids)
    return {
        "file": name,
        "tokenizer": tokenizer.name,
        "round_trip": decoded == tokenizer.quantize(score),
        "tokens": [tokenizer.vocabulary[token] for token in ids],
        "notes": score.note_count,
        "kept": decoded.note_count,
        "said": list(score.said),
    }


def _verdict(counts: dict[str, Any]) -> str:
    trip = "the round trip holds" if counts["round_trip"] else "the round trip FAILS"
    kept = f"{counts['kept']} of {counted(counts['notes'], 'note')} kept"
    kept += " of what was read" if counts["said"] else ""
    said = "".join(f"; {sentence}" for sentence in counts["said"])
    return f"{counted(counts['tokens'], counts['tokenizer'] + ' token')}, {trip}, {kept}{said}"
