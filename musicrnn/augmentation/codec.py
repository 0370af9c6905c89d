"""Speech sent through a codec, as it reaches many a recogniser.

Conventions. Clips int16 [n, N] at ``rate`` Hz in and out, in step with one another. The codec is
Opus (RFC 6716) at about 12 kbit/s in one channel; its rates are 8, 12, 16, 24 and 48 kHz.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

RATES = (8_000, 12_000, 16_000, 24_000, 48_000)
COMPRESSION = 0.975  # of libsndfile's scale: 12 kbit/s in one channel
TOGETHER = 512  # clips that are sent one after the other


def through_codec(clips: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    """Clips [n, N] as they are after they were coded and decoded; ``rate`` one of RATES."""
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    out = np.empty_like(clips)
    for start in range(0, len(clips), TOGETHER):
        block = clips[start : start + TOGETHER]
        file = io.BytesIO()
        soundfile.write(
            file, block.reshape(-1), rate, "OPUS", format="OGG", compression_level=COMPRESSION
        )
        file.seek(0)
        heard, _ = soundfile.read(file, dtype="int16")
        out[start : start + TOGETHER] = heard[: block.size].reshape(block.shape)
    return out
