"""From what is asked of a model, in words and numbers, to the Request that a composer takes."""

from __future__ import annotations

import difflib
import secrets
import warnings
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from musicrnn.bounds import check_number
from musicrnn.checkpoint import Checkpoint, read_metadata
from musicrnn.errors import MusicRNNError
from musicrnn.pretrained import STYLES, Style
from musicrnn.sampling.compose import Request
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.sample_function import SamplingBudget
from musicrnn.score import Score
from musicrnn.tokens import Controls
from musicrnn.tokens.chord_words import AskedChords
from musicrnn.tokens.wishes import (
    read_chords,
    read_feel,
    read_form,
    read_key,
    read_label,
    read_parts,
    read_time_signature,
)

WORDS = {
    "key": read_key,
    "time_signature": read_time_signature,
    "chords": read_chords,
    "form": read_form,
    "parts": read_parts,
    "feel": read_feel,
    "label": read_label,
}
WISHES = (*(each.name for each in fields(Controls)), *(each.name for each in fields(Settings)))
MAX_SEED = 2**63 - 1


def style_of(name_or_file: str) -> Style:
    """How a model is sampled when nothing else is said: as the bundled style of that name, as its
    header says, or with plain settings.

    Raises:
        MusicRNNError: the header says something that cannot be.
    """
    if name_or_file in STYLES:
        return STYLES[name_or_file]
    path = Path(name_or_file)
    said = read_metadata(path).get("sampling") if path.is_file() else None
    if said is None:
        return Style(Settings())
    try:
        return Style(Settings(**said["settings"]), int(said["bars"]))
    except (TypeError, KeyError, ValueError) as error:
        raise MusicRNNError(f"{path} does not say how it is sampled: {said!r}") from error


def with_style(checkpoint: Checkpoint, name: str) -> Checkpoint:
    """A bundled model whose header says how it is sampled, so that a copy of it composes the same;
    another model as it is."""
    if name not in STYLES:
        return checkpoint
    said = {"settings": asdict(STYLES[name].settings), "bars": STYLES[name].bars}
    kept = {key: value for key, value in checkpoint.metadata.items() if key != "format"}
    return Checkpoint(checkpoint.arrays, {**kept, "sampling": said})


def request_of(
    style: Style,
    wishes: Mapping[str, Any],
    *,
    primer: Score | None = None,
    budget: SamplingBudget | None = None,
) -> Request:
    """``wishes`` by the names of WISHES, keys, metres and chords as values or as musicians write
    them; None leaves one to the style. A chord that is not played as it is written is a warning.

    Raises:
        MusicRNNError: a wish that there is not, or a value out of its bounds.
    """
    given: dict[str, Any] = {wish: value for wish, value in wishes.items() if value is not None}
    for wish in given:
        if wish not in WISHES:
            near = difflib.get_close_matches(str(wish), WISHES, n=1)
            hint = f"; did you mean {near[0]}?" if near else f": there are {', '.join(WISHES)}"
            raise MusicRNNError(f"there is no wish {wish!r}{hint}")
        if wish in WORDS and not isinstance(given[wish], tuple | AskedChords):
            written, between = given[wish], ", " if wish == "parts" else " "
            words = between.join(map(str, written)) if isinstance(written, list) else str(written)
            given[wish] = WORDS[wish](words)
            for sentence in getattr(given[wish], "said", ()):
                warnings.warn(sentence, stacklevel=2)
    asked = given.get("chords")
    if isinstance(asked, AskedChords):
        given["chords"] = asked.chords
        given.setdefault("basses", asked.basses)
    drawn = {field.name: given.pop(field.name) for field in fields(Settings) if field.name in given}
    if given.get("bars") is not None and given.get("seconds") is not None:
        raise MusicRNNError(
            f"give bars or seconds, not both, got {given['bars']} and {given['seconds']}"
        )
    settings = replace(style.settings, **drawn)
    return Request(Controls(**given), settings, primer, budget or SamplingBudget())


def checked_seed(seed: Any) -> int:
    """A seed as a plain number.

    Raises:
        MusicRNNError: it is no whole number from 0 on.
    """
    check_number("seed", seed, whole=True)
    if not 0 <= seed <= MAX_SEED:
        raise MusicRNNError(f"seed must be in 0..{MAX_SEED}, got {seed}")
    return int(seed)


def drawn_seed(seed: int | None) -> int:
    """The seed, or one that is drawn where none is given."""
    return secrets.randbelow(2**31) if seed is None else checked_seed(seed)


def checked_bars(bars: Any) -> tuple[int, int]:
    """The first and the last bar that are meant.

    Raises:
        MusicRNNError: they are not two whole numbers.
    """
    if not isinstance(bars, tuple | list) or len(bars) != 2:
        raise MusicRNNError(f"bars are the first and the last one, such as (5, 8), got {bars!r}")
    for bar in bars:
        check_number("bars", bar, whole=True)
    return int(bars[0]), int(bars[1])


def checked_path(path: Any) -> Path:
    """The path of a file.

    Raises:
        MusicRNNError: it is something else.
    """
    if not isinstance(path, str | Path):
        raise MusicRNNError(f"a file is read: give its path, got {path!r}")
    return Path(path)


def checked_settings(settings: Any) -> tuple[str, ...]:
    """A training's settings as NAME=VALUE.

    Raises:
        MusicRNNError: they are no names with values.
    """
    if not isinstance(settings, Mapping | None):
        raise MusicRNNError(f'settings read like {{"hidden": 128}}, got {settings!r}')
    given = (settings or {}).items()
    return tuple(f"{n}={str(v).lower() if isinstance(v, bool) else v}" for n, v in given)
