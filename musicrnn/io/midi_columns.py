"""The events of a MIDI file in columns, with ticks, statuses and ports filled in.

Conventions. Events of all tracks stand track by track, each as in its file. ``order`` is the one in
which a player that merges the tracks sends them: by tick, at one tick track by track. Channels
count from 0; one of port 1 is 16 more.

Source: Standard MIDI Files 1.0 (RP-001); the port is meta event 0x21.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicrnn.io.midi_chunks import MidiChunks
from musicrnn.io.midi_walk import PORT

Column = NDArray[np.int64]

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 8, 9, 11, 12  # the upper half of a status
CHANNELS = 16  # of a port


@dataclass(frozen=True)
class MidiEvents:
    """Channel events [n]: track, tick, upper half of the status, channel, the two data bytes (the
    second means nothing where there is one) and the place in the order of all."""

    track: Column
    tick: Column
    kind: Column
    channel: Column
    first: Column
    second: Column
    order: Column

    def __getitem__(self, chosen: NDArray[Any]) -> MidiEvents:
        return MidiEvents(*(column[chosen] for column in vars(self).values()))


@dataclass(frozen=True)
class MidiMeta:
    """An event that is no channel's."""

    track: int
    tick: int
    kind: int
    content: bytes


def midi_columns(chunks: MidiChunks) -> tuple[MidiEvents, list[MidiMeta]]:
    """The channel events, and the others that a track's walk keeps."""
    counts = [len(track.starts) for track in chunks.tracks]
    begins = np.append(0, np.cumsum(counts))  # number of the first event of each track
    data = np.frombuffer(chunks.data + bytes(8), np.uint8).astype(np.int64)
    at = np.concatenate([np.array(track.starts, np.int64) for track in chunks.tracks])
    track = np.repeat(np.arange(len(counts)), counts)
    wait, at = _times(data, at)
    past = np.append(0, np.cumsum(wait))
    tick = past[1:] - past[begins[track]]

    status = data[at]
    said = status >= 0x80
    is_channel = (status < 0xF0) | ~said
    last = np.maximum.accumulate(np.where(said & is_channel, np.arange(len(at)), -1))
    own = at + said
    port = np.zeros(len(at), np.int64)
    metas: list[MidiMeta] = []
    for number, (begin, walked) in enumerate(zip(begins.tolist(), chunks.tracks, strict=False)):
        for place, kind, content in walked.others:
            metas.append(MidiMeta(number, int(tick[begin + place]), kind, content))
            if kind == PORT and content:
                port[begin + place : begins[number + 1]] = content[0] & 0x7F
    status = status[last]
    channel = port * CHANNELS + status % CHANNELS
    order = np.empty(len(at), np.int64)
    order[np.argsort(tick, kind="stable")] = np.arange(len(at))
    events = MidiEvents(track, tick, status >> 4, channel, data[own], data[own + 1], order)
    return events[is_channel], metas


def _times(data: Column, at: Column) -> tuple[Column, Column]:
    """The numbers of variable length at some bytes, and where they end."""
    byte = data[at]
    value, at = byte & 0x7F, at + 1
    for _ in range(3):
        more = byte >= 0x80
        if not more.any():
            break
        byte = np.where(more, data[at], 0)
        value = np.where(more, value << 7 | byte & 0x7F, value)
        at = at + more
    return value, at
