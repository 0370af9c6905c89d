"""Fifty harmonizations of held-out sopranos beside a bigram's and Bach's own: docs/chorales.md.

Each of the first COUNT chorales of the split gives its soprano; the model writes alto, tenor and
bass, with a seed of its own. Checked for each, after a round trip through a MIDI file: the given
voice is untouched to the tick, and every voice keeps to its range. The bigram draws each lower
voice sixteenth by sixteenth, from what followed its last pitch in training, times how much likelier
than usual its pitch is under the soprano's. Sampler settings are chosen on --split valid.

    python tests/benchmarks/chorale/harmonizations.py [--split valid] [--count 50] [--model FILE]
        [--temperatures 0.5,0.7]
"""

import argparse
import time
from dataclasses import replace
from typing import Any

import numpy as np

from musicrnn.face.asking import style_of
from musicrnn.io.midi import midi_bytes, score_from_midi
from musicrnn.metrics.harmony import four_voices
from musicrnn.metrics.tables import table
from musicrnn.metrics.voice_leading import VoiceLeading, voice_leading_of_all
from musicrnn.pretrained import load_model
from musicrnn.sampling.written import Writer
from musicrnn.score import Score, TimeSignature
from musicrnn.score_ticks import finer
from musicrnn.sources.scores import read_source
from musicrnn.tokens.parts import grid_of, voice_tracks
from musicrnn.tokens.voices import sounding
from musicrnn.training.data import read_all
from musicrnn.training.task import task_of

ADDED = 0.1  # counts
Ranges = tuple[tuple[int, int], ...]


def with_upbeat(score: Score) -> Score:
    """A JSB chorale, taken to end with a whole bar of 4/4, what is over an upbeat before it."""
    upbeat = score.end % (4 * score.ticks_per_quarter)
    if not upbeat:
        return score
    short = TimeSignature(0, upbeat // score.ticks_per_quarter, 4)
    return replace(score, time_signatures=(short, TimeSignature(upbeat, 4, 4)))


def pitches_of(score: Score, names: tuple[str, ...]) -> np.ndarray:
    return sounding(grid_of(score, list(voice_tracks(score, names, names).values())))


class Bigram:
    """Lower voices by counting; ids are pitches, 128 is a rest."""

    def __init__(self, train: list[np.ndarray], ranges: Ranges) -> None:
        voices = len(ranges)
        self.ranges = ranges
        self.steps = np.full((voices, 129, 129), ADDED)
        self.under = np.full((voices, 129, 129), ADDED)
        for piece in train:
            ids = np.where(piece < 0, 128, piece)
            for voice in range(voices):
                np.add.at(self.steps[voice], (ids[:-1, voice], ids[1:, voice]), 1)
                np.add.at(self.under[voice], (ids[:, 0], ids[:, voice]), 1)

    def harmonize(self, soprano: np.ndarray, seed: int) -> np.ndarray:
        random = np.random.default_rng(seed)
        above = np.where(soprano < 0, 128, soprano)
        found = np.repeat(soprano[:, None], len(self.ranges), axis=1)
        for voice in range(1, len(self.ranges)):
            low, high = self.ranges[voice]
            inside = np.zeros(129, bool)
            inside[[*range(low, high + 1), 128]] = True
            usual = self.under[voice].sum(0) / self.under[voice].sum()
            last = None
            for step, pitch in enumerate(above):
                fit = self.under[voice][pitch] / self.under[voice][pitch].sum() / usual
                chances = inside * (usual if last is None else self.steps[voice][last]) * fit
                last = int(random.choice(129, p=chances / chances.sum()))
                found[step, voice] = last if last < 128 else -1
        return found


def harmonized(
    writer: Writer, scores: list[Score], settings: Any, ranges: Ranges
) -> tuple[list[np.ndarray], float]:
    """What sounds in each piece, checked as the module says; and seconds a piece."""
    pieces: list[np.ndarray] = []
    started = time.perf_counter()
    for seed, score in enumerate(scores):
        given = voice_tracks(score, writer.names, ["soprano"])
        written = writer.harmonize(score, given, settings, seed).score
        read = score_from_midi(midi_bytes(written))
        again = voice_tracks(read, writer.names, ["soprano"])["soprano"]
        asked = finer(score, read.ticks_per_quarter // score.ticks_per_quarter)
        before = voice_tracks(asked, writer.names, ["soprano"])["soprano"]
        assert again.notes == before.notes, f"piece {seed}: the soprano has changed"
        assert read.tempos == asked.tempos
        assert read.time_signatures == asked.time_signatures
        pitches = pitches_of(read, writer.names)
        for (low, high), line in zip(ranges, pitches.T, strict=True):
            assert low <= line[line >= 0].min() <= line.max() <= high, f"piece {seed}: range"
        pieces.append(pitches)
    return pieces, (time.perf_counter() - started) / len(scores)


def row(name: str, leading: VoiceLeading, pieces: list, bach: list, seconds: float | None):
    alike = [
        np.mean(
            np.concatenate([a[:, v] == b[: len(a), v] for a, b in zip(pieces, bach, strict=True)])
        )
        for v in (1, 2, 3)
    ]
    rates = [
        "-" if tally.rate is None else f"{tally.rate:.2f} ({tally.errors}/{tally.occasions})"
        for tally in leading.tallies().values()
    ]
    notes = sum(int((np.diff(p[:, 1:], axis=0) != 0).sum()) for p in pieces)
    return [
        name, f"{100 * four_voices(pieces).chords:.1f}", *rates,
        " ".join(f"{100 * share:.0f}" for share in alike),
        f"{notes / sum(map(len, pieces)):.2f}", "" if seconds is None else f"{seconds:.2f}",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", default="test", choices=["valid", "test"])
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--model", default="chorale")
    parser.add_argument("--temperatures", default="", help="Such as 0.8,1: a row for each.")
    options = parser.parse_args()
    checkpoint = load_model(options.model)
    writer = task_of(checkpoint).writer(checkpoint)
    ranges = tuple((low, high) for low, high in checkpoint.entry("tokenizer")["ranges"])
    _, pieces = read_source("jsb-chorales")
    read, _ = read_all(pieces, lambda piece: piece.read())
    chosen = [r.content for r in read if r.piece.split == options.split]
    scores = [with_upbeat(score) for score in chosen][: options.count]
    bach = [pitches_of(score, writer.names) for score in scores]
    train = [pitches_of(r.content, writer.names) for r in read if r.piece.split == "train"]
    plain = style_of(options.model).settings
    kinds = {options.model: writer.drawing(plain)} | {
        f"temperature {t}": writer.drawing(plain, float(t))
        for t in filter(None, options.temperatures.split(","))
    }
    rows: list[list[str]] = []
    for name, settings in kinds.items():
        made, seconds = harmonized(writer, scores, settings, ranges)
        rows.append(row(name, voice_leading_of_all(made, ranges), made, bach, seconds))
        print(*rows[-1], sep="  ", flush=True)
    bigram = Bigram(train, ranges)
    counted = [bigram.harmonize(piece[:, 0], seed) for seed, piece in enumerate(bach)]
    rows.append(row("bigram", voice_leading_of_all(counted, ranges), counted, bach, None))
    rows.append(row("Bach, these", voice_leading_of_all(bach, ranges), bach, bach, None))
    whole = [pitches_of(score, writer.names) for score in chosen]
    rows.append(row("Bach, the split", voice_leading_of_all(whole, ranges), whole, whole, None))
    header = ["", "triads or sevenths, % of sixteenths", *VoiceLeading().tallies(),
              "as Bach A T B, %", "notes a step", "s a piece"]  # fmt: skip
    print(f"{len(scores)} sopranos of the {options.split} split; all untouched, all in range")
    print(table(header, rows))


if __name__ == "__main__":
    main()
