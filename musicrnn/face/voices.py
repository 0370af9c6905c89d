"""Which voices of a piece are given, which are to be written, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from musicrnn.errors import MusicRNNError
from musicrnn.score import Score, Track
from musicrnn.tokens.parts import check_monophonic, identified, named_track, top_line

TOP_LINE = "; its top line alone is taken with --top-line (top_line=True)"


def named_voices(chosen: str | Sequence[str], names: Sequence[str]) -> list[str]:
    """``chosen``, names or a text with commas between, in the order of ``names``.

    Raises:
        MusicRNNError: none, or one that there is not.
    """
    parts = chosen.split(",") if isinstance(chosen, str) else [*map(str, chosen)]
    words = [word.strip().lower() for word in parts if word.strip()]
    if not words or not set(words) <= set(names):
        said = ",".join(parts)
        raise MusicRNNError(f"voices are some of {', '.join(names)}, got {said!r}")
    return [name for name in names if name in words]


def given_voices(
    score: Score, names: Sequence[str], keep: str | Sequence[str], track: str | int | None
) -> dict[str, Track]:
    """The tracks of the voices that are kept; ``track`` names that of the only one. They may sound
    several notes at once.

    Raises:
        MusicRNNError: no such voices or track, or it is not clear which track is which voice.
    """
    kept = named_voices(keep, names)
    if track is None:
        return identified(score, names, kept)
    if len(kept) != 1:
        raise MusicRNNError(
            f"a track says which one voice is kept: keep one, got {', '.join(kept)}"
        )
    return {kept[0]: named_track(score, str(track))}


def as_lines(score: Score, given: dict[str, Track], *, top: bool) -> tuple[dict[str, Track], int]:
    """The given voices with one note at a time each, the ``top`` line of what has more, and how
    many notes are left out for it.

    Raises:
        MusicRNNError: a voice sounds several notes at once, and its top line is not asked for.
    """
    if top:
        lines = {name: top_line(track, score.ticks_per_quarter) for name, track in given.items()}
        left = sum(len(given[name].notes) - len(line.notes) for name, line in lines.items())
        return lines, left
    for name, track in given.items():
        check_monophonic(score, track, name, remedy=TOP_LINE)
    return given, 0
