"""What is asked for, as ids of bar-and-beat events: forced ones, and which may be written at all.

Conventions. A mask is [V], True where an id may be written. Canonical pitch counts from the key
that is asked for, without one from C major, as chords do. A bass is the lowest note of the first of
the parts that play, or of the first pitched program.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from musicrnn.errors import MusicRNNError, listed
from musicrnn.score import PITCH_CLASSES, Chord
from musicrnn.tokens.beat.grid import nearest_tempo
from musicrnn.tokens.beat.vocabulary import PITCHES, BeatVocabulary
from musicrnn.tokens.protocol import Controls

GROUPS = {"time signature": "time", "chords": "chord"}  # of tokens, for controls of another name
AFTER_BASS = ("end", "bar", "position", "program", "pitch", "drum")  # groups that wait for a bass

Mask = NDArray[np.bool_]


def forced_ids(vocabulary: BeatVocabulary, controls: Controls) -> dict[str, list[int]]:
    """The ids that are asked for, by group; several chords take turns.

    In canonical pitch chords without a key are those of C major.

    Raises:
        MusicRNNError: a control that this vocabulary has no token for.
    """
    events = vocabulary.events
    wanted: dict[str, Sequence[object]] = {}
    shift = 0
    if controls.key is not None:
        key = key_name(controls.key)
        wanted["key"], shift = [key], vocabulary.shift(key)
    if controls.density is not None:
        wanted["density"] = [controls.density]
    if controls.time_signature is not None:
        wanted["time signature"] = [controls.time_signature]
    if controls.tempo is not None:
        wanted["tempo"] = [nearest_tempo(controls.tempo)]
    if controls.chords:
        names = [Chord(0, *chord).name for chord in controls.chords]
        wanted["chords"] = [vocabulary.shifted_chord(name, -shift) for name in names]
    forced: dict[str, list[int]] = {}
    for name, values in wanted.items():
        group = GROUPS.get(name, name)
        said = controls.given()[name]
        if group not in events.span:
            raise MusicRNNError(
                f"this model's tokens tell no {name}, {said} was wished: leave the wish out"
            )
        if not all((group, value) in events for value in values):
            raise MusicRNNError(f"this model has no token for the {name} {said}")
        forced[group] = [events.id(group, value) for value in values]
    return forced


def playing_ids(vocabulary: BeatVocabulary, controls: Controls) -> Mask | None:
    """The ids that the parts asked for may write; None where all play.

    Raises:
        MusicRNNError: there is no such part, or none at all.
    """
    if not controls.parts:
        return None
    said = controls.given()["parts"]
    if not vocabulary.parts:
        raise MusicRNNError(
            f"this model's tokens know no parts, {said} was wished: leave the wish out"
        )
    playing = _playing(vocabulary, controls)
    known = {name.casefold() for name in vocabulary.parts}
    if unknown := [name for name in controls.parts if name.strip().casefold() not in known]:
        raise MusicRNNError(
            f"this model has no part {unknown[0].strip()!r}: its parts are "
            f"{listed(vocabulary.parts)}"
        )
    mask = np.ones(len(vocabulary.events), np.bool_)
    mask[_pitches(vocabulary)] = np.isin(np.arange(len(vocabulary.parts)).repeat(PITCHES), playing)
    return mask


def bass_masks(vocabulary: BeatVocabulary, controls: Controls) -> Mask | None:
    """[chords, V]: what may come before the bass of each chord is written; None where none has one.

    Raises:
        MusicRNNError: a bass that drums should play.
    """
    if not controls.basses:
        return None
    if not vocabulary.pitched:
        raise MusicRNNError(
            f"this model's tokens tell no pitches, {controls.given()['chords']} was wished: leave "
            "the basses out"
        )
    shift = 0
    if controls.key is not None:
        shift = vocabulary.shift(key_name(controls.key))
    events = vocabulary.events
    written = np.array([group not in AFTER_BASS for group in events.group])
    if "program" in events.span:
        written[events.span["program"].start] = True
    start = _pitches(vocabulary).start + PITCHES * min(_playing(vocabulary, controls))
    classes = (np.arange(PITCHES) + shift) % PITCHES % 12  # as they sound
    masks = np.ones((len(controls.basses), len(events)), np.bool_)
    for mask, bass in zip(masks, controls.basses, strict=True):
        if bass is not None:
            mask[:] = written
            mask[start : start + PITCHES] = classes == bass
    return masks


def key_name(key: tuple[int, bool]) -> str:
    """One of KEYS."""
    return f"{PITCH_CLASSES[key[0]]}:{'min' if key[1] else 'maj'}"


def _playing(vocabulary: BeatVocabulary, controls: Controls) -> list[int]:
    """The numbers of the parts that play."""
    asked = {name.strip().casefold() for name in controls.parts}
    names = enumerate(vocabulary.parts or ("",))
    return [number for number, name in names if not asked or name.casefold() in asked]


def _pitches(vocabulary: BeatVocabulary) -> slice:
    return vocabulary.events.span["pitch"]
