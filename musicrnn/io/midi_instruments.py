"""The notes of a MIDI file by instrument, with the pedal.

Conventions. A note is ended in its own track, as most sequencers write it; of two of one pitch on
one channel the first to begin is the first to end. The sustain pedal (controller 64, down from 64
on) belongs to its track's notes on the channel; one in a track without notes on the channel holds
those of all tracks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musicrnn.io.midi_columns import CONTROL, NOTE_OFF, NOTE_ON, Column, MidiEvents
from musicrnn.io.midi_programs import DRUMS, ProgramChanges, program_changes

SUSTAIN = 64  # a controller
Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class MidiInstrument:
    """``rows`` [n, 4]: start, pitch, duration, velocity of its notes, sorted; ``pedals``: when the
    pedal goes down, and up."""

    track: int
    program: int
    is_drum: bool
    rows: Column
    pedals: Spans


def midi_instruments(events: MidiEvents, joined: set[int]) -> tuple[list[MidiInstrument], int]:
    """The instruments in the order of tracks, channels and programs, and how many notes are never
    ended. Each (track, channel, program) is one; in tracks that are ``joined`` each program."""
    notes, ends, open_notes = _notes(events)
    programs = program_changes(events)
    sounds = np.zeros(len(ends), np.int64)
    for channel, changes in programs.items():
        mine = notes.channel == channel
        sounds[mine] = changes.at(notes.order[mine])
    channels = np.where(np.isin(notes.track, list(joined)), -1, notes.channel)
    rows = np.stack([notes.tick, notes.first, ends - notes.tick, notes.second], 1)
    voices = np.stack([notes.track, channels, sounds], 1)
    order = np.lexsort((*rows.T[::-1], *voices.T[::-1]))
    rows, voices = rows[order], voices[order]
    breaks = np.flatnonzero((np.diff(voices, axis=0) != 0).any(1)) + 1
    pedals = _Pedals(events, notes, sounds, programs)
    instruments: list[MidiInstrument] = []
    for mine, voice in zip(np.split(rows, breaks), np.split(voices, breaks), strict=True):
        if len(mine):
            track, channel, sound = voice[0].tolist()
            spans = pedals.of(track, channel, sound, end=int((mine[:, 0] + mine[:, 2]).max()))
            played = mine[mine[:, 2] > 0]
            instruments.append(MidiInstrument(track, sound % DRUMS, sound >= DRUMS, played, spans))
    return instruments, open_notes


def _notes(events: MidiEvents) -> tuple[MidiEvents, Column, int]:
    """The note-ons that are ended, when, and how many are not."""
    struck = events[(events.kind == NOTE_ON) | (events.kind == NOTE_OFF)]
    struck = struck[np.lexsort((struck.first, struck.channel, struck.track))]  # it is stable
    key = np.stack([struck.track, struck.channel, struck.first], 1)
    count = len(key)
    new = np.append(True, (np.diff(key, axis=0) != 0).any(1))[:count]
    group = np.cumsum(new) - 1
    begins = (struck.kind == NOTE_ON) & (struck.second > 0)
    # A sum of begun less ended notes in each group, and the lowest before, at most 0: a note-off
    # that goes below it ends nothing. Later groups lie lower, so that each has a lowest of its own.
    steps = np.where(begins, 1, -1)
    sums = np.cumsum(steps)
    level = group * (count + 1)
    sums -= (sums - steps)[new][group] + level
    lowest = np.minimum.accumulate(np.append(0, sums))[:count]
    ends = ~begins & (sums >= np.minimum(lowest, -level))
    on, off = np.flatnonzero(begins), np.flatnonzero(ends)
    of = group[off]
    place = np.arange(len(off)) - np.searchsorted(of, of)  # among those of its group
    ended = on[np.searchsorted(group[on], of) + place]
    return struck[ended], struck.tick[off], len(on) - len(off)


class _Pedals:
    """When the pedals of a file are down."""

    def __init__(
        self,
        events: MidiEvents,
        notes: MidiEvents,
        sounds: Column,
        programs: dict[int, ProgramChanges],
    ) -> None:
        moves = events[(events.kind == CONTROL) & (events.first == SUSTAIN)]
        moves = moves[np.lexsort((moves.order, moves.channel, moves.track))]
        key = np.stack([moves.track, moves.channel], 1)
        breaks = np.flatnonzero((np.diff(key, axis=0) != 0).any(1)) + 1
        self._programs = programs
        self._sounds: dict[tuple[int, int], set[int]] = {}  # of (track, channel)
        if len(key):
            played = np.unique(np.stack([notes.track, notes.channel, sounds], 1), axis=0)
            for track, channel, sound in played.tolist():
                self._sounds.setdefault((track, channel), set()).add(sound)
        self._moves: dict[tuple[int, int], Column] = {}  # indices, by (track, channel)
        self._loose: dict[int, list[Column]] = {}  # by channel
        for mine in np.split(np.arange(len(key)), breaks) if len(key) else ():
            track, channel = key[mine[0]].tolist()
            if (track, channel) in self._sounds:
                self._moves[track, channel] = mine
            else:
                self._loose.setdefault(channel, []).append(mine)
        self._all = moves

    def of(self, track: int, channel: int, sound: int, *, end: int) -> Spans:
        """Those of a sound on a channel (-1: all) of a track; one that is never released is held
        to the ``end`` of the last note."""
        channels = {c for t, c in self._sounds if t == track} if channel < 0 else {channel}
        spans: Spans = []
        for each in sorted(channels):
            parts = [self._moves.get((track, each)), *self._loose.get(each, ())]
            parts = [part for part in parts if part is not None]
            if not parts:
                continue
            mine = self._all[np.concatenate(parts)]
            mine = mine[np.argsort(mine.order)]
            found = _spans(mine.tick, mine.second >= 64, end)
            if len(self._sounds[track, each]) > 1:
                changes = self._programs[each]
                found = [span for span in found if sound in changes.within(*span)]
            spans += found
        return sorted(spans)


def _spans(tick: Column, down: np.ndarray, end: int) -> Spans:
    moves = np.flatnonzero(np.diff(down, prepend=False))
    times = tick[moves].tolist()
    if len(times) % 2:
        times.append(max(end, times[-1]))
    pairs = zip(times[::2], times[1::2], strict=True)
    return [(begin, stop) for begin, stop in pairs if begin < stop]
