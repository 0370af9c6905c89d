"""``musicrnn tokenize``: a piece as tokens, and the proof that they say it."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--model", help="The tokens of this model: a bundled name or a file.")
@click.option("--tokens", type=click.Choice(["beat", "performance", "abc"]), help="Else chosen.")
@click.option("--check", is_flag=True, help="Only say whether each file survives the round trip.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file.")
@click.pass_context
def command(
    context: click.Context,
    files: tuple[Path, ...],
    model: str | None,
    tokens: str | None,
    check: bool,
    as_json: bool,
) -> None:
    """Show FILES (MIDI or ABC) as the tokens that a model reads."""
    from musicrnn.errors import MusicRNNError
    from musicrnn.io.save import read_piece
    from musicrnn.pretrained import load_model
    from musicrnn.tokens import TOKENIZERS, tokenizer_from
    from musicrnn.tokens.choose import suitable_tokenizer

    known = None
    if model:
        known = tokenizer_from(load_model(model).metadata["tokenizer"])
    elif tokens:
        known = TOKENIZERS[tokens]()
    failed = False
    for path in files:
        try:
            score = read_piece(path)
            tokenizer = known or suitable_tokenizer([score])
            ids = tokenizer.encode(score)
            same = tokenizer.decode(ids) == tokenizer.quantize(score)
        except MusicRNNError as error:
            failed = True
            click.echo(f"{path}: {error}", err=True)
            continue
        failed = failed or not same
        words = [tokenizer.vocabulary[token] for token in ids]
        if as_json:
            click.echo(json.dumps({"file": str(path), "tokenizer": tokenizer.name,
                                   "round_trip": same, "tokens": words}))  # fmt: skip
        elif check:
            verdict = "the tokens say all of it" if same else "the round trip FAILS"
            click.echo(f"{path}: {len(words)} {tokenizer.name} tokens, {verdict}")
        else:
            click.echo(("" if tokenizer.name == "abc" else " ").join(words[1:-1]))
    if failed:
        context.exit(1)
