"""Which voices of a piece are given, which are to be written, and how they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from musicrnn.errors import MusicRNNError
from musicrnn.face.asking import style_of
from musicrnn.sampling.gibbs import GibbsSettings
from musicrnn.score import Score, Track
from musicrnn.tokens.parts import check_monophonic, named_track, voice_tracks


def named_voices(chosen: Sequence[str], names: Sequence[str]) -> list[str]:
    """``chosen`` in the order of ``names``, in upper or lower case.

    Raises:
        MusicRNNError: none, or one that there is not.
    """
    words = [word.strip().lower() for word in chosen if word.strip()]
    if not words or not set(words) <= set(names):
        said = ",".join(chosen)
        raise MusicRNNError(f"voices are some of {', '.join(names)}, got {said!r}")
    return [name for name in names if name in words]


def given_voices(
    score: Score, names: Sequence[str], keep: Sequence[str], track: str | None
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
    found = named_track(score, track)
    check_monophonic(score, found, kept[0])
    return {kept[0]: found}


def gibbs_settings(model: str, temperature: float | None) -> GibbsSettings:
    """Those of the style, at another temperature where one is given."""
    settings = style_of(model).settings
    if temperature is not None:
        settings = replace(settings, temperature=temperature)
    return GibbsSettings(settings=settings)
