"""Music as sound, for models of sound: excerpts of POP909 and Groove through SoundFonts.

    python datasets/scripts/render_sounds.py rendered --soundfont FluidR3_GM.sf2 \\
        --soundfont MuseScore_General_Full.sf2

writes rendered/NAME.flac and rendered/split.csv. Excerpts of SECONDS from a bar drawn at random,
one channel at RATE, as loud as PEAK; the SoundFont of each is drawn, and of half of the pop songs
so are the instruments. The splits are those of the corpora. A piece that cannot be rendered is left
out, and said.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from musicrnn.arrays import Random
from musicrnn.errors import MusicRNNError
from musicrnn.io.audio import write_audio
from musicrnn.score import Score
from musicrnn.score_ticks import since, until
from musicrnn.sources.scores import read_source
from musicrnn.synth.render import render
from musicrnn.training.data import SPLITS, Piece
from musicrnn.waveform import Waveform

RATE, SECONDS, PEAK = 16_000, 20.0, 0.7
PIECES = {"pop909": (400, 40, 60), "groove": (240, 30, 40)}  # of train, valid, test, at most
EFFECTS = 112  # the first program of General MIDI that is no instrument
SEED = 20_261_201


def excerpt(score: Score, random: Random) -> Score:
    """SECONDS from the beginning of a bar on: notes that begin there."""
    lines = [tick for tick, _ in score.bars()]
    latest = score.seconds - SECONDS
    begins = [tick for tick in lines if score.seconds_at(tick) <= latest] or lines[:1]
    first = int(random.choice(begins))
    end = score.seconds_at(first) + SECONDS
    later = [tick for tick in lines if tick > first and score.seconds_at(tick) <= end]
    return until(since(score, first), max(later, default=score.end) - first)


def with_drawn_instruments(score: Score, random: Random) -> Score:
    """Another program for every track of notes."""
    programs = random.integers(EFFECTS, size=len(score.tracks)).tolist()
    tracks = zip(score.tracks, programs, strict=True)
    return replace(score, tracks=tuple(replace(track, program=each) for track, each in tracks))


def sound_of(piece: Piece, soundfont: Path, random: Random, *, varied: bool) -> Waveform:
    """Raises MusicRNNError where it cannot be rendered."""
    score = excerpt(piece.read(), random)
    if varied:
        score = with_drawn_instruments(score, random)
    sound = render(score, rate=RATE, soundfont=soundfont, loudness=None).samples.mean(axis=0)
    sound = sound[: round(SECONDS * RATE)]
    return Waveform(sound[None] * np.float32(PEAK / max(1e-6, float(np.abs(sound).max()))), RATE)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--soundfont", type=Path, action="append", required=True)
    parser.add_argument("--data", type=Path, help="folder where corpora lie")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    rows: list[tuple[str, str]] = []
    for name, counts in PIECES.items():
        _, pieces = read_source(name, options.data)
        for split, count in zip(SPLITS, counts, strict=True):
            random = np.random.default_rng([SEED, len(name), count])
            own = [piece for piece in pieces if piece.split == split]
            for number, index in enumerate(random.permutation(len(own))[:count]):
                piece, font = own[index], options.soundfont[number // 2 % len(options.soundfont)]
                path = options.output / f"{name}-{split}-{number:03d}-{font.stem}.flac"
                try:
                    sound = sound_of(
                        piece, font, random, varied=name != "groove" and number % 2 == 1
                    )
                    write_audio(sound, path)
                except MusicRNNError as error:
                    print(f"{piece.name} is left out: {error}")
                    continue
                rows.append((path.name, split))
    with (options.output / "split.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("file", "split"), *rows])
    print(f"{len(rows)} excerpts in {options.output}")


if __name__ == "__main__":
    main()
