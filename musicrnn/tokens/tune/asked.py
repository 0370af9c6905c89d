"""What may be asked of a tune."""

from __future__ import annotations

from musicrnn.errors import MusicRNNError
from musicrnn.tokens.protocol import Controls
from musicrnn.tokens.tune.words import METRE_WORDS


def check(controls: Controls) -> None:
    """Raises MusicRNNError for a control that tunes cannot express."""
    if controls.density is not None:
        raise MusicRNNError(
            f"a tune has no word for density, got {controls.density}: take a style of events"
        )
    for what, asked in (("parts", controls.parts), ("basses of chords", controls.basses)):
        if asked:
            raise MusicRNNError(
                f"a tune knows no {what}, {controls.given()[what.split()[-1]]} was wished: "
                "take a style of events"
            )
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
