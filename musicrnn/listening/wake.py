"""A word that must be said before the others count.

Conventions. Times are seconds of the sound, as the events carry them, not of a clock.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from musicrnn.errors import MusicRNNError, listed
from musicrnn.events import DetectedWord

AWAKE_SECONDS = 5.0


class WakeWord:
    """Lets words through that are told within AWAKE_SECONDS after ``word``, and ``word`` itself.

    Saying it again begins the time anew, other words do not.

    Raises:
        MusicRNNError: ``word`` is none of ``words``.
    """

    def __init__(self, word: str, words: Sequence[str]) -> None:
        if word not in words:
            near = difflib.get_close_matches(word, words, n=3)
            hint = f"did you mean {listed(near)}?" if near else f"it knows {listed(words)}"
            raise MusicRNNError(f"the model knows no word {word!r} to wake it: {hint}")
        self.word = word
        self.until = -1.0  # seconds

    def push(self, events: Iterable[DetectedWord]) -> list[DetectedWord]:
        """Those of the next events, in order of time, that count."""
        through: list[DetectedWord] = []
        for event in events:
            if event.label == self.word:
                self.until = event.time + AWAKE_SECONDS
            if event.time <= self.until:
                through.append(event)
        return through
