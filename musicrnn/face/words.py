"""Sentences that speak of the command line's options, said in Python's words."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from musicrnn.errors import MusicRNNError

OPTIONS = {
    "--resume": "resume=True",
    "--overwrite": "overwrite=True",
    "--tokens": "tokens",
    "--mix": "mix",
    "--split train": 'split="train"',
    "--split valid": 'split="valid"',
    "--split test": 'split="test"',
    "--split": "split_file",
    "--backgrounds": "backgrounds",
    "--data": "folder",
    "--convert says": "convert says",
    "what musicrnn train classify learns": "what train('classify', ...) learns",
}


@contextmanager
def in_python() -> Generator[None]:
    """Inside, a MusicRNNError names arguments in place of options."""
    try:
        yield
    except MusicRNNError as error:
        text = str(error)
        for option, argument in OPTIONS.items():
            text = text.replace(option, argument)
        raise MusicRNNError(text) from error
