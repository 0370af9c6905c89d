"""MIDI files whose sizes are wrong, or that break off: what is there is read, and it is said."""

import struct
from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.midi import read_midi, score_from_midi
from musicrnn.io.notes import read_piece
from musicrnn.score import Note, Score, Track, make_score
from tests.musicrnn.io.midi_parts import chunk, header, off, on, played_notes

MELODY = chunk(*[e for p in range(60, 68) for e in ((0, on(p)), (480, off(p)))])
BASS = chunk((0, on(36, 64, 1)), (960, off(36, 1)))
WHOLE = header(1, 2) + MELODY + BASS


def resized(data: bytes, track: int, by: int) -> bytes:
    """The file with another size in the header of a track."""
    place = -4
    for _ in range(track):
        place = data.index(b"MTrk", place + 4)
    (size,) = struct.unpack(">I", data[place + 4 : place + 8])
    return data[: place + 4] + struct.pack(">I", size + by) + data[place + 8 :]


def rmid(data: bytes, *, riff: int = 0, size: int = 0, more: bytes = b"") -> bytes:
    body = b"RMIDdata" + struct.pack("<I", len(data) + size) + data + more
    return b"RIFF" + struct.pack("<I", len(body) + riff) + body


def bare(score: Score) -> list[tuple[int, int, int, int]]:
    return sorted((n.start, n.pitch, n.duration, n.velocity) for t in score.tracks for n in t.notes)


def heard(data: bytes) -> list[tuple[int, int, int, int]]:
    return sorted(note[1:5] for note in played_notes(data))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (WHOLE[:-1], ["it is cut off: track 2 says 13 bytes, 12 are there"]),
        (resized(WHOLE, 2, 5), ["track 2 says 18 bytes, it has 13: it is read to its end"]),
        (resized(WHOLE, 1, 5), ["track 1 says 81 bytes, it has 76: it is read to its end"]),
        (resized(WHOLE, 1, -5), ["track 1 says 71 bytes, it has 76: it is read to its end"]),
        (resized(WHOLE, 2, -13), ["track 2 says 0 bytes, it has 13: it is read to its end"]),
        (resized(WHOLE, 1, 2**31), ["track 1 says 2147483724 bytes, it has 76: it is read to its "
                                    "end"]),
        (header(1, 3) + MELODY + BASS, ["its header says 3 tracks, 2 are there"]),
        (rmid(WHOLE), []),
        (rmid(WHOLE, riff=-60, more=b"LIST\4\0\0\0INFO"), []),
        (rmid(WHOLE, size=-30), []),
        (rmid(WHOLE, size=9), [f"its RIFF wrapper says {len(WHOLE) + 9} bytes of MIDI, "
                               f"{len(WHOLE)} are there"]),
    ],
    ids=["last byte", "too large", "too large inside", "too small inside", "never filled in",
         "far too large", "a track too few", "rmi", "wrong RIFF size", "RIFF data too small",
         "RIFF data too large"],
)  # fmt: skip
def test_all_notes_are_read(data: bytes, said: list[str]) -> None:
    score = score_from_midi(data)
    assert bare(score) == heard(WHOLE)
    assert list(score.said) == said


def test_a_file_cut_off_inside_a_track_is_read_to_there() -> None:
    """Of every length that it may be cut to."""
    found = [0] * len(WHOLE)
    begins = len(header(1, 2)) + 8
    notes = heard(WHOLE)
    for length in range(begins, len(WHOLE)):
        score = score_from_midi(WHOLE[:length])
        assert set(bare(score)) <= set(notes)
        assert score.said
        found[length] = score.note_count
    assert found[begins:] == sorted(found[begins:])
    assert found[begins] == 0
    assert found[-1] == len(notes)


def test_what_still_sounds_at_the_cut_is_left_out_and_counted() -> None:
    score = score_from_midi(WHOLE[:-8])
    assert bare(score) == heard(header() + MELODY)
    assert score.said == (
        "it is cut off: track 2 says 13 bytes, 5 are there",
        "1 note without an end left out",
    )


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (resized(header() + chunk((0, [0x90, 60, 200])), 1, 9), "data byte above 127"),
        (resized(header() + chunk((0, [60, 64])), 1, 9), "no status"),
        (header(1, 2) + chunk((0, [0xFF, 1, 99, 65])) + BASS, "says 99 bytes"),
    ],
)
def test_what_is_broken_is_refused_whatever_the_sizes(data: bytes, reason: str) -> None:
    with pytest.raises(MusicRNNError, match=reason):
        score_from_midi(data)


def test_what_is_said_is_no_part_of_the_music() -> None:
    cut, whole = score_from_midi(WHOLE[:-1]), score_from_midi(WHOLE)
    assert cut == whole
    assert whole.said == ()
    assert "it is cut off" in repr(cut)


def test_the_suffix_rmi(tmp_path: Path) -> None:
    path = tmp_path / "tune.rmi"
    path.write_bytes(rmid(header() + chunk((0, on(60)), (480, off(60)))))
    assert read_piece(path) == read_midi(path) == make_score(480, [Track((Note(0, 60, 480, 64),))])
