"""Which channel an instrument plays on, where a piece has more instruments than a port channels.

Conventions. Channels count from 0; drums have 9, all others are for pitched instruments. A sound is
(program, is_drum). An instrument holds a channel from its first sound to its last release; then
another may take it, with a program change. One that sounds keeps its channel, one that begins again
prefers the one that it had, then one that is new, one with its program, the longest free. Where
none is free, instruments of one sound share; where that will not do either, some go to the next
port (meta event 0x21), which many players do not know.

Sources: General MIDI System Level 1 (RP-003); the port is in wide use, but no part of RP-001.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from musicrnn.errors import counted
from musicrnn.score import Track

CHANNELS = 16
DRUM_CHANNEL = 9
Sound = tuple[int, bool]
_PITCHED = tuple(channel for channel in range(CHANNELS) if channel != DRUM_CHANNEL)


@dataclass
class _Channel:
    number: int
    sound: Sound | None = None
    player: int = -1  # who took it last
    until: float = -inf  # when its last sound ends
    last: int = -1  # the latest of those whose sound ends then


class Channels:
    """The channels of one port, given out in order of time (ticks or seconds)."""

    def __init__(self) -> None:
        self._channels = [_Channel(number) for number in range(CHANNELS)]
        self._had: dict[int, int] = {}  # player: channel

    def take(
        self, player: int, sound: Sound, start: float, end: float = inf
    ) -> tuple[int, bool] | None:
        """A channel from ``start`` to ``end``, and whether it is another than the player had or was
        another's since; None where all sound with others.

        What ends at the very start is over if its player comes before this one, since events of one
        tick are sent in that order."""
        numbers = (DRUM_CHANNEL,) if sound[1] else _PITCHED
        found = [self._channels[number] for number in numbers]
        free = [c for c in found if c.until < start or (c.until == start and c.last < player)]
        had = self._had.get(player, -1)
        free.sort(
            key=lambda c: (c.number != had, c.player >= 0, c.sound != sound, c.until, c.number)
        )
        alike = sorted(
            (c for c in found if c.sound == sound), key=lambda c: (c.number != had, c.until)
        )
        chosen = next(iter([*free[:1], *alike]), None)
        if chosen is None:
            return None
        new = chosen.number != had or chosen.player != player
        chosen.sound, chosen.player = sound, player
        if end >= chosen.until:
            chosen.last = player if end > chosen.until else max(player, chosen.last)
            chosen.until = end
        self._had[player] = chosen.number
        return chosen.number, new

    def unused(self) -> set[int]:
        """The channels that nobody has had."""
        return {channel.number for channel in self._channels if channel.player < 0}

    def let_go(self, channel: int, now: float) -> None:
        """The sounds of a channel have ended."""
        self._channels[channel].until, self._channels[channel].last = now, -1


@dataclass
class Place:
    """Where a track is played: the port, and from which ticks on which channels."""

    port: int = 0
    channels: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])


def places(tracks: Sequence[Track]) -> list[Place]:
    """The port and channels of each track, all of which have notes: each one of its own where there
    are no more than fifteen that are no drums."""
    found = [Place() for _ in tracks]
    pitched = [number for number, track in enumerate(tracks) if not track.is_drum]
    drums = [number for number, track in enumerate(tracks) if track.is_drum]
    left: list[int] = []
    if len(pitched) <= len(_PITCHED):
        for number, channel in zip(pitched, _PITCHED, strict=False):
            found[number].channels = [(0, channel)]
    else:
        left += pitched
    if len({tracks[number].program for number in drums}) <= 1:
        for number in drums:
            found[number].channels = [(0, DRUM_CHANNEL)]
    else:
        left += drums
    port = 0
    while left:
        here, beyond = left, list[int]()
        while True:
            channels = _shared({number: tracks[number] for number in here})
            lacking = [number for number in here if number not in channels]
            if not lacking:
                break
            here = [number for number in here if number in channels]
            beyond += lacking
        for number in here:
            found[number] = Place(port, channels[number])
        left, port = sorted(beyond), port + 1
    return found


def said_of_places(found: Sequence[Place]) -> tuple[str, ...]:
    """What a player may play otherwise."""
    beyond = sum(place.port > 0 for place in found)
    if not beyond:
        return ()
    return (
        f"more instruments sound together than a MIDI port has channels: "
        f"{counted(beyond, 'track is', 'tracks are')} on a second port or a later one, and a "
        "program that knows no ports plays them with the sounds of the first",
    )


def _shared(tracks: dict[int, Track]) -> dict[int, list[tuple[int, int]]]:
    """The channels of the tracks that find one whenever they sound."""
    channels = Channels()
    found: dict[int, list[tuple[int, int]]] = {number: [] for number in tracks}
    phrases = [(s, number, e) for number, track in tracks.items() for s, e in phrases_of(track)]
    for start, number, end in sorted(phrases):
        if number not in found:
            continue
        track = tracks[number]
        unused = channels.unused()
        taken = channels.take(number, (track.program, track.is_drum), start, end)
        if taken is None:
            del found[number]
        elif taken[1]:
            found[number].append((0 if taken[0] in unused else start, taken[0]))
    return found


def phrases_of(track: Track) -> list[tuple[int, int]]:
    """From when to when a track sounds without a pause: its notes and its pedal."""
    spans = sorted(
        (each.start, each.start + each.duration) for each in (*track.notes, *track.pedals)
    )
    phrases: list[tuple[int, int]] = []
    for start, end in spans:
        if phrases and start <= phrases[-1][1]:
            phrases[-1] = phrases[-1][0], max(end, phrases[-1][1])
        else:
            phrases.append((start, end))
    return phrases
