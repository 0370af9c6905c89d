"""Options that are read as musicians write them: keys, metres, chords, forms and parts; what is not
played as it is written is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from musicrnn.errors import MusicRNNError


def _reading(name: str) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """A callback that reads an option with the function of that name in tokens.wishes."""

    def read(context: click.Context, option: click.Parameter, text: str | None) -> Any:
        from musicrnn.tokens import wishes

        try:
            asked = None if text is None else getattr(wishes, name)(text)
        except MusicRNNError as error:
            raise click.BadParameter(str(error)) from None
        for sentence in getattr(asked, "said", ()):
            click.echo(sentence, err=True)
        return asked

    return read


parse_key = _reading("read_key")
parse_time_signature = _reading("read_time_signature")
parse_chords = _reading("read_chords")
parse_form = _reading("read_form")
parse_parts = _reading("read_parts")
parse_feel = _reading("read_feel")
