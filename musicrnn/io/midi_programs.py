"""Which program is in force on a channel, and whether the channel is drums.

Conventions. A program and a bank belong to a channel, whichever track sets them; a channel begins
with program 0. Channel 10 is drums. General MIDI 2 lets a bank say otherwise: an upper byte
(controller 0) of 120 makes a rhythm channel of any, 121 a melodic one, from the next program change
on. A sound is a program, or DRUMS more of a rhythm channel.

Sources: General MIDI System Level 1 (RP-003), General MIDI 2 (RP-024).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musicrnn.io.midi_columns import CHANNELS, CONTROL, PROGRAM, Column, MidiEvents

DRUMS = 128
DRUM_CHANNEL = 9
BANK = 0  # a controller
RHYTHM_BANK, MELODY_BANK = 120, 121


@dataclass(frozen=True)
class ProgramChanges:
    """Of a channel: their orders, ticks and sounds, first what it begins with."""

    orders: Column
    ticks: Column
    sounds: Column

    def at(self, orders: Column) -> Column:
        """The sounds in force at events."""
        return self.sounds[np.searchsorted(self.orders, orders) - 1]

    def within(self, begin: int, end: int) -> set[int]:
        """The sounds in force at some time from one tick to another."""
        first = int(np.searchsorted(self.ticks, begin, "right")) - 1
        return set(self.sounds[first : max(first + 1, np.searchsorted(self.ticks, end))].tolist())


def program_changes(events: MidiEvents) -> dict[int, ProgramChanges]:
    """Of every channel with a note-on."""
    channels: list[int] = np.unique(events.channel[events.kind >= 9]).tolist()
    setting = (events.kind == PROGRAM) | ((events.kind == CONTROL) & (events.first == BANK))
    events = events[setting]
    events = events[np.lexsort((events.order, events.channel))]
    found: dict[int, ProgramChanges] = {}
    for channel in channels:
        begin, end = np.searchsorted(events.channel, (channel, channel + 1))
        found[channel] = _changes(events[np.arange(begin, end)], channel)
    return found


def _changes(events: MidiEvents, channel: int) -> ProgramChanges:
    banks, changes = events[events.kind == CONTROL], events[events.kind == PROGRAM]
    usual = RHYTHM_BANK if channel % CHANNELS == DRUM_CHANNEL else MELODY_BANK
    bank = np.append(usual, banks.second)[np.searchsorted(banks.order, changes.order)]
    bank = np.where((bank == RHYTHM_BANK) | (bank == MELODY_BANK), bank, usual)
    return ProgramChanges(
        np.append(-1, changes.order),
        np.append(-1, changes.tick),
        np.append(0, changes.first) + DRUMS * (np.append(usual, bank) == RHYTHM_BANK),
    )
