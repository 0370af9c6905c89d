"""How far a model of words is to be trusted, as its header tells: sentences for whoever trained it.

Conventions. "crossed" in the header counts for every speaker the clips that a network which had not
learnt from them told right. A threshold that was chosen on the stream was chosen for five false
accepts an hour: on what fewer than LEAST_CLIPS make these cannot be told from none. However many
networks hear clips, and however often, there are no more than they are.
"""

from __future__ import annotations

from typing import Any, cast

from musicrnn.errors import counted
from musicrnn.listening.curve import LEAST_CLIPS, SECONDS_A_CLIP, SoundHeard
from musicrnn.metrics.intervals import wilson_interval


def trust(metadata: dict[str, Any]) -> list[str]:
    """What there is to be said."""
    return [text for text in (_crossed(metadata), _thresholds(metadata)) if text]


def _crossed(metadata: dict[str, Any]) -> str:
    crossed: Any = metadata.get("crossed")
    people: Any = crossed.get("people") if isinstance(crossed, dict) else None
    if not isinstance(people, list) or not people:
        return ""
    counts = [(int(of["right"]), int(of["n"])) for of in cast(list[dict[str, Any]], people)]
    right, n = (sum(column) for column in zip(*counts, strict=True))
    low, high = wilson_interval(right, n)
    shares = [one / all_of_them for one, all_of_them in counts]
    return (
        f"a voice that it has not learnt from: {right / n:.1%} of the words right (95 % interval "
        f"{low:.1%} .. {high:.1%}, n = {n}), from {min(shares):.0%} to {max(shares):.0%} by "
        f"speaker; so said networks of the {counted(len(counts), 'speaker')} that each had not "
        "heard, the model has learnt from all of them. Of so few speakers a new one may lie outside"
    )


def _thresholds(metadata: dict[str, Any]) -> str:
    heard = SoundHeard.of(metadata)
    if not heard.too_few:
        return ""
    on_which = (
        "by which the share of words that it misses is hardly known"
        if heard.other
        else "on which five false accepts an hour cannot be told from none"
    )
    return (
        f"{counted(heard.clips, 'clip')} to validate on are too few to set a threshold: they make "
        f"{heard.clips * SECONDS_A_CLIP / 60:.0f} min of stream, {on_which}; the least are "
        f"{counted(LEAST_CLIPS, 'clip')}"
    )
