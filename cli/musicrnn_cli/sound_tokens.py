"""A sound file as tokens: how many a second, what is lost, and what is left as a sound file."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from musicrnn.errors import MusicRNNError, counted

if TYPE_CHECKING:
    from musicrnn.tokens.sound import SoundTokenizer

BLOCK = 16_384  # samples read at a time


def is_sound(path: Path) -> bool:
    """Whether it is no file of notes, by its name or its first bytes."""
    from musicrnn.io.sound.streams import holds_sound

    return path.suffix.lower() not in (".mid", ".midi", ".abc") and holds_sound(path)


def tokenize_sound(
    path: Path, tokenizer: SoundTokenizer, *, output: Path | None, convert: bool
) -> dict[str, Any]:
    """Its figures, and ``output`` written where there is one.

    Raises:
        MusicRNNError: it cannot be read, or the output cannot be written.
    """
    import numpy as np

    from musicrnn.io.audio import MAX_SAMPLES, check_writable, write_audio
    from musicrnn.io.blocks import file_blocks
    from musicrnn.metrics.sound import SoundLoss
    from musicrnn.waveform import Waveform

    if output is not None:
        check_writable(output)
    said: list[str] = []
    encoder, decoder = tokenizer.encoder(), tokenizer.decoder()
    loss = SoundLoss(tokenizer.rate)
    waiting = np.zeros(0, np.float32)  # heard, and not decoded yet
    kept: list[Any] = []
    count = samples = 0

    def decoded(sound: Any) -> None:
        nonlocal waiting
        found = sound[: len(waiting)]
        loss.push(waiting[: len(found)], found)
        waiting = waiting[len(found) :]
        if output is not None:
            kept.append(found)

    for block in file_blocks(path, rate=tokenizer.rate, block=BLOCK, said=said, convert=convert):
        samples += len(block)
        if output is not None and samples > MAX_SAMPLES:
            raise MusicRNNError(
                f"{path} lasts more than {MAX_SAMPLES / tokenizer.rate / 60:.0f} min, too long to "
                "be written as tokens say it: leave -o out, or cut it"
            )
        waiting = np.concatenate([waiting, block])
        ids = encoder.push(block)
        count += len(ids)
        decoded(decoder.push(ids))
    ids = encoder.finish()
    count += len(ids)
    decoded(np.concatenate([decoder.push(ids), decoder.finish()]))
    if output is not None:
        write_audio(Waveform(np.concatenate(kept)[None], tokenizer.rate), output, overload="scale")
    return {
        "file": str(path),
        "tokenizer": tokenizer.name,
        "rate": tokenizer.rate,
        "seconds": samples / tokenizer.rate,
        "tokens": count,
        "bits_a_second": tokenizer.bits_a_second,
        "signal_to_noise": _finite(loss.signal_to_noise),
        "logmel_distance": _finite(loss.logmel_distance),
        "output": None if output is None else str(output),
        "said": said,
    }


def _finite(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None


def say_sound(seen: dict[str, Any], as_json: bool) -> None:
    """A line for people or programs."""
    if as_json:
        click.echo(json.dumps(seen))
        return
    for sentence in seen["said"]:
        click.echo(f"{seen['file']}: {sentence}", err=True)
    parts = [
        f"{counted(seen['tokens'], seen['tokenizer'] + ' token')}",
        f"{seen['seconds']:.2f} s at {seen['rate']} Hz in one channel",
        f"{seen['bits_a_second'] / 1000:g} kbit/s",
    ]
    if seen["signal_to_noise"] is not None:
        parts.append(f"signal to noise {seen['signal_to_noise']:.1f} dB")
    if seen["logmel_distance"] is not None:
        parts.append(f"log-mel distance {seen['logmel_distance']:.2f} dB")
    if seen["output"]:
        parts.append(f"written as {seen['output']}")
    click.echo(f"{seen['file']}: {', '.join(parts)}")
