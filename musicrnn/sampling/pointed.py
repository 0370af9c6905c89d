"""What a context adds to a step, in compiled loops: rows of tables, scores of what it points at.

Conventions. Rows b of arrays are pieces; see :mod:`musicrnn.context.pointing`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from musicrnn.cells.compiled import compiled


@compiled
def add_rows(to: Any, table: Any, chosen: Any) -> None:
    """To each row of ``to`` [B, n] the rows of ``table`` that are ``chosen`` [B, F], in order."""
    for b in range(to.shape[0]):
        for f in range(chosen.shape[1]):
            row = chosen[b, f]
            for i in range(to.shape[1]):
                to[b, i] += table[row, i]


@compiled
def copied(told: Any, pointers: Any, first_line: int, near: Any) -> Any:
    """logits [B, V] of outputs [B, V + targets]: the last raise or lower the ids pointed at."""
    vocabulary, width = near.shape
    logits = told[:, :vocabulary].copy()
    for b in range(told.shape[0]):
        for p in range(pointers.shape[1]):
            at = pointers[b, p] - 1
            if at < 0:
                continue
            if p < first_line:
                logits[b, at] += told[b, vocabulary + p]
                continue
            first = vocabulary + first_line + (p - first_line) * width
            for n in range(width):
                if near[at, n] > 0:
                    logits[b, near[at, n] - 1] += told[b, first + n]
    return logits


@compiled
def harmonized(
    logits: Any, scores: Any, of_root: Any, tones: Any, roots: Any, sounds: Any, passing: Any
) -> None:
    """logits [B, V] raised or lowered by the scores of intervals [B, kinds, lines, classes] of
    tones [B, 3 * lines], now, before and next, and by those [B, 2, classes] of the chords' roots
    [B].

    ``sounds`` [V] are tones_of_lines; ``passing`` are passed_over [V, lines], and still_open [B,
    lines] behind the ids.
    """
    lines, classes = scores.shape[2:]
    passed, is_open = passing
    worth = np.zeros((lines + 1, classes), np.float32)
    stays = np.zeros(lines, np.float32)
    for b in range(logits.shape[0]):
        worth[:], stays[:] = 0, 0
        now, before, ahead = tones[b, :lines], tones[b, lines : 2 * lines], tones[b, 2 * lines :]
        for line in range(lines):
            for interval in range(classes):
                if now[line] > 0:
                    to = (now[line] - 1 + interval) % classes
                    worth[:lines, to] += scores[b, 0, line, interval]
                    worth[lines, to] += scores[b, 3, line, interval]
                if ahead[line] > 0:
                    to = (ahead[line] - 1 + interval) % classes
                    worth[:lines, to] += scores[b, 2, line, interval]
                    worth[lines, to] += scores[b, 4, line, interval]
            if before[line] > 0 and now[line] != before[line]:
                for other in range(lines):  # in parallel with what has moved
                    if before[other] > 0 and other != line:
                        kept = (before[other] - before[line]) % classes
                        to = (now[line] - 1 + kept) % classes
                        worth[other, to] += scores[b, 1, line, kept]
        if roots[b] > 0:
            for interval in range(classes):
                worth[:lines, (roots[b] - 1 + interval) % classes] += of_root[b, 0, interval]
        for line in range(lines):  # what stays where it is passed over
            if now[line] > 0 and is_open[b, line]:
                if roots[b] > 0:
                    stays[line] += of_root[b, 1, (now[line] - roots[b]) % classes]
                for other in range(lines):
                    if now[other] > 0 and other != line:
                        stays[line] += scores[b, 5, other, (now[line] - now[other]) % classes]
        for token in range(logits.shape[1]):
            if sounds[token] < worth.size:
                logits[b, token] += worth.flat[sounds[token]]
            for line in range(lines):
                if passed[token, line]:
                    logits[b, token] += stays[line]
