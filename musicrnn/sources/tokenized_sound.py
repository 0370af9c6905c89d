"""A sound file as tokens: how many a second, and what is left of it, block by block."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from musicrnn.arrays import Samples
from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import check_writable, write_audio
from musicrnn.io.blocks import file_blocks
from musicrnn.metrics.sound import SoundLoss
from musicrnn.tokens.sound import SoundTokenizer
from musicrnn.waveform import Waveform

BLOCK = 16_384  # samples read at a time
MAX_WRITTEN = 1800.0  # seconds of sound that is written


@dataclass(frozen=True)
class TokenizedSound:
    """Figures of a file; dB, None where they say nothing, as signal to noise of a codec does.
    ``said`` is what is to be known of the file."""

    file: str
    tokenizer: str
    rate: int
    seconds: float
    tokens: int
    bits_a_second: float
    signal_to_noise: float | None
    logmel_distance: float | None
    output: str | None
    said: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return asdict(self)


def tokenized_sound(
    path: Path, tokenizer: SoundTokenizer, *, output: Path | None = None, convert: bool = False
) -> TokenizedSound:
    """Its figures; ``output`` is written as the tokens say it, where there is one.

    Raises:
        MusicRNNError: it cannot be read, the output cannot be written, is the file itself, or would
            last more than MAX_WRITTEN.
    """
    if output is not None:
        check_writable(output)
        if output.exists() and output.samefile(path):
            raise MusicRNNError(f"{output} is the sound itself: write to another file")
    said: list[str] = []
    encoder, decoder = tokenizer.encoder(), tokenizer.decoder()
    loss = SoundLoss(tokenizer.rate)
    waiting = np.zeros(0, np.float32)  # heard, and not decoded yet
    kept: list[Samples] = []
    count = samples = 0

    def decoded(sound: Samples) -> None:
        nonlocal waiting
        found = sound[: len(waiting)]
        loss.push(waiting[: len(found)], found)
        waiting = waiting[len(found) :]
        if output is not None:
            kept.append(found)

    for block in file_blocks(path, rate=tokenizer.rate, block=BLOCK, said=said, convert=convert):
        samples += len(block)
        if output is not None and samples > MAX_WRITTEN * tokenizer.rate:
            raise MusicRNNError(
                f"{path} lasts more than {MAX_WRITTEN / 60:.0f} min, too long to be written as "
                "tokens say it: leave -o out, or cut it"
            )
        waiting = np.concatenate([waiting, block])
        ids = encoder.push(block)
        count += len(ids)
        decoded(decoder.push(ids))
    ids = encoder.finish()
    count += len(ids)
    decoded(np.concatenate([decoder.push(ids), decoder.finish()]))
    if output is not None:
        whole = np.concatenate(kept)[None]
        kept.clear()
        write_audio(Waveform(whole, tokenizer.rate), output, overload="scale")
    return TokenizedSound(
        str(path),
        tokenizer.name,
        tokenizer.rate,
        samples / tokenizer.rate,
        count,
        tokenizer.bits_a_second,
        _finite(loss.signal_to_noise) if tokenizer.keeps_waveform else None,
        _finite(loss.logmel_distance),
        None if output is None else str(output),
        tuple(said),
    )


def _finite(value: float) -> float | None:
    return round(value, 3) if math.isfinite(value) else None
