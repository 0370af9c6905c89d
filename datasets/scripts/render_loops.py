"""Drum loops as sound, for a model that makes loops: performances of Groove through SoundFonts.

    python datasets/scripts/render_loops.py loops --soundfont FluidR3_GM.sf2 \\
        --soundfont MuseScore_General_Full.sf2

writes loops/NAME.flac and loops/split.csv (file,label,split,tempo): BARS bars of 4/4 each, from a
bar line on, one channel at RATE, as loud as PEAK; the label is the feel, of which FEW training
performances are needed. Of a performance at most MOST loops are taken, evenly, each by another
SoundFont in turn; what still sounds at the end is cut off, as where a loop begins again. The splits
are those of the corpus, by performance.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

import numpy as np

from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import write_audio
from musicrnn.score import Score
from musicrnn.score_ticks import since, until
from musicrnn.sources.scores import read_source
from musicrnn.synth.render import render
from musicrnn.waveform import Waveform

RATE, BARS, PEAK = 16_000, 4, 0.7
FEW, MOST = 5, 12
LEAST = 8  # strokes of a loop


def loops_of(score: Score) -> list[Score]:
    """Parts of BARS bars one behind the other, MOST at most, evenly spread."""
    lines = score.bar_lines()
    starts = [s for s in range(0, len(lines) - BARS, BARS) if score.metre.name == "4/4"]
    chosen = starts[:: max(1, -(-len(starts) // MOST))]
    parts = (until(since(score, lines[s]), lines[s + BARS] - lines[s]) for s in chosen)
    return [part for part in parts if part.note_count >= LEAST]


def sound_of(loop: Score, soundfont: Path) -> Waveform:
    """Raises MusicRNNError where it cannot be rendered."""
    sound = render(loop, rate=RATE, soundfont=soundfont, loudness=None).samples.mean(axis=0)
    whole = np.zeros(round(BARS * 4 * 60 / loop.tempos[0].bpm * RATE), np.float32)
    whole[: len(sound)] = sound[: len(whole)]
    return Waveform(whole[None] * np.float32(PEAK / max(1e-6, float(np.abs(whole).max()))), RATE)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--soundfont", type=Path, action="append", required=True)
    parser.add_argument("--data", type=Path, help="folder where corpora lie")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    _, pieces = read_source("groove", options.data)
    pieces = [piece for piece in pieces if not piece.is_fill]
    feels = Counter(piece.feel for piece in pieces if piece.split == "train")
    rows: list[tuple[str, str, str, str]] = []
    for piece in pieces:
        if feels[piece.feel] < FEW:
            continue
        try:
            for number, loop in enumerate(loops_of(piece.read())):
                font = options.soundfont[len(rows) % len(options.soundfont)]
                name = f"{piece.name.replace('/', '-')}-{number:02d}.flac"
                write_audio(sound_of(loop, font), options.output / name)
                rows.append((name, piece.feel, piece.split, f"{loop.tempos[0].bpm:.3f}"))
        except MusicRNNError as error:
            print(f"{piece.name} is left out: {error}")
    with (options.output / "split.csv").open("w", newline="") as file:
        header = ("file", "label", "split", "tempo")
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
    print(f"{len(rows)} loops in {options.output}: {dict(Counter(row[1] for row in rows))}")


if __name__ == "__main__":
    main()
