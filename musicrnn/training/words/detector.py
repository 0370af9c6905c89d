"""Calibration of a word detector on a stream of the validation clips, and on other sound.

Conventions. The stream lasts an hour where there are clips enough, and its backgrounds lie SNRS dB
below the words in turn. Where there is other speech to validate on, the settings that a model
carries are those that miss least at FALSE_ACCEPTS false accepts in an hour of it and of music. Else
all are counted on the stream: a fifth of what is spoken there is no word, some two hundred times an
hour, so that MAX_FALSE_ACCEPTS_AN_HOUR are allowed. The curve at that smoothing says what other
thresholds cost; musicrnn evaluate --stream measures all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from musicrnn.augmentation.stream import StreamSettings, StreamSource, stream
from musicrnn.features.causal_logmel import CausalLogMel
from musicrnn.listening.curve import FALSE_ACCEPTS, SECONDS_A_CLIP, Curve
from musicrnn.networks.detector import DetectorSettings
from musicrnn.networks.words import WordsModel
from musicrnn.training.words.choice import choose
from musicrnn.training.words.data import Other
from musicrnn.training.words.stream import HeardStream, hear, joined
from musicrnn.training.words.wordless import HeardOthers, hear_others, joined_others

MAX_HOURS, MIN_HOURS = 1.0, 1 / 12
SNRS = (0.0, 5.0, 10.0, 15.0, 20.0)
SEED = 20_261_125
MAX_FALSE_ACCEPTS_AN_HOUR = 5.0  # false accepts an hour


@dataclass(frozen=True, eq=False)
class Heard:
    """What a network hears on clips that it has not learnt from, and on other sound."""

    stream: HeardStream
    others: HeardOthers | None


def heard_by(
    model: WordsModel,
    recipe: CausalLogMel,
    source: StreamSource,
    others: Sequence[Other] = (),
    *,
    labels: Sequence[str],
    temperature: float,
) -> Heard:
    """Listen to a stream of the clips, and to the other sounds; the model in evaluation mode."""
    hours = min(MAX_HOURS, max(MIN_HOURS, len(source.words) * SECONDS_A_CLIP / 3600))
    pieces = stream(np.random.default_rng(SEED), source, StreamSettings(hours, SNRS))
    return Heard(
        hear(model, recipe, pieces, labels=labels, temperature=temperature),
        hear_others(model, recipe, others, labels=labels, temperature=temperature),
    )


def chosen_detector(
    heard: Sequence[Heard],
) -> tuple[DetectorSettings, Curve, dict[str, float]]:
    """The settings, what other thresholds cost, and the settings' validation figures: chosen on
    what one network heard, or several, as if they were one."""
    streams = joined([each.stream for each in heard])
    others = joined_others([each.others for each in heard if each.others])
    choice = choose(streams, others, most=FALSE_ACCEPTS if others else MAX_FALSE_ACCEPTS_AN_HOUR)
    hours = streams.script.seconds / 3600
    counted_on = others.hours / len(heard) if others else hours  # all heard the same
    return (
        choice.settings,
        Curve.of_sweep(choice.sweep, counted_on),
        {
            "valid_stream_hours": hours,
            "valid_stream_detection": 1 - choice.point.miss,
            "valid_stream_false_accepts_an_hour": choice.point.false_accepts_an_hour,
            **({"valid_wordless_hours": counted_on} if others else {}),
        },
    )
