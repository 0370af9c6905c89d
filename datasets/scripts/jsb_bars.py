"""What Bach's scores say of the JSB chorales: metre, upbeat, key and phrases, found in music21.

    pip install music21
    python datasets/scripts/jsb_bars.py shared/data/jsb-chorales > \
        datasets/musicrnn_datasets/jsb_bars.csv

Conventions. Steps are sixteenths. A chorale of the corpus is a grid of four pitches a step, without
bars; music21 (its package holds 408 chorales by Bach as MusicXML) has them with bars, signatures
and fermatas, repeats not written out, some with other repeats or in another key. So windows of
WINDOW steps of the corpus are looked up among all windows of the scores, as sets of intervals; the
score that most windows are in is the chorale's, if it has LEAST of them, and says where in its bars
each step lies. Chorales whose bars then disagree (a metre that changes, other readings) are left
out.

A phrase ends with the soprano's fermata. Phrases whose sopranos sound alike in ALIKE of the time
have one letter. The key's tonic is the last note of the bass where it is that of the signature, its
relative minor, or the minor that old scores sign with a flat too few; else the key is estimated.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from music21 import converter, corpus, expressions, key, meter  # pyright: ignore

from musicrnn.key import estimate_key
from musicrnn.score import Key
from musicrnn_datasets.jsb import chorale

WINDOW = 12
LEAST = 0.15
AGREEING = 0.95
ALIKE = 0.7
SHORTEST_PHRASE = 12
LETTERS = "ABCDEFGHI"
Window = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class Bach:
    """A score: sounding pitches [T, parts], the place in its bar and the metre of each step, where
    a fermata of the soprano begins and how long it is, sharps of the signature."""

    name: str
    pitches: np.ndarray
    places: list[tuple[int, str]]
    fermatas: dict[int, int]
    sharps: int | None


def read(path: Path) -> Bach | None:
    """A score of four parts or more."""
    score: Any = converter.parse(str(path))
    parts = list(score.parts)
    if len(parts) < 4:
        return None
    lines = [list(part.flatten().notes) for part in parts]
    steps = max(_steps(n.offset + n.quarterLength) for line in lines for n in line) + 1
    pitches = np.full((steps, len(parts)), -1)
    fermatas: list[dict[int, int]] = []
    for column, line in enumerate(lines):
        fermatas.append({})
        for note in line:
            begin, end = _steps(note.offset), _steps(note.offset + note.quarterLength)
            pitches[begin : max(begin + 1, end), column] = note.pitches[-1].midi
            if any(isinstance(each, expressions.Fermata) for each in note.expressions):
                fermatas[-1][begin] = end - begin
    signature = next(iter(parts[0].recurse().getElementsByClass(key.KeySignature)), None)
    return Bach(
        path.stem,
        pitches,
        _places(parts[0], steps),
        next(filter(None, fermatas), {}),
        None if signature is None else signature.sharps,
    )


def _steps(quarters: Any) -> int:
    return round(float(quarters) * 4)


def _places(part: Any, steps: int) -> list[tuple[int, str]]:
    """For every step where in its bar it lies, and the metre; a short bar at the beginning, or
    behind another short one, is the end of a bar."""
    signs = [
        (_steps(sign.getOffsetInHierarchy(part)), sign.ratioString)
        for sign in part.recurse().getElementsByClass(meter.TimeSignature)
    ]
    starts = [_steps(measure.offset) for measure in part.getElementsByClass("Measure")]
    found = [(0, "4/4")] * steps
    before = 0  # what the bar before lacks
    for begin, end in pairwise([*starts, steps]):
        metre = [name for at, name in signs if at <= begin][-1]
        lacking = max(0, length_of(metre) - (end - begin))
        first = lacking if lacking and (begin == 0 or before) else 0
        for step in range(begin, min(end, steps)):
            found[step] = (first + step - begin, metre)
        before = lacking if not first else 0
    return found


def length_of(metre: str) -> int:
    beats, unit = map(int, metre.split("/"))
    return beats * 16 // unit


def windows(pitches: np.ndarray) -> dict[int, tuple[Window, int]]:
    """By step, the sets of intervals above the lowest first pitch, and that pitch."""
    found: dict[int, tuple[Window, int]] = {}
    for step in range(len(pitches) - WINDOW + 1):
        rows = pitches[step : step + WINDOW]
        sounding = rows[0][rows[0] >= 0]
        low = int(sounding.min()) if len(sounding) else 0
        found[step] = tuple(tuple(sorted({int(p) - low for p in r if p >= 0})) for r in rows), low
    return found


def aligned(
    pitches: np.ndarray, places: dict[Window, list[tuple[str, int, int]]]
) -> tuple[str, dict[int, int], int] | None:
    """The score that a chorale is, which of its steps each step is, and the transposition."""
    own = windows(pitches)
    votes = Counter(name for found, _ in own.values() for name in {n for n, *_ in places[found]})
    if not votes or votes.most_common(1)[0][1] < LEAST * len(own):
        return None
    name = votes.most_common(1)[0][0]
    steps: dict[int, int] = {}
    moved: Counter[int] = Counter()
    for step, (window, low) in own.items():
        there = [(at, low - base) for other, at, base in places[window] if other == name]
        if not there:
            continue
        wanted = steps[step - 1] + 1 if step - 1 in steps else step
        at, semitones = min(there, key=lambda each: abs(each[0] - wanted))
        moved[semitones] += 1
        for ahead in range(WINDOW):
            steps.setdefault(step + ahead, at + ahead)
    return name, steps, moved.most_common(1)[0][0]


def row(name: str, pitches: np.ndarray, found: tuple[str, dict[int, int], int], bach: Bach) -> Any:
    """What is written of a chorale, None where its bars disagree."""
    _, steps, semitones = found
    phases: Counter[tuple[str, int]] = Counter()
    for step, at in steps.items():
        place, metre = bach.places[at]
        phases[metre, (step - place) % length_of(metre)] += 1
    (metre, upbeat), agreeing = phases.most_common(1)[0]
    if agreeing < AGREEING * phases.total():
        return None
    ends = {step + bach.fermatas[at] for step, at in steps.items() if at in bach.fermatas}
    starts = [0]
    for end in sorted(ends):
        if end - starts[-1] >= SHORTEST_PHRASE and end < len(pitches) - WINDOW // 2:
            starts.append(end)
    spans = list(pairwise([*starts, len(pitches)]))
    letters = _letters([pitches[a:b, 0] for a, b in spans])
    phrases = " ".join(f"{letter}{start}" for letter, start in zip(letters, starts, strict=True))
    named = _key(name, pitches, bach.sharps, semitones).name
    return [name, metre, upbeat, named, phrases, bach.name]


def _letters(sopranos: list[np.ndarray]) -> list[str]:
    known: list[tuple[str, np.ndarray]] = []
    found: list[str] = []
    for line in sopranos:
        for letter, other in known:
            both = min(len(line), len(other))
            near = abs(len(line) - len(other)) <= WINDOW // 2
            if near and (line[:both] == other[:both]).mean() >= ALIKE:
                found.append(letter)
                break
        else:
            found.append(LETTERS[len(known)] if len(known) < len(LETTERS) else "X")
            known.append((found[-1], line))
    return found


def _key(name: str, pitches: np.ndarray, sharps: int | None, semitones: int) -> Key:
    last = int(pitches[:, 3][pitches[:, 3] >= 0][-1]) % 12
    if sharps is not None:
        above = (last - 7 * sharps - semitones) % 12
        if above in (0, 2, 9):
            return Key(0, last, above != 0)
    return estimate_key(chorale(pitches.tolist(), name))


def main(folder: Path) -> None:
    paths = sorted(p for p in map(Path, corpus.getComposer("bach")) if p.suffix == ".mxl")
    scores = {bach.name: bach for path in paths if (bach := read(path)) is not None}
    places: dict[Window, list[tuple[str, int, int]]] = defaultdict(list)
    for bach in scores.values():
        for step, (window, low) in windows(bach.pitches).items():
            places[window].append((bach.name, step, low))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["piece", "metre", "upbeat", "key", "phrases", "bwv"])
    splits = json.loads((folder / "Jsb16thSeparated.json").read_text())
    for split in sorted(splits):
        for number, steps in enumerate(splits[split]):
            pitches = np.array([[int(pitch) for pitch in step] for step in steps])
            found = aligned(pitches, places)
            if found and (said := row(f"{split}-{number:03d}", pitches, found, scores[found[0]])):
                writer.writerow(said)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
