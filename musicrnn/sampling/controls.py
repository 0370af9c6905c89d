"""Controls and primer, checked against what a model has learnt before anything is sampled."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any, cast

import numpy as np

from musicrnn.accompaniment import TONES
from musicrnn.checkpoint import Checkpoint
from musicrnn.errors import MusicRNNError
from musicrnn.form.plan import in_phrases
from musicrnn.io.abc.fields import bars_lasting
from musicrnn.key import key_of_pitch_classes
from musicrnn.sampling.filters import Settings
from musicrnn.sampling.labels import metres_of
from musicrnn.score import Key, Score
from musicrnn.tokens import Controls, Tokenizer
from musicrnn.tokens.beat.grid import TEMPOS
from musicrnn.tokens.protocol import START
from musicrnn.tokens.wishes import read_key, read_time_signature

MIN_PIECES = 3  # in a key or metre that a model may be asked for


def refuse_others(asked: Controls | Settings, granted: Collection[str], how: str) -> None:
    """``how`` says what is granted.

    Raises:
        MusicRNNError: something else is asked for; the first is named.
    """
    plain = type(asked)()
    for field in fields(asked):
        name = field.name
        if name not in granted and getattr(asked, name) != getattr(plain, name):
            raise MusicRNNError(f"{how}, not by {name.replace('_', ' ')}")


def primed(
    checkpoint: Checkpoint, tokenizer: Tokenizer, primer: Score | None, controls: Controls
) -> tuple[list[int], Controls]:
    """The ids to start from, and the controls with the primer's own length in them and without the
    form, which is of what comes after it, seconds as bars at the primer's last tempo where the
    tokens keep to forms; without a primer, with the key that the asked chords imply where none is
    asked.

    Raises:
        MusicRNNError: a control for what the primer has settled, a primer the tokens cannot hold or
            too long for what is asked behind it, or without one a control the model has not learnt.
    """
    if controls.symbols is not None and not tokenizer.has_symbols:
        raise MusicRNNError(
            f"only the tunes of tokens such as tune have chord symbols, or none: these are "
            f"{tokenizer.name} tokens"
        )
    if primer is None:
        return [START], _possible(checkpoint, tokenizer, controls)
    for name, said in controls.given().items():
        if name in ("key", "tempo", "time signature", "density"):
            raise MusicRNNError(
                f"the primer settles the {name}, {said} was wished beside it: change the primer, "
                "or leave the wish out"
            )
    ids = tokenizer.prompt(tokenizer.encode(primer))
    bars = tokenizer.played_bars(ids)
    if controls.seconds is not None and tokenizer.follows_form:
        metre = tokenizer.quantize(primer).time_signatures[-1]
        beats = metre.numerator, metre.denominator
        played = in_phrases(bars_lasting(controls.seconds, beats, primer.tempos[-1].bpm))
        controls = replace(controls, bars=min(played, controls.bars or played), seconds=None)
    try:
        if controls.bars is not None:
            controls = replace(controls, bars=controls.bars + bars, form=())
        if controls.seconds is not None:
            controls = replace(
                controls, seconds=controls.seconds + tokenizer.quantize(primer).seconds
            )
    except MusicRNNError as error:
        raise MusicRNNError(f"counted with the primer's own, {error}") from error
    if controls.chords:  # the first of them belongs to the first new bar
        key = next(iter(tokenizer.quantize(primer).keys), None)
        if key is not None:
            controls = replace(controls, key=(key.tonic, key.minor))  # that chords are heard in
        turn = -bars % len(controls.chords)
        chords, basses = controls.chords, controls.basses
        controls = replace(
            controls,
            chords=(*chords[turn:], *chords[:turn]),
            basses=(*basses[turn:], *basses[:turn]),
        )
    return ids, controls


def _possible(checkpoint: Checkpoint, tokenizer: Tokenizer, controls: Controls) -> Controls:
    """The controls, with the key that the asked chords imply where none is asked and tokens say
    keys.

    Raises:
        MusicRNNError: a control that the tokens cannot express, a metre of hardly any training
            piece, or such a key where the pieces were not transposed: what would come is noise.
    """
    key_is = "key"
    if controls.chords and controls.key is None:
        tokenizer.constraint(controls)  # refuses chords as chords, before they become a key
        implied = replace(controls, key=_key_of_chords(controls.chords))
        with suppress(MusicRNNError):  # tokens without keys
            tokenizer.constraint(implied)
            controls, key_is = implied, "chords' key"
    data = checkpoint.metadata.get("data")
    known = cast(dict[str, Any], data) if isinstance(data, dict) else {}
    said = controls.given()
    if "time signature" in said:
        _refuse_rare(
            "time signature", said["time signature"], _sayable(tokenizer, known.get("metres"))
        )
    if "key" in said and not tokenizer.any_key and len(tokenizer.augmentation_maps()) == 1:
        _refuse_rare(key_is, said["key"], _as_called(known.get("keys")))
    return controls


def least_seconds(checkpoint: Checkpoint, controls: Controls, primer: Score | None) -> float:
    """How long a piece lasts at least with its primer: where no tempo or metre is asked for, at the
    fastest that tokens say, in the shortest bars that the model has learnt."""
    before = 0.0 if primer is None else primer.seconds
    if controls.seconds is not None:
        return before + controls.seconds
    metres = [controls.time_signature] if controls.time_signature else [*metres_of(checkpoint)]
    quarters = min((4 * n / d for n, d in metres), default=1.0)
    return before + (controls.bars or 0) * quarters * 60 / (controls.tempo or TEMPOS[-1])


def _key_of_chords(chords: tuple[tuple[int, str], ...]) -> tuple[int, bool] | None:
    """The key of the chords' tones, the first chord's root counted once more."""
    weights = np.zeros(12)
    for root, quality in chords:
        for tone in TONES.get(quality, ()) if root >= 0 else ():
            weights[(root + tone) % 12] += 1
    if not weights.any():
        return None
    weights[next(root for root, _ in chords if root >= 0)] += 1
    key = key_of_pitch_classes(weights)
    return key.tonic, key.minor


def _as_called(counts: Any) -> Any:
    """Counts of keys by their usual names: older headers say Ab minor for G# minor."""
    if not isinstance(counts, dict):
        return counts
    found: dict[str, Any] = {}
    for name, count in cast(dict[str, Any], counts).items():
        with suppress(MusicRNNError):
            found[Key(0, *read_key(name)).name] = count
    return found


def _sayable(tokenizer: Tokenizer, counts: Any) -> Any:
    """Those of the metres that a piece of these tokens can be in: models of before November's end
    have counted upbeats, too."""
    found: dict[str, Any] = {}
    for name, count in cast(dict[str, Any], counts).items() if isinstance(counts, dict) else ():
        with suppress(MusicRNNError):
            tokenizer.constraint(Controls(time_signature=read_time_signature(name)))
            found[name] = count
    return found if isinstance(counts, dict) else counts


def _refuse_rare(what: str, value: str, counts: Any) -> None:
    if not isinstance(counts, dict):
        return
    seen = {str(name): n for name, n in counts.items() if isinstance(n, int)}
    known = [name for name, n in seen.items() if n >= MIN_PIECES]
    if value not in known:
        usual = sorted(known, key=lambda name: -seen[name])
        raise MusicRNNError(
            f"the {what} {value} is foreign to this model, it has learnt from fewer than "
            f"{MIN_PIECES} pieces in it: it knows {', '.join(usual)}"
        )
