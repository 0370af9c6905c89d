"""Small pieces with known answers, in bars of 4/4 and ticks of a 24th of a quarter."""

from collections.abc import Iterable, Sequence

from musicrnn.metrics.notes import NoteArrays
from musicrnn.score import Key, Note, Score, Track, make_score

QUARTER = 24
BAR = 4 * QUARTER
C_MAJOR, A_MINOR = Key(0, 0, False), Key(0, 9, True)

# (start in quarters, pitch, duration in quarters)
Row = tuple[float, int, float]


def score_of(rows: Iterable[Row], *, key: Key | None = None, drums: bool = False) -> Score:
    notes = [
        Note(round(start * QUARTER), pitch, round(duration * QUARTER), 80)
        for start, pitch, duration in rows
    ]
    return make_score(
        QUARTER, [Track(tuple(sorted(notes)), is_drum=drums)], keys=[key] if key else []
    )


def notes_of(rows: Iterable[Row], *, drums: bool = False) -> NoteArrays:
    return NoteArrays.of(score_of(rows, drums=drums))


def bars_of(bars: Sequence[Sequence[int]], *, first: int = 0) -> list[Row]:
    """Each bar's pitches as quarters, one after the other."""
    return [
        (4.0 * (first + bar) + beat, pitch, 1.0)
        for bar, pitches in enumerate(bars)
        for beat, pitch in enumerate(pitches)
    ]


def section(root: int, bars: int = 4) -> list[list[int]]:
    """Bars without a pitch in common with each other, and none with those of another root."""
    return [[root + 8 * bar] * 4 for bar in range(bars)]
