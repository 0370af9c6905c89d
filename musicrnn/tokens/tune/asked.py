"""What may be asked of a tune."""

from __future__ import annotations

from musicrnn.errors import MusicRNNError
from musicrnn.tokens.abc.words import refuse_wishes_of_events
from musicrnn.tokens.protocol import Controls
from musicrnn.tokens.tune.words import METRE_WORDS


def check(controls: Controls) -> None:
    """Raises MusicRNNError for a control that tunes cannot express."""
    refuse_wishes_of_events(controls, "a tune")
    wish = controls.time_signature
    if wish is not None and f"M:{wish[0]}/{wish[1]}" not in METRE_WORDS:
        raise MusicRNNError(
            f"a tune's time signature is one of {', '.join(word[2:] for word in METRE_WORDS)}, "
            f"got {wish[0]}/{wish[1]}"
        )
    if controls.symbols is False and controls.chords:
        raise MusicRNNError(
            f"chords were wished, {controls.given()['chords']}, and no chord symbols: leave one "
            "of them out"
        )
