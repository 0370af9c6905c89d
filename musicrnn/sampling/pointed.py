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
def harmonized(logits: Any, scores: Any, tones: Any, sounds: Any) -> None:
    """logits [B, V] raised or lowered by the scores of intervals [B, HARMONIC * lines * TONES] of
    tones [B, 3 * lines]: now, before and next; ``sounds`` [V] are tones_of_lines."""
    lines = tones.shape[1] // 3
    classes = scores.shape[1] // (5 * lines)  # 5: HARMONIC of musicrnn.context.pointing
    block = lines * classes
    worth = np.zeros(block + classes, np.float32)
    for b in range(logits.shape[0]):
        worth[:] = 0
        for line in range(lines):
            first = classes * line
            for kind in range(2):  # what sounds, and what is next
                tone = tones[b, 2 * kind * lines + line] - 1
                if tone < 0:
                    continue
                for interval in range(classes):
                    to = (tone + interval) % classes
                    score = scores[b, 2 * kind * block + first + interval]
                    for other in range(lines):
                        worth[classes * other + to] += score
                    worth[block + to] += scores[b, (3 + kind) * block + first + interval]
            tone, before = tones[b, line] - 1, tones[b, lines + line] - 1
            if before < 0 or tone == before:
                continue
            for other in range(lines):  # in parallel with what has moved
                begun = tones[b, lines + other] - 1
                if begun >= 0 and other != line:
                    kept = (begun - before) % classes
                    worth[classes * other + (tone + kept) % classes] += scores[
                        b, block + first + kept
                    ]
        for token in range(logits.shape[1]):
            if sounds[token] < len(worth):
                logits[b, token] += worth[sounds[token]]
