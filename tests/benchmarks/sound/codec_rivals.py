"""The codec beside others: Griffin-Lim from its own codes, Opus at 6 kbit/s, codec2 where it is.

    python tests/benchmarks/sound/codec_rivals.py codec arabic-commands [DATA ...] [--split test]

MODEL is a codec, DATA what musicrnn evaluate takes. Opus is libsndfile's at its lowest rate, and
codec2 the programs c2enc and c2dec in $PATH (Debian: codec2), at 8 kHz, which wide-band PESQ hears
as missing the upper half. What comes late is moved back by the shift of the highest correlation.
Stretches and measures are those of musicrnn.training.codec.measure (pip install pystoi pesq).
"""

from __future__ import annotations

import argparse
import io
import math
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from musicrnn.metrics.tables import number, table
from musicrnn.sources.sounds import read_sounds
from musicrnn.tokens.sound import CodecTokenizer
from musicrnn.training.codec.measure import MEASURES, both, stretches_of
from musicrnn.training.data import DataRequest
from musicrnn.waveform import Waveform

RATE, LATEST = 16_000, 1600  # Hz; samples that a codec may be late


def opus(sound: np.ndarray) -> tuple[np.ndarray, float]:
    """As Opus leaves it, and bits a second."""
    file = io.BytesIO()
    whole = np.rint(sound * 32767).astype(np.int16)
    soundfile.write(file, whole, RATE, "OPUS", format="OGG", compression_level=1.0)
    bits = 8 * len(file.getvalue()) * RATE / len(sound)
    file.seek(0)
    return soundfile.read(file, dtype="float32")[0][: len(sound)], bits


def codec2(sound: np.ndarray, mode: str) -> tuple[np.ndarray, float]:
    """As codec2 leaves it, and bits a second."""
    narrow = Waveform(sound[None], RATE).resampled(8000).samples[0]
    with tempfile.TemporaryDirectory() as folder:
        raw, coded, heard = (Path(folder) / name for name in ("a.raw", "a.bin", "b.raw"))
        raw.write_bytes(np.rint(narrow.clip(-1, 1) * 32767).astype("<i2").tobytes())
        for words in (["c2enc", mode, raw, coded], ["c2dec", mode, coded, heard]):
            subprocess.run(list(map(str, words)), check=True, capture_output=True)
        bits = 8 * coded.stat().st_size * RATE / len(sound)
        back = np.frombuffer(heard.read_bytes(), "<i2").astype(np.float32) / 32768
    wide = Waveform(back[None], 8000).resampled(RATE).samples[0]
    return in_step(sound, wide), bits


def in_step(sound: np.ndarray, late: np.ndarray) -> np.ndarray:
    """Moved back to where it correlates best, and as long as the sound."""
    padded = np.concatenate([late, np.zeros(len(sound) + LATEST, np.float32)])
    size = 2 ** math.ceil(math.log2(len(sound) + LATEST))
    spectrum = np.conj(np.fft.rfft(sound, size)) * np.fft.rfft(padded[: len(sound) + LATEST], size)
    shift = int(np.fft.irfft(spectrum, size)[:LATEST].argmax())
    return padded[shift : shift + len(sound)]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("data", nargs="+")
    parser.add_argument("--split", default="test")
    options = parser.parse_args()
    tokenizer = CodecTokenizer(options.model)
    for source in options.data:
        sounds = read_sounds(DataRequest((source,)), None).examples[options.split]
        stretches = stretches_of(sounds, tokenizer.rate)
        found: dict[str, list[list[float]]] = {}
        seconds = spent = 0.0
        for _, sound in stretches:
            started = time.perf_counter()
            tokenizer.quantize(Waveform(sound[None], RATE))
            spent, seconds = spent + time.perf_counter() - started, seconds + len(sound) / RATE
            ours, other = both(tokenizer, sound)
            made = {
                tokenizer.name: (ours, tokenizer.bits_a_second),
                "Griffin-Lim": (other, tokenizer.bits_a_second),
                "Opus": opus(sound),
            }
            for mode in ("2400", "3200") if shutil.which("c2enc") else ():
                made[f"codec2 {mode}"] = codec2(sound, mode)
            for name, (heard, bits) in made.items():
                row = [bits / 1000, *(measure(sound, heard) for measure in MEASURES.values())]
                found.setdefault(name, []).append(row)
        rows = [
            [name, *map(number, np.nanmean(np.array(values), axis=0).tolist())]
            for name, values in found.items()
        ]
        print(f"{source}, {options.split}, n = {len(stretches)}")
        print(table(["", "kbit/s", *MEASURES], rows))
        print(f"{seconds / spent:.0f} times real time, to codes and back\n")


if __name__ == "__main__":
    main()
