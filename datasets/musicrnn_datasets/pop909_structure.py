"""The phrase structure of POP909 by two humans (Dai, Zhang, Dannenberg 2020), laid on its beats.

Conventions. A labelled song has bars of its own, all of one length: ``human_label1.txt`` is
``i4A8B8o3``, letters with lengths in those bars, and ``melody.txt`` a melody that begins with them,
a line a note: pitch (0 a rest) and length in sixteenths. Where a song's melody is found at some
offset from its annotated beats, so are the bars. Four songs of five have one offset; the others
change it, mostly by half a bar: the labellers left out a bar of two beats there, and it stays out
of their count. Where the offset is no whole beat (4 %) the bars go to the nearest one, since the
other tracks' onsets stand on the annotated beats (52 % of them, 14 % on the labels').

A song whose melody is not found at small changes of offset, or whose labels are much longer or
shorter than its melody, has none (7 of 909). Music after the last label is an outro (``o``) if it
is longer than a bar, else it belongs to the last section; music before the first is an intro.

Source: Automatic Analysis and Influence of Hierarchical Structure on Melody, Rhythm and Harmony in
Popular Music, CSMC+MuMe 2020.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError

FOUND = 0.9  # share of the labelled melody's notes that must be found
_NEAR = 1.0  # sixteenths by which a note may be off
_OFFSETS = 24  # the most frequent ones are tried
_LARGEST_CHANGE = 16  # sixteenths by which the offset may change at once
_COST = 6.0  # notes that a change of the offset must win
_MEASURED = (0.9, 1.35)  # bounds of the labels' length, as a multiple of the melody's


@dataclass(frozen=True)
class LabelledBars:
    """The labels' bar lines on the beats of a song."""

    lines: NDArray[np.int64]  # [bars + 1], indices of beats, increasing
    beats_a_bar: int
    names: tuple[str, ...]  # of the sections
    first_bars: tuple[int, ...]  # in which each section begins; one more: the bar after the last


def labelled_bars(
    folder: Path,
    onsets: NDArray[np.float64],
    pitches: NDArray[np.int64],
    *,
    metre: int,
    labeller: int = 1,
) -> LabelledBars | None:
    """The labels of a song from its folder; None where there are none or they are not aligned.

    onsets: [notes] of the played melody, in beats. pitches: [notes]. metre: 3 or 4 beats; the
    labels of a song in three may count four.

    Raises:
        MusicRNNError: a file is missing or broken.
    """
    if not folder.is_dir():
        return None
    try:
        table = np.array(
            [line.split() for line in (folder / "melody.txt").read_text().splitlines()], np.int64
        )
        text = (folder / f"human_label{labeller}.txt").read_text().strip()
    except (OSError, ValueError) as error:
        raise MusicRNNError(f"cannot read the labels in {folder}: {error}") from error
    labels = re.findall(r"([A-Za-z])(\d+)", text)
    if "".join(map("".join, labels)) != text:
        raise MusicRNNError(f"a label of {folder} is a letter and its bars, got {text!r}")
    first_bars = np.cumsum([0, *(int(bars) for _, bars in labels)])
    length = int(table[:, 1].sum())
    bar = min({4 * metre, 16}, key=lambda bar: abs(first_bars[-1] * bar / length - 1))
    if not _MEASURED[0] <= first_bars[-1] * bar / length <= _MEASURED[1]:
        return None
    starts = np.cumsum(table[:, 1]) - table[:, 1]
    sung = table[:, 0] > 0
    found = _offsets(starts[sung], table[sung, 0], 4 * onsets, pitches)
    if found is None:
        return None
    lines = bar * np.arange(first_bars[-1] + 1)
    changed = np.flatnonzero(np.diff(found)) + 1  # the first note at each new offset
    since = starts[sung][changed] // bar * bar  # which the bar line before it has already
    offsets = np.concatenate([found[:1], found[changed]])
    lines = lines + offsets[np.searchsorted(since, lines, side="right")]
    lines = (lines + 1) // 4
    if np.any(np.diff(lines) <= 0):
        return None
    return LabelledBars(
        lines, bar // 4, tuple(name for name, _ in labels), tuple(first_bars.tolist())
    )


def _offsets(
    starts: NDArray[np.int64],
    pitches: NDArray[np.int64],
    played: NDArray[np.float64],
    played_pitches: NDArray[np.int64],
) -> NDArray[np.int64] | None:
    """[notes], how much later each labelled note is played, in sixteenths; None if not found.

    The most likely path over the offsets: a found note counts 1, a change costs _COST.
    """
    later = played[:, None] - starts  # [played, labelled]
    later[played_pitches[:, None] != pitches] = np.inf
    values, counts = np.unique(np.rint(later[np.isfinite(later)]), return_counts=True)
    offsets = values[np.argsort(-counts, kind="stable")[:_OFFSETS]].astype(np.int64)
    if len(offsets) == 0:
        return None
    hits = np.stack([(np.abs(later - offset) <= _NEAR).any(axis=0) for offset in offsets], axis=1)
    change = np.abs(offsets[:, None] - offsets)
    allowed = (change <= _LARGEST_CHANGE) & (change % 4 == 0)
    cost = np.where(change == 0, 0.0, np.where(allowed, _COST, np.inf))  # [before, after]
    best = hits[0].astype(np.float64)
    before: list[NDArray[np.int64]] = []
    for hit in hits[1:]:
        scores = best[:, None] - cost
        before.append(scores.argmax(axis=0))
        best = scores.max(axis=0) + hit
    path = [int(best.argmax())]
    for choice in reversed(before):
        path.append(int(choice[path[-1]]))
    path.reverse()
    if hits[np.arange(len(path)), path].mean() < FOUND:
        return None
    return offsets[path]
