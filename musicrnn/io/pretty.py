"""Scores to and from pretty_midi's PrettyMIDI, the exchange type of much Python music code.

Conventions. Both ways go through the bytes of a MIDI file, so the ticks stay those of the score.
PrettyMIDI holds no markers and no name of its own: chords and the title are lost on the way. Its
tempos are within a microsecond a quarter, and notes of one pitch that overlap end together.
Importing pretty_midi takes a while and happens on first use.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import midi_bytes, score_from_midi
from musicrnn.score import Score

if TYPE_CHECKING:
    from pretty_midi import PrettyMIDI  # pyright: ignore[reportMissingTypeStubs]


def to_pretty_midi(score: Score) -> PrettyMIDI:
    """The score with times in seconds; see the module's text for what is lost."""
    with warnings.catch_warnings():  # it imports pkg_resources, which warns that it is deprecated
        warnings.simplefilter("ignore", UserWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        from pretty_midi import PrettyMIDI  # pyright: ignore[reportMissingTypeStubs]
    return PrettyMIDI(io.BytesIO(midi_bytes(score)))


def from_pretty_midi(pretty: PrettyMIDI) -> Score:
    """The score of a PrettyMIDI; its times go to the nearest of its own ticks.

    Raises:
        MusicRNNError: it holds something that a MIDI file cannot, such as a negative time.
    """
    file = io.BytesIO()
    try:
        pretty.write(file)  # pyright: ignore[reportUnknownMemberType]
    except (ValueError, TypeError, OverflowError) as error:
        raise MusicRNNError(f"this PrettyMIDI cannot be written as MIDI: {error}") from error
    return score_from_midi(file.getvalue())
