"""Whether pieces do as asked: key, density, chords, bass, plan; by the default command with wishes.

    python tests/benchmarks/form/obeyed.py [pop pop909] [--many 1]

Composes 60 pieces in each mode over the twelve keys, 50 of each density, 60 with chords, 60 with
slash chords, 40 with a plan, 20 with a tempo and a metre (times MANY), reads the files back and
prints what came true, beside the held-out songs of the corpus and what they say of themselves.
Densities stand beside the 40 % and 60 % quantiles of excerpts as long, one a held-out song.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from click.testing import CliRunner

from musicrnn.form.returning import letter_similarities
from musicrnn.io.notes import read_piece
from musicrnn.metrics.excerpts import random_excerpts
from musicrnn.metrics.notes import NoteArrays
from musicrnn.metrics.obedience import Asked, as_asked, obedience
from musicrnn.metrics.tables import number, table
from musicrnn.score import PITCH_CLASSES, Score
from musicrnn.sources.scores import read_source
from musicrnn.training.data import read_all
from musicrnn_cli.main import main as musicrnn

BARS = 16
CHORDS = ("C Am F G7", "Dm Bb F C", "G D Em C", "Am F C G")
SLASHES = {"C C/E F G7": "C E F G", "Am Am/G F/A E7": "A G A E", "G D/F# Em C/G": "G F# E G"}
FORM = "i4 A8 B8 A8 B8 o4"


def composed(style: str, count: int, *wishes: str) -> list[Score]:
    """As many pieces from seed 1 on, from their files."""
    with tempfile.TemporaryDirectory() as place:
        words = ["compose", "--style", style, "--count", str(count), "--seed", "1", *wishes]
        done = CliRunner().invoke(musicrnn, [*words, "-o", str(Path(place) / "p.mid")])
        assert done.exit_code == 0, done.output
        return [read_piece(path) for path in sorted(Path(place).glob("*.mid"))]


def mean(scores: Iterable[Score], name: str) -> str:
    """Of a number of obedience, over the pieces that have it."""
    found = [getattr(obedience(score, NoteArrays.of(score)), name) for score in scores]
    return number(float(np.nanmean(found)))


def notes_a_quarter(notes: NoteArrays) -> float:
    return len(notes) * notes.ticks_per_quarter / float(notes.bars[-1] - notes.bars[0])


def keys(style: str, human: Sequence[Score], many: int) -> list[list[str]]:
    rows: list[list[str]] = []
    for minor in (False, True):
        asked = [name + " minor" * minor for name in PITCH_CLASSES]
        made = [piece for key in asked for piece in composed(style, 5 * many, "--key", key)]
        mode = [score for score in human if score.keys and score.keys[0].minor is minor]
        for name in ("key_heard", "key_or_relative_heard"):
            title = f"{'minor' if minor else 'major'}: {name.replace('_', ' ')}"
            rows.append([title, str(len(made)), mean(made, name), mean(mode, name)])
    return rows


def densities(style: str, human: Sequence[Score], many: int) -> list[list[str]]:
    cut = random_excerpts(map(NoteArrays.of, human), BARS, np.random.default_rng(0))
    low, high = np.quantile([notes_a_quarter(excerpt) for excerpt in cut], (0.4, 0.6))
    rows: list[list[str]] = []
    for level in range(1, 6):
        made = composed(style, 50 * many, "--density", str(level))
        dense = np.array([notes_a_quarter(NoteArrays.of(score)) for score in made])
        row = [f"density {level}: notes a quarter", str(len(made)), number(float(dense.mean()))]
        rows.append([*row, ""])
        if level in (1, 5):
            side = dense < low if level == 1 else dense > high
            name = f"below {low:.2f}" if level == 1 else f"above {high:.2f}"
            rows.append([name, str(len(made)), number(float(side.mean())), ""])
    return rows


def chords(style: str, human: Sequence[Score], many: int) -> list[list[str]]:
    made = [piece for words in CHORDS for piece in composed(style, 15 * many, "--chords", words)]
    rows = [
        [name.replace("_", " "), str(len(made)), mean(made, name), mean(human, name)]
        for name in ("on_chord_tones", "bass_on_root")
    ]
    slashed = [
        with_basses(piece, [PITCH_CLASSES.index(name) for name in basses.split()])
        for words, basses in SLASHES.items()
        for piece in composed(style, 20 * many, "--chords", words)
    ]
    for title, scores in (("bass on root", made), ("slash chords: the asked bass", slashed)):
        begun = number(float(np.mean([begins_on_root(score) for score in scores])))
        rows.append([f"{title}, first note of the bar", str(len(scores)), begun, ""])
    title = "slash chords: the asked bass"
    return [*rows, [title, str(len(slashed)), mean(slashed, "bass_on_root"), ""]]


def begins_on_root(score: Score) -> float:
    """Of the chords over which a note begins, the share whose first lowest note is the root."""
    notes = sorted(note for track in score.tracks for note in track.notes)
    ends = [*(chord.tick for chord in score.chords[1:]), score.end]
    found: list[bool] = []
    for chord, end in zip(score.chords, ends, strict=True):
        begun = [note for note in notes if chord.tick <= note.start < end]
        if begun:
            lowest = min(note.pitch for note in begun if note.start == begun[0].start)
            found.append(lowest % 12 == chord.root)
    return float(np.mean(found))


def with_basses(score: Score, basses: Sequence[int]) -> Score:
    """With each bar's bass, from the start again, in the place of a chord's root."""
    lines = score.bar_lines()
    bars = np.searchsorted(lines, [chord.tick for chord in score.chords], side="right") - 1
    moved = (
        replace(chord, root=basses[bar % len(basses)])
        for chord, bar in zip(score.chords, bars.tolist(), strict=True)
    )
    return replace(score, chords=tuple(moved))


def plans(style: str, human: Sequence[Score], many: int) -> list[list[str]]:
    made = composed(style, 40 * many, "--form", FORM)
    sides = [similarities(scores) for scores in (made, human)]
    names = ("bars of one letter alike", "of different letters", "difference")
    return [
        [name, str(len(made)), number(ours), number(theirs)]
        for name, ours, theirs in zip(names, *sides, strict=True)
    ]


def similarities(scores: Iterable[Score]) -> tuple[float, float, float]:
    """Within letters, between them, and the difference: means over pieces that have both."""
    found = [letter_similarities(score) for score in scores]
    both = [(one.mean(), other.mean()) for one, other in found if len(one) and len(other)]
    within, between = np.mean(both, axis=0).tolist()
    return within, between, within - between


def exact(style: str, human: Sequence[Score], many: int) -> list[list[str]]:
    """What the grammar settles: shares of pieces."""
    del human
    made = composed(style, 20 * many, "--tempo", "96", "--time-signature", "3/4")
    found = [as_asked(score, Asked(bpm=96, metre="3/4")) for score in made]
    return [
        [name, str(len(made)), number(float(np.mean([getattr(one, name) for one in found]))), ""]
        for name in ("tempo", "metre")
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("style", nargs="?", default="pop")
    parser.add_argument("corpus", nargs="?", default="pop909")
    parser.add_argument("--many", type=int, default=1)
    options = parser.parse_args()
    _, pieces = read_source(options.corpus)
    held_out, _ = read_all((p for p in pieces if p.split == "test"), lambda piece: piece.read())
    human = [item.content for item in held_out]
    rows: list[list[str]] = []
    for part in (keys, densities, chords, plans, exact):
        rows += part(options.style, human, options.many)
    print(table(["asked", "n", "composed", "human"], rows))


if __name__ == "__main__":
    main()
