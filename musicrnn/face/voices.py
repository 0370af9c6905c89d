"""Which voices of a piece are given, which are to be written, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import Style
from musicrnn.sampling.filters import Settings
from musicrnn.score import Score, Track
from musicrnn.tokens.parts import check_monophonic, named_track, voice_tracks


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
    """The tracks of the voices that are kept; ``track`` names that of the only one.

    Raises:
        MusicRNNError: no such voices or track, or it is not clear which track is which voice.
    """
    kept = named_voices(keep, names)
    if track is None:
        return voice_tracks(score, names, kept)
    if len(kept) != 1:
        raise MusicRNNError(
            f"a track says which one voice is kept: keep one, got {', '.join(kept)}"
        )
    found = named_track(score, str(track))
    check_monophonic(score, found, kept[0])
    return {kept[0]: found}


def at_temperature(style: Style, temperature: float | None) -> Settings:
    """The settings of a style, at another temperature where one is given."""
    if temperature is None:
        return style.settings
    return replace(style.settings, temperature=temperature)
