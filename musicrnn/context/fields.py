"""The fields of a context: the small numbers that a composing model may hear at every step.

Conventions. A context is int32 [T, F], row t for the step that reads id t and says the next one; 0
is "not known" or "nothing" in every field. An outlook is int32 [bars, OUTLOOK]: what is known of
each bar before it is written, from a whole piece in training and from what is asked or drawn in
composing.

Five groups: *where* the step is, what is *asked*, what followed the longest *match* of the past,
what stood at the same *places* before, and the last note of each melodic *line*. Of music in as
many lines as there are at most, which is music in voices, a *tone* is heard too: the pitch class
of each line's last note, 1 to 12, and the one it had *before* this position; and the set of those
that are *sounding*, and that are *settled*, as bits. Of lines that are
given the *next* note is heard, the *second* behind it, and where the next one lies, *next_at*: how
far away it is in this bar, or its position in the next one, or in a later one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicrnn.context.readings import (
    CHORD,
    KEY,
    LINE,
    LINES,
    Readings,
    is_in_voices,
    is_timed,
    last_position,
)
from musicrnn.errors import MusicRNNError, listed

DISTANCES = (1, 2, 4, 8, 16)  # bars back to the same place
OUTLOOK_FIELDS = (
    "bars_left", "section_left", "density", "section", "melody", "likeness", "feel", "fill",
    "symbols",
)  # fmt: skip
LABELS = ("feel", "fill", "symbols")  # heard only by models whose data tell them
FIELDS = (
    *OUTLOOK_FIELDS,
    "position", "key", "chord",
    *(f"tone_{line}" for line in range(LINES)),
    *(f"before_{line}" for line in range(LINES)),
    *(f"next_{line}" for line in range(LINES)),
    *(f"second_{line}" for line in range(LINES)),
    *(f"next_at_{line}" for line in range(LINES)),
    "sounding", "settled",
    "match_length", "match",
    *(f"place_{bars}" for bars in DISTANCES), "place_in_section",
    *(f"line_{line}" for line in range(LINES)),
)  # fmt: skip
POINTERS = tuple(range(FIELDS.index("match"), len(FIELDS)))  # fields that hold an id
DISTANCE, OPEN = (
    len(OUTLOOK_FIELDS),
    len(OUTLOOK_FIELDS) + 1,
)  # columns of an outlook behind its fields
OUTLOOK = len(OUTLOOK_FIELDS) + 2
TONES_OF = ("tone", "before", "next", "second")
HARMONY = ("sounding", "settled")
OF_VOICES = (*TONES_OF, *HARMONY)  # heard of music in voices alone
AHEAD = [
    [FIELDS.index(f"{name}_{line}") for name in ("next", "second", "next_at")]
    for line in range(LINES)
]  # of each line, heard where it is given
BARS_AHEAD = 3  # values: this bar, the next one, a later one
GROUPS: dict[str, tuple[str, ...]] = {
    "where": ("bars_left", "section_left", "position"),
    "asked": ("density", "section", "melody", "likeness", *LABELS, "key", "chord"),
    "match": ("match_length", "match"),
    "places": tuple(name for name in FIELDS if name.startswith("place")),
    "lines": tuple(name for name in FIELDS if name.startswith(("line", *OF_VOICES))),
}

Context = NDArray[np.int32]
Outlook = NDArray[np.int32]

BARS_LEFT = np.array([*range(18), 25, 33, 49, 65])  # the least number of bars of each class
MATCH_LENGTHS = np.array([1, 2, 3, 4, 6, 9, 13, 21, 33, 49])  # ids, the least of each class
MAX_SECTION_LEFT = 16  # bars; more are as many
SECTIONS = 12  # A to I, i, o, X
DENSITIES, MELODIES, LIKENESSES = 5, 2, 9
FEELS, FILLS = 15, 2  # how many feels a model may have; plain, a fill
TONES = 12  # pitch classes
SYMBOLS = 2  # no chord symbols above the notes, some


def fields_of(groups: Sequence[str]) -> tuple[str, ...]:
    """The fields of some groups, in the order of FIELDS.

    Raises:
        MusicRNNError: there is no such group.
    """
    if unknown := [name for name in groups if name not in GROUPS]:
        raise MusicRNNError(f"what is heard is some of {listed(list(GROUPS))}, got {unknown[0]!r}")
    chosen = {field for group in groups for field in GROUPS[group]}
    return tuple(name for name in FIELDS if name in chosen)


def sizes(readings: Readings, vocabulary: int) -> dict[str, int]:
    """How many values each field has, 0 among them."""
    told = {"key": KEY, "chord": CHORD}
    found = {
        "bars_left": len(BARS_LEFT) + 1,
        "section_left": MAX_SECTION_LEFT + 1,
        "density": DENSITIES + 1,
        "section": SECTIONS + 1,
        "melody": MELODIES + 1,
        "likeness": LIKENESSES + 1,
        "position": last_position(readings) + 3,
        "feel": FEELS + 1,
        "fill": FILLS + 1,
        "symbols": SYMBOLS + 1,
        **{name: int(readings[:, column].max()) + 3 for name, column in told.items()},
        "match_length": len(MATCH_LENGTHS) + 1,
        **{f"{name}_{line}": TONES + 1 for name in TONES_OF for line in range(LINES)},
        **dict.fromkeys(HARMONY, 2**TONES),
        **{f"next_at_{line}": places_ahead(readings) for line in range(LINES)},
    }
    return {name: found.get(name, vocabulary + 1) for name in FIELDS}


def bars_left_class(left: NDArray[np.int64]) -> NDArray[np.int64]:
    """The value of the field bars_left for so many bars behind this one."""
    return np.searchsorted(BARS_LEFT, left, side="right")


def places_ahead(readings: Readings) -> int:
    """The values of next_at: none, and each position of each of the bars ahead."""
    return BARS_AHEAD * (last_position(readings) + 2) + 1


def untold(readings: Readings) -> set[str]:
    """Fields that a table never tells: lines that it has not, of which the first three are heard
    anyway where bars say themselves where they stand; tones of fewer lines than there may be; in
    tunes densities."""
    timed = is_timed(readings)
    kept = 0 if timed else LINES - 1
    found = {f"line_{n}" for n in range(kept, LINES) if n not in readings[:, LINE]}
    if not is_in_voices(readings):
        found |= {name for name in FIELDS if name.startswith(OF_VOICES)}
    return found | ({"density"} if timed else set())


def written(found: dict[str, int]) -> str:
    """Fields and their sizes as one word, as a model's configuration holds them."""
    return ",".join(f"{name}={size}" for name, size in found.items())


def read_sizes(text: str) -> dict[str, int]:
    """The inverse of :func:`written`.

    Raises:
        MusicRNNError: an unknown field, one out of order, or a size that is none.
    """
    found: dict[str, int] = {}
    for word in text.split(",") if text else []:
        name, _, size = word.partition("=")
        if name not in FIELDS or not size.isdecimal() or not 2 <= int(size) <= 2**20:
            raise MusicRNNError(f"the model file's context {word!r} is not known: it is damaged")
        found[name] = int(size)
    if list(found) != [name for name in FIELDS if name in found]:
        raise MusicRNNError("the model file's context is out of order: it is damaged")
    return found
