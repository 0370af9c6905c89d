"""MIDI files as they are found: each case is written byte by byte."""

import struct
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io import midi
from musicrnn.io.midi import midi_bytes, read_midi, score_from_midi, write_midi
from musicrnn.score import Chord, Key, Note, Pedal, Score, Tempo, TimeSignature, Track, make_score
from musicrnn.score_ticks import finer
from tests.musicrnn.io.midi_parts import NOTE, Event, chunk, header, off, on, played_notes, text


def notes(data: bytes) -> list[tuple[int, int, int, int]]:
    (track,) = score_from_midi(data).tracks
    return [(n.start, n.pitch, n.duration, n.velocity) for n in track.notes]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([(0, on(60)), (480, off(60))], [(0, 60, 480, 64)]),
        ([(0, on(60)), (480, on(60, 0))], [(0, 60, 480, 64)]),
        ([(0, on(60)), (5, [60, 0]), (5, [62, 9]), (5, [62, 0])], [(0, 60, 5, 64), (10, 62, 5, 9)]),
        ([(0, on(60)), (0, text(1, b"hi")), (9, [60, 0])], [(0, 60, 9, 64)]),
        ([(0, on(60)), (0, [0xF0, 3, 1, 2, 0xF7]), (9, off(60))], [(0, 60, 9, 64)]),
        (
            [
                (0, on(60)),
                (5, [60, 0]),
                (0, [0xF0, 3, 1, 2, 0xF7]),
                (5, [62, 9]),
                (5, [62, 0]),
                (0, [0xF7, 1, 8]),
                (0, [64, 9]),
                (5, [64, 0]),
            ],
            [(0, 60, 5, 64), (10, 62, 5, 9), (15, 64, 5, 9)],
        ),
        ([(0, on(60)), (0, on(62)), (480, off(62))], [(0, 62, 480, 64)]),
        ([(0, on(60)), (0, off(60)), (4, on(62)), (4, off(62))], [(4, 62, 4, 64)]),
        (
            [(0, on(60, 1)), (9, on(60, 2)), (9, off(60)), (9, off(60))],
            [(0, 60, 18, 1), (9, 60, 18, 2)],
        ),
    ],
    ids=[
        "note off",
        "velocity 0",
        "running status",
        "running over text",
        "system exclusive",
        "running over system exclusive",
        "never ended",
        "no length",
        "overlap",
    ],
)
def test_notes(events: list[Event], expected: list[tuple[int, int, int, int]]) -> None:
    assert notes(header() + chunk(*events)) == expected


def test_running_status_behind_other_events_is_as_explicit_status() -> None:
    """RP-001 lets neither a meta nor a system exclusive event be followed by running status; where
    a program writes it all the same, it is the status of the channel event before."""
    others = [text(1, b"la"), [0xF0, 3, 1, 2, 0xF7], [0xFF, 0x51, 3, 9, 9, 9], [0xF7, 2, 1, 0xF7]]
    running, explicit = list[Event](), list[Event]()
    for pitch, other in enumerate(others * 2, start=60):
        explicit += [(1, on(pitch, 9)), (2, other), (3, on(pitch, 0))]
        begin = [pitch, 9] if running else on(pitch, 9)
        running += [(1, begin), (2, other), (3, [pitch, 0])]
    found = notes(header() + chunk(*running))
    assert found == notes(header() + chunk(*explicit))
    assert found == [note[1:5] for note in played_notes(header() + chunk(*explicit))]


def test_several_instruments_in_one_track() -> None:
    data = header() + chunk(
        (0, [0xC0, 5]), (0, [0xC1, 9]), (0, on(60)), (0, on(61, 5, 1)), (0, on(36, 7, 9)),
        (9, off(60)), (0, off(61, 1)), (0, off(36, 9)),
    )  # fmt: skip
    tracks = {(t.program, t.is_drum, t.notes[0].pitch) for t in score_from_midi(data).tracks}
    assert tracks == {(5, False, 60), (9, False, 61), (0, True, 36)}


def test_pedals_also_in_later_tracks_and_when_never_released() -> None:
    pedal = [(0, [0xB1, 64, 127]), (480, [0xB1, 64, 0]), (9, [0xB1, 64, 100]), (1, [0xB1, 64, 127])]
    second = chunk((480, pedal[0][1]), *pedal[1:], (0, on(60, 9, 1)), (99, off(60, 1)))
    score = score_from_midi(header(1, 2) + chunk(*NOTE) + second)
    assert score.tracks[1].pedals == (Pedal(480, 480), Pedal(969, 100))


def test_tempo_metre_key_chords_and_title() -> None:
    conductor = chunk(
        (0, text(3, "Föhn".encode())),
        (0, [0xFF, 0x51, 3, 0x09, 0x27, 0xC0]),
        (0, [0xFF, 0x58, 4, 6, 3, 24, 8]),
        (0, [0xFF, 0x59, 2, 0xFD, 1]),
        (0, text(6, b"C:min7")),
        (480, text(6, b"chorus")),
        (480, text(6, b"N")),
        (480, [0xFF, 0x51, 3, 0x07, 0xA1, 0x20]),
    )
    score = score_from_midi(header(1, 2) + conductor + chunk(*NOTE))
    assert score.title == "Föhn"
    assert score.tempos == (Tempo(0, 600_000), Tempo(1440, 500_000))
    assert score.time_signatures == (TimeSignature(0, 6, 8),)
    assert score.keys == (Key(0, 0, True),)
    assert score.chords == (Chord(0, 0, "min7"), Chord(960, -1, "none"))


@pytest.mark.parametrize(
    "event",
    [
        [0xFF, 0x51, 3, 0, 0, 0],
        [0xFF, 0x51, 2, 1, 1],
        [0xFF, 0x58, 4, 0, 2, 24, 8],
        [0xFF, 0x58, 4, 4, 200, 24, 8],
        [0xFF, 0x58, 2, 4, 2],
        [0xFF, 0x59, 2, 50, 0],
        [0xFF, 0x59, 2, 0, 7],
    ],
)
def test_impossible_tempos_and_signatures_are_passed_over(event: list[int]) -> None:
    score = score_from_midi(header() + chunk((0, event), *NOTE))
    assert score == make_score(480, [Track((Note(0, 60, 480, 64),))])


@pytest.mark.parametrize(
    "data",
    [
        header() + b"XFIH" + struct.pack(">I", 4) + b"abcd" + chunk(*NOTE),
        header() + chunk(*NOTE) + b"rest",
        b"MThd" + struct.pack(">IHHHH", 8, 0, 1, 480, 0) + chunk(*NOTE),
        header() + chunk(*NOTE, end=b""),
        header(1, 7) + chunk(*NOTE),
        b"RIFF" + struct.pack("<I", 0) + b"RMIDDISP" + struct.pack("<I", 3) + b"abc\0data"
        + struct.pack("<I", len(header() + chunk(*NOTE))) + header() + chunk(*NOTE),
    ],
    ids=["alien chunk", "trailing bytes", "long header", "no end", "too few tracks", "RIFF"],
)  # fmt: skip
def test_unusual_files(data: bytes) -> None:
    assert notes(data) == [(0, 60, 480, 64)]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"hello, world", "not a MIDI file: it begins with b'hell'"),
        (header()[:11], "header is cut off"),
        (header(), "holds 1 to 65535 tracks, found 0"),
        (header(2, 2) + chunk(*NOTE) * 2, "this is type 2 (several independent songs)"),
        (header(division=0xE728) + chunk(*NOTE), "time code"),
        (header(division=0) + chunk(*NOTE), "ticks per quarter must be in 1..32767"),
        (header() + chunk((0, [60, 64])), "has no status"),
        (header() + chunk((0, [0x90, 0xBC, 64])), "data byte above 127"),
        (header() + chunk((0, [0xF4, 0])), "does not belong in a file"),
        (header() + chunk((0, [0xFF, 1, 99, 65])), "says 99 bytes"),
        (header() + b"MTrk\0\0\0\x06\xff\xff\xff\xff\xff\0", "longer than four bytes"),
        (b"RIFF\0\0\0\0RMID", "holds no MIDI data"),
        (header() + chunk(*[(2**28 - 1, [0xB0, 1, 1])] * 9, *NOTE), "longer than 2147483647 ticks"),
    ],
)
def test_broken_files_say_why(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "tune.mid"
    path.write_bytes(data)
    with pytest.raises(MusicRNNError) as error:
        read_midi(path)
    assert reason in str(error.value)
    assert str(error.value).startswith(f"cannot read {tmp_path / 'tune.mid'}: ")


def test_a_missing_file() -> None:
    with pytest.raises(MusicRNNError, match=r"cannot read no.mid: No such file"):
        read_midi("no.mid")


def test_files_without_notes_are_read() -> None:
    assert score_from_midi(header() + chunk()).note_count == 0


def test_too_large_and_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    data = header() + chunk(*NOTE)
    monkeypatch.setattr(midi, "MAX_NOTES", 0)
    with pytest.raises(MusicRNNError, match="may have 0 notes, this one has 1"):
        score_from_midi(data)
    monkeypatch.setattr(midi, "MAX_BYTES", 20)
    with pytest.raises(MusicRNNError, match="may have 20 bytes"):
        score_from_midi(data)


def sixteen_tracks() -> Score:
    tracks = [Track((Note(9, 40 + k, 9, 9),), k % 5, name=f"{k}") for k in range(16)]
    return make_score(96, [*tracks, Track((Note(0, 36, 1, 99),), is_drum=True)])


def test_more_tracks_than_channels(tmp_path: Path) -> None:
    write_midi(sixteen_tracks(), tmp_path / "many.mid")
    score = sixteen_tracks()
    assert read_midi(tmp_path / "many.mid") == finer(score, 480 // score.ticks_per_quarter)
    assert (tmp_path / "many.mid").read_bytes() == midi_bytes(sixteen_tracks())
    assert [path.name for path in tmp_path.iterdir()] == ["many.mid"]


@pytest.mark.parametrize(("ticks", "written"), [(12, 480), (100, 500), (480, 480), (960, 960)])
def test_a_file_has_480_ticks_a_quarter_or_more(ticks: int, written: int) -> None:
    score = make_score(ticks, [Track((Note(1, 60, 5, 80),), pedals=(Pedal(0, 7),))],
                       tempos=[Tempo(3, 400_000)], chords=[Chord(2, 0, "maj")])  # fmt: skip
    found = score_from_midi(midi_bytes(score))
    assert found == finer(score, written // ticks)
    assert found.seconds == pytest.approx(score.seconds)
    late = make_score(12, [Track((Note(2**30, 60, 5, 80),))])
    assert score_from_midi(midi_bytes(late)) == late  # the range of ticks is full


def test_long_waits_are_written_in_parts() -> None:
    score = make_score(480, [Track((Note(2**30, 60, 2**29, 1),))])
    assert score_from_midi(midi_bytes(score)) == score


def test_the_walk_takes_channel_events_of_one_and_two_bytes_in_turn() -> None:
    data = header() + chunk(
        (0, [0xC0, 5]), (0, [9]), (0, on(60)), (1, [0xD0, 3]), (1, [4]), (1, off(60))
    )
    assert score_from_midi(data) == make_score(480, [Track((Note(0, 60, 3, 64),), 9)])
