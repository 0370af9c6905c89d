"""The named parts of a set of scores, such as melody and accompaniment of songs for one piano."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from musicrnn.score import Score
from musicrnn.tokens.beat.vocabulary import MAX_PARTS

MIN_SHARE = 0.5  # of the scores that have a part of this name


def common_parts(scores: Sequence[Score]) -> tuple[str, ...]:
    """Names that tracks have in most of the scores, from the lowest in the mean up; () for less
    than two."""
    counts: Counter[str] = Counter()
    pitches: dict[str, list[float]] = {}
    spelled: dict[str, str] = {}
    for score in scores:
        named: set[str] = set()
        for track in score.tracks:
            name = track.name.strip()
            if track.is_drum or not track.notes or not name:
                continue
            spelled.setdefault(name.casefold(), name)
            named.add(name.casefold())
            mean = float(np.mean([note.pitch for note in track.notes]))
            pitches.setdefault(name.casefold(), []).append(mean)
        counts.update(named)
    common = [name for name, n in counts.items() if n >= MIN_SHARE * len(scores)]
    if not 2 <= len(common) <= MAX_PARTS:
        return ()
    return tuple(spelled[name] for name in sorted(common, key=lambda n: np.mean(pitches[n])))
