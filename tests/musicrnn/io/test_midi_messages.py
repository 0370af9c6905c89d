"""Keys as MIDI messages: what a synthesizer that follows them would play."""

from io import BytesIO

import mido

from musicrnn.io.midi import midi_bytes
from musicrnn.io.midi_messages import Messages
from musicrnn.note_events import Instrument, NoteEvent, event_batch
from musicrnn.score import Note, Track, make_score


def told(score):
    messages = Messages()
    return [
        (key.seconds, message) for key in event_batch(score).events for message in messages.of(key)
    ]


def test_notes_programs_and_drums():
    score = make_score(
        480,
        [
            Track((Note(0, 60, 480, 80), Note(480, 60, 240, 90)), program=25),
            Track((Note(240, 38, 10, 100),), is_drum=True),
        ],
    )
    assert told(score) == [
        (0.0, [0xC0, 25]),
        (0.0, [0x90, 60, 80]),
        (0.25, [0xC9, 0]),
        (0.25, [0x99, 38, 100]),
        (0.25 + 10 / 960, [0x89, 38, 64]),
        (0.5, [0x80, 60, 64]),
        (0.5, [0x90, 60, 90]),
        (0.75, [0x80, 60, 64]),
    ]


def test_channels_are_those_of_the_file():
    """Of thirty instruments, fifteen have a channel of their own, the others share over time."""
    tracks = [Track((Note(100 * i, 60, 150, 80),), program=i) for i in range(30)]
    score = make_score(480, tracks)
    live = [message[0] & 15 for _, message in told(score) if message[0] >> 4 == 9]
    notes = [message for message in mido.MidiFile(file=BytesIO(midi_bytes(score)))
             if message.type == "note_on" and message.velocity]  # fmt: skip
    assert live == [message.channel for message in notes]
    assert 9 not in live
    assert len(set(live)) == 15


def test_more_than_fifteen_together_share_by_program():
    """Messages know no ports."""
    tracks = [Track((Note(i, 60, 1000, 80),), program=i) for i in range(16)]
    messages = Messages()
    found = [m for e in event_batch(make_score(480, tracks)).events for m in messages.of(e)]
    programs, sounding = {}, []
    for status, *data in found:
        if status >> 4 == 12:
            programs[status & 15] = data[0]
        if status >> 4 == 9:
            sounding.append(programs[status & 15])
    assert sounding == list(range(16))
    assert messages.crowded
    assert not list(messages.silence())


def test_what_sounds_keeps_its_channel_and_what_is_over_gives_it_up():
    """Against a player's view: no program changes on a channel on which something sounds."""
    tracks = [
        Track(tuple(Note(30 * i + 700 * r, 60 + i % 3, 200, 80) for r in range(4)), program=i)
        for i in range(25)
    ]
    messages = Messages()
    sounding = dict.fromkeys(range(16), 0)
    for event in event_batch(make_score(480, tracks)).events:
        for status, *_ in messages.of(event):
            kind, channel = status >> 4, status & 15
            assert kind != 12 or not sounding[channel]
            sounding[channel] += {9: 1, 8: -1}.get(kind, 0)
    assert not messages.crowded


def test_a_shared_channel_is_told_its_program_when_it_changes():
    messages = Messages()
    parts = [Instrument(index, index, False) for index in range(30)]
    found = [list(messages.of(NoteEvent(0.0, 80, part, 60))) for part in parts]
    assert all(len(told) == 2 and told[0][1] == index for index, told in enumerate(found))
    again = [list(messages.of(NoteEvent(1.0, 80, part, 60))) for part in (parts[0], parts[0])]
    assert len(again[1]) == 1


def test_silence_lets_go_of_what_is_down():
    messages = Messages()
    part = Instrument(0, 0, False)
    for key in (NoteEvent(0, 80, part, 60), NoteEvent(0, 80, part, 64), NoteEvent(1, 0, part, 60)):
        list(messages.of(key))
    assert list(messages.silence()) == [[0x80, 64, 64]]
    assert list(messages.silence()) == []
