"""What ``musicrnn tokenize`` says of a sound file, and which tokens it takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from musicrnn.errors import MusicRNNError, counted

if TYPE_CHECKING:
    from musicrnn.sources.tokenized_sound import TokenizedSound
    from musicrnn.tokens.sound import SoundTokenizer


def is_sound(path: Path) -> bool:
    """Whether it is no file of notes, by its name or its first bytes."""
    from musicrnn.io.notes import READ
    from musicrnn.io.sound.streams import holds_sound
    from musicrnn.sources.labelled_folder import AUDIO

    suffix = path.suffix.lower()
    return suffix in AUDIO or (suffix not in READ and holds_sound(path))


def tokenizer_of(model: str | None, tokens: str | None) -> SoundTokenizer:
    """Of a codec, of a model that composes sound, by name, or the first there is.

    Raises:
        MusicRNNError: there is no such model, or it reads other tokens.
    """
    from musicrnn.checkpoint import read_metadata
    from musicrnn.pretrained import model_path
    from musicrnn.tokens.sound import SOUND_TOKENIZERS, CodecTokenizer, sound_tokenizer_from
    from musicrnn.training.task import task_of

    if model is None:
        return SOUND_TOKENIZERS[tokens or next(iter(SOUND_TOKENIZERS))]()
    path = model_path(model)
    metadata = read_metadata(path)
    task, said = task_of(metadata), metadata.get("tokenizer")
    if task.verb == "tokenize":
        return CodecTokenizer(str(path))
    if task.makes_sound and isinstance(said, dict):
        return sound_tokenizer_from(said)
    raise MusicRNNError(
        f"{model} reads no tokens of sound: it {task.does}; give --tokens "
        f"{' or '.join(SOUND_TOKENIZERS)}, or a model that musicrnn train tokenize has made"
    )


def say_sound(seen: TokenizedSound, as_json: bool) -> None:
    """A line for people or programs."""
    if as_json:
        click.echo(json.dumps(seen.as_json()))
        return
    for sentence in seen.said:
        click.echo(f"{seen.file}: {sentence}", err=True)
    parts = [
        f"{counted(seen.tokens, seen.tokenizer + ' token')}",
        f"{seen.seconds:.2f} s at {seen.rate} Hz in one channel",
        f"{seen.bits_a_second / 1000:g} kbit/s",
    ]
    if seen.signal_to_noise is not None:
        parts.append(f"signal to noise {seen.signal_to_noise:.1f} dB")
    if seen.logmel_distance is not None:
        parts.append(f"log-mel distance {seen.logmel_distance:.2f} dB")
    if seen.output:
        parts.append(f"written as {seen.output}")
    click.echo(f"{seen.file}: {', '.join(parts)}")
