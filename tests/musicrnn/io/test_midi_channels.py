"""Programs belong to channels, whichever track sets them: pieces as other programs hear them."""

from collections import Counter

import pytest

from musicrnn.io.midi import midi_bytes, midi_said, score_from_midi
from musicrnn.score import Note, Pedal, Score, Track, make_score
from tests.musicrnn.io.midi_parts import NOTE, chunk, header, off, on, played_notes, text


def sounds(score: Score) -> Counter[tuple[int, int, int, int, int, bool]]:
    return Counter(
        (n.start, n.pitch, n.duration, n.velocity, t.program, t.is_drum)
        for t in score.tracks
        for n in t.notes
    )


def heard(data: bytes, *, ports: bool = True) -> Counter[tuple[int, int, int, int, int, bool]]:
    return Counter(note[1:] for note in played_notes(data, ports=ports))


SET_UP = chunk((0, [0xC0, 40]), (0, [0xC1, 70]), (960, [0xC0, 41]))
FIRST = chunk(*NOTE, (480, on(62)), (480, off(62)))


@pytest.mark.parametrize(
    "data",
    [
        header(1, 3) + SET_UP + FIRST + chunk((0, on(50, 9, 1)), (9, off(50, 1))),
        header(1, 3) + FIRST + chunk((0, on(50, 9, 1)), (9, off(50, 1))) + SET_UP,
        header(1, 2) + FIRST + chunk((100, [0xC0, 9]), (20, on(60)), (9, off(60))),
        header(1, 3)
        + chunk((0, [0xFF, 0x21, 1, 0]), (0, [0xC0, 5]))
        + chunk((0, [0xFF, 0x21, 1, 1]), (0, [0xC0, 6]), *NOTE)
        + FIRST,
        header() + chunk((0, [0xC3, 4]), (0, on(60, 9, 3)), (5, off(60, 3)), (0, [0xC3, 5]),
                         (0, [6]), (0, on(60, 9, 3)), (5, off(60, 3))),
    ],
    ids=["set up", "set up later in the file", "two tracks", "ports", "one track"],
)  # fmt: skip
def test_a_program_belongs_to_a_channel(data: bytes) -> None:
    """As mido says, all tracks merged in order of time."""
    assert sounds(score_from_midi(data)) == heard(data)


def test_what_the_set_up_track_says() -> None:
    score = score_from_midi(header(1, 2) + SET_UP + FIRST)
    assert [(t.program, len(t.notes)) for t in score.tracks] == [(40, 1), (41, 1)]


def bank(upper: int, channel: int) -> list[int]:
    return [0xB0 | channel, 0, upper]


@pytest.mark.parametrize(
    ("upper", "channel", "is_drum"),
    [(120, 3, True), (121, 3, False), (0, 3, False), (121, 9, False), (120, 9, True),
     (0, 9, True), (1, 9, True)],
)  # fmt: skip
def test_rhythm_channels_of_general_midi_2(upper: int, channel: int, is_drum: bool) -> None:
    """RP-024, 3.2: an upper bank byte of 78H makes a rhythm channel, 79H a melody channel, with the
    next program change; without one channel 10 is rhythm."""
    note = (0, on(40, 9, channel)), (9, off(40, channel))
    set_up = chunk((0, bank(upper, channel)), *note, (0, [0xC0 | channel, 8]))
    score = score_from_midi(header(1, 2) + set_up + chunk((99, note[0][1]), note[1]))
    before, after = score.tracks
    assert (before.program, before.is_drum) == (0, channel == 9)
    assert (after.program, after.is_drum) == (8, is_drum)


def test_a_pedal_in_a_track_of_its_own_holds_the_notes_of_its_channel() -> None:
    pedal = chunk((0, [0xB0, 64, 127]), (960, [0xB0, 64, 0]))
    score = score_from_midi(
        header(1, 3) + pedal + FIRST + chunk((0, on(50, 9, 1)), (9, off(50, 1)))
    )
    assert [track.pedals for track in score.tracks] == [(Pedal(0, 960),), ()]


def parts(count: int, length: int, *, rounds: int = 3) -> Score:
    """``count`` instruments that play one after another, ``length`` ticks each, some rounds."""
    return make_score(480, [
        Track(tuple(Note(100 * (count * r + i), 60, length, 80) for r in range(rounds)), 127 - i,
              name=f"{i}")
        for i in range(count)
    ])  # fmt: skip


@pytest.mark.parametrize(("count", "length"), [(40, 90), (40, 100), (40, 1000), (128, 300)])
def test_channels_are_shared_over_time(count: int, length: int) -> None:
    """No more than fifteen sound together, so that every player, also one that knows no ports,
    plays each note with its instrument; the tracks return."""
    score = parts(count, length)
    data = midi_bytes(score)
    assert heard(data, ports=False) == sounds(score)
    assert midi_said(score) == ()
    assert score_from_midi(data) == score


def test_more_than_fifteen_together_go_to_a_second_port_and_it_is_said() -> None:
    score = make_score(480, [Track((Note(0, 40 + i, 480, 80),), i) for i in range(20)])
    data = midi_bytes(score)
    assert heard(data) == sounds(score)
    assert score_from_midi(data) == score
    (sentence,) = midi_said(score)
    assert "5 tracks are on a second port" in sentence


def test_instruments_of_one_program_share_before_there_is_a_port() -> None:
    score = make_score(480, [Track((Note(0, 40 + i, 480, 80),), i % 15) for i in range(40)])
    assert heard(midi_bytes(score), ports=False) == sounds(score)
    assert midi_said(score) == ()


def test_a_track_on_several_channels_is_one_instrument_again() -> None:
    """Where each of the channels that it had is taken when it begins again."""
    long = [Track((Note(500, 40 + i, 9000, 80),), 10 + i) for i in range(14)]
    late = [Track((Note(700, 90, 200, 80), Note(1200, 90, 200, 80)), 99)]
    short = [Track((Note(0, 30, 9, 80), Note(1000, 30, 9000, 80)), 5)]
    score = make_score(480, [*short, *long, *late, Track((Note(100, 31, 50, 80),), 6)])
    data = midi_bytes(score)
    assert score_from_midi(data) == score
    assert heard(data) == sounds(score)


def test_a_file_that_names_its_tracks_keeps_names_by_track() -> None:
    data = (
        header(1, 2)
        + chunk((0, text(3, b"all")), (0, [0xC0, 3]))
        + chunk((0, text(3, b"x")), *NOTE)
    )
    (track,) = score_from_midi(data).tracks
    assert (track.name, track.program) == ("x", 3)
