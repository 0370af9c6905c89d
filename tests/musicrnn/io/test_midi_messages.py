"""Keys as MIDI messages: what a synthesizer that follows them would play."""

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
    """Thirty parts: fifteen have a channel of their own, the others share by program."""
    programs = [index % 20 for index in range(30)]
    tracks = [
        Track((Note(10 * i, 60, 1000, 80),), program=program) for i, program in enumerate(programs)
    ]
    score = make_score(480, tracks)
    live = [message[0] & 15 for _, message in told(score) if message[0] >> 4 == 9]
    content = midi_bytes(score)
    file = []
    for index in range(len(tracks)):  # the program is the first event of its track
        content = content.partition(b"MTrk")[2] if index else content.split(b"MTrk", 2)[2]
        file.append(content[5] & 15)
    assert live == file
    assert 9 not in live


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
