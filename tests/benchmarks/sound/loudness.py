"""How loud composed pieces are in files, and whether a sample is clipped.

    python tests/benchmarks/sound/loudness.py --count 13

composes short pieces of every style that writes notes, saves each as .wav, and prints for each
style the integrated loudness (BS.1770-4) before and after its level was set, the highest sample of
the file, how many dB the limiter took, and how many samples lie at full scale. Where pyloudnorm is
installed, it measures the files. Exits with 1 where a piece is over 2 LU from the target, or clips.
"""

from __future__ import annotations

import argparse
import importlib
import tempfile
from pathlib import Path

import numpy as np

from musicrnn.io.audio import read_audio, write_audio
from musicrnn.pretrained import STYLES, load_model
from musicrnn.sampling.compose import Composition, Request
from musicrnn.synth.level import Level
from musicrnn.synth.loudness import LoudnessMeter, loudness_of
from musicrnn.synth.render import TARGET_LUFS, render
from musicrnn.tokens import Controls
from musicrnn.training.task import task_of
from musicrnn.waveform import Waveform

MAX_OFF = 2.0  # LU
SOUND = ("words", "loops")  # models that no SoundFont plays


def loudness(sound: Waveform) -> float:
    """LUFS."""
    try:
        witness = importlib.import_module("pyloudnorm")
    except ImportError:
        meter = LoudnessMeter(sound.rate, len(sound.samples))
        meter.push(sound.samples)
        return loudness_of(meter.powers())
    return float(witness.Meter(sound.rate).integrated_loudness(sound.samples.T))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=13, help="pieces of each style")
    parser.add_argument("--bars", type=int, default=4)
    parser.add_argument("--suffix", default=".wav")
    options = parser.parse_args()
    controls = Controls(bars=options.bars)
    every = []
    for style in (name for name in STYLES if name not in SOUND):
        checkpoint = load_model(style)
        composer = task_of(checkpoint).composer(checkpoint)
        request = composer.completed(Request(controls, STYLES[style].settings), options.bars)
        rows = []
        for piece in composer.compose(range(options.count), request):
            assert isinstance(piece, Composition)
            raw = render(piece.score, loudness=None)
            level = Level(raw.rate)
            level.push(raw.samples)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"a{options.suffix}"
                write_audio(render(piece.score), path)
                file = read_audio(path)
            peak = float(np.abs(file.samples).max())
            limited = -20 * np.log10(level.gains(TARGET_LUFS).nodes.min())
            full = int((np.abs(file.samples) >= 32767 / 32768).sum())
            rows.append((loudness(raw), loudness(file), 20 * np.log10(peak), limited, full))
        table = np.array(rows)
        every.append(table)
        (raw, low), high = table.min(axis=0)[:2], table.max(axis=0)
        print(
            f"{style:<11} n {len(table)}: LUFS {raw:.1f} to {high[0]:.1f} before, {low:.2f} to "
            f"{high[1]:.2f} after; highest sample {high[2]:.2f} dB, limited by {high[3]:.1f} dB at "
            f"most, {int(table[:, 4].sum())} samples at full scale",
            flush=True,
        )
    table = np.concatenate(every)
    off = np.abs(table[:, 1] - TARGET_LUFS)
    print(
        f"all         n {len(table)}: median {np.median(table[:, 0]):.1f} LUFS before; after, "
        f"{off.max():.2f} LU from {TARGET_LUFS:g} at most; {int((table[:, 4] > 0).sum())} clip"
    )
    if off.max() > MAX_OFF or table[:, 4].any():
        raise SystemExit(1)


if __name__ == "__main__":
    main()
