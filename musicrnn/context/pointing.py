"""Which ids a context points at, so that the network may make them likelier or less likely.

Conventions. A pointer is a field that holds an id plus 1, or 0 for none. A field of a line, which
holds its last note, points at the notes of that line up to INTERVALS semitones below and above it
as well, NEAR in all: what a melody does next is learnt as an interval, alike on every pitch. The
other pointers are at one id each. The network gives a score for each target, in the order of the
fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.fields import FIELDS, GROUPS, POINTERS
from musicrnn.context.readings import LINE, ORDER, Readings

INTERVALS = 12
NEAR = 2 * INTERVALS + 1

POINTING = frozenset(FIELDS[column] for column in POINTERS)


def first_pointer(fields: Sequence[str]) -> int:
    """Of fields in the order of FIELDS, which is the first that holds an id."""
    return sum(name not in POINTING for name in fields)


def first_line(fields: Sequence[str]) -> int:
    """Of the pointers among the fields, which is the first of a line; lines come last."""
    return sum(name in POINTING and name not in GROUPS["lines"] for name in fields)


def target_count(fields: Sequence[str]) -> int:
    """How many ids the fields point at."""
    single = first_line(fields)
    return single + NEAR * (len(fields) - first_pointer(fields) - single)


def near_ids(readings: Readings) -> NDArray[np.int64]:
    """[V, NEAR]: for the id of a note, those of its line INTERVALS semitones below it to as many
    above, plus 1; 0 where there is none, and for ids that are no notes."""
    return near_of(readings, np.arange(len(readings)), np.arange(-INTERVALS, INTERVALS + 1))


def near_of(readings: Any, ids: Any, steps: Any) -> Any:
    """The same of arrays or tensors: ``ids`` are 0 to V - 1, ``steps`` -INTERVALS to INTERVALS."""
    around = ids[:, None] + steps
    others = readings[around % len(ids)]  # beyond the vocabulary it is as far as no interval is
    there = (readings[:, LINE] >= 0)[:, None]
    there = there & (others[:, :, LINE] == readings[:, LINE][:, None])
    there = there & (others[:, :, ORDER] - readings[:, ORDER][:, None] == steps)
    return (around + 1) * there
