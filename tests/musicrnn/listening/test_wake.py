"""A wake word, on scripted events."""

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.events import DetectedWord
from musicrnn.listening.wake import WakeWord

WORDS = ("computer", "stop", "left")


def through(*script: tuple[float, str], pieces: int = 1) -> list[tuple[float, str]]:
    wake = WakeWord("computer", WORDS)
    events = [DetectedWord(time, label, 0.9) for time, label in script]
    parts = [events[at : at + pieces] for at in range(0, len(events), pieces)]
    return [(event.time, event.label) for part in parts for event in wake.push(part)]


@pytest.mark.parametrize("pieces", [1, 2, 100])
def test_words_count_for_five_seconds(pieces: int) -> None:
    woken = [(10.0, "computer"), (11.0, "stop"), (15.0, "left")]
    script = [(0.0, "left"), (9.9, "stop"), *woken, (15.1, "stop"), (300.0, "left")]
    assert through(*script, pieces=pieces) == woken


def test_the_wake_word_alone_prolongs() -> None:
    """A word in between does not, and the wake word itself is told each time."""
    script = [(1.0, "computer"), (5.9, "stop"), (6.1, "stop"), (7.0, "computer")]
    again = [(8.0, "computer"), (12.9, "left"), (13.1, "left")]
    assert through(*script, *again) == [script[0], script[1], script[3], again[0], again[1]]


def test_a_word_that_the_model_does_not_know() -> None:
    with pytest.raises(MusicRNNError, match=r"no word 'computr' to wake it: did you mean computer"):
        WakeWord("computr", WORDS)
    with pytest.raises(MusicRNNError, match=r"it knows computer, stop, left"):
        WakeWord("xyz", WORDS)
