"""Sound that is not read here, decoded by the system's ffmpeg where the user allows it.

ffmpeg gives 32-bit float WAV of unknown length into a pipe; nothing is written to disk. It may
open the file and nothing else: no network, though a playlist should ask for it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError

BLOCK_BYTES = 2**20
HEADER_BYTES = 2**16  # within which the sound must begin
FLOAT = 3


def converted(path: Path, kind: str, said: list[str]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The blocks of a file as ffmpeg decodes them, see musicrnn.io.sound.decode.

    Raises:
        MusicRNNError: there is no ffmpeg, or it cannot decode the file.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise MusicRNNError(
            f"{path} is {kind}, and --convert needs the program ffmpeg, which is not on this "
            "computer: install it (ffmpeg.org), or convert the file elsewhere"
        )
    line = [program, "-nostdin", "-v", "error", "-protocol_whitelist", "file,pipe"]
    line += ["-i", f"file:{path}", "-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1"]
    with subprocess.Popen(
        line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        try:
            frames = 0
            said.append(f"it is {kind}: ffmpeg converted it")
            header = _header(process.stdout)
            if header is not None:
                rate, channels = header
                for block in _blocks(process.stdout, channels):
                    frames += len(block)
                    yield rate, block
            if process.wait() and frames:
                said.append("ffmpeg says that it is damaged")
        finally:
            process.kill()
        if not frames:
            raise MusicRNNError(f"{path} is {kind}, and ffmpeg cannot decode it: it is damaged")


def _header(pipe: IO[bytes]) -> tuple[int, int] | None:
    """Rate and channels, from the chunks before the sound; None where it is no such WAV."""
    if pipe.read(12)[8:12] != b"WAVE":
        return None
    found: tuple[int, int] | None = None
    for _ in range(16):
        head = pipe.read(8)
        if len(head) < 8:
            return None
        if head[:4] == b"data":
            return found
        size = int.from_bytes(head[4:], "little")
        body = pipe.read(min(HEADER_BYTES, size + size % 2))
        if head[:4] == b"fmt ":
            found = int.from_bytes(body[4:8], "little"), int.from_bytes(body[2:4], "little")
    return None


def _blocks(pipe: IO[bytes], channels: int) -> Iterator[NDArray[np.float32]]:
    left = b""
    while read := pipe.read(BLOCK_BYTES):
        read = left + read
        whole = len(read) // (4 * channels) * 4 * channels
        left = read[whole:]
        yield np.frombuffer(read[:whole], "<f4").reshape(-1, channels)
