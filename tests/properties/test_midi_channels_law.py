"""Of a piece of many instruments another program plays every note with its instrument, or it is
said that it may not: mido reads the file, all tracks merged in order of time, and the program in
force on a note's channel is the note's."""

from collections import Counter
from dataclasses import replace
from io import BytesIO

import mido
from hypothesis import given, settings
from hypothesis import strategies as st

from musicrnn.io.midi import midi_bytes, midi_said, score_from_midi
from musicrnn.io.midi_channels import phrases_of
from musicrnn.score import Note, Pedal, Score, Track, make_score
from tests.musicrnn.io.midi_parts import played_notes


@st.composite
def bands(draw: st.DrawFn) -> Score:
    """17 to 40 instruments of General MIDI, some of them drums or with a pedal."""
    rng = draw(st.randoms(use_true_random=False))
    gap = draw(st.sampled_from([1, 60, 600, 3000]))
    tracks: list[Track] = []
    for number in range(draw(st.integers(17, 40))):
        at, notes = rng.randrange(12 * gap), list[Note]()
        for _ in range(rng.randrange(1, 12)):
            notes.append(
                Note(at, rng.randrange(30, 90), rng.randrange(1, 480), rng.randrange(1, 128))
            )
            at = notes[-1].start + notes[-1].duration + rng.randrange(-100, 12 * gap)
            at = max(at, notes[-1].start)
        pedals = (Pedal(notes[0].start, rng.randrange(1, 900)),) if rng.random() < 0.2 else ()
        is_drum = rng.random() < 0.05
        tracks.append(
            Track(without_overlaps(notes), rng.randrange(128), is_drum, f"{number}", pedals)
        )
    return make_score(480, tracks)


def without_overlaps(notes: list[Note]) -> tuple[Note, ...]:
    free: dict[int, int] = {}
    kept: list[Note] = []
    for note in sorted(notes):
        if note.start >= free.get(note.pitch, 0):
            free[note.pitch] = note.start + note.duration
            kept.append(note)
    return tuple(kept)


def sounds(score: Score) -> Counter[tuple[int, ...]]:
    tracks = enumerate((track for track in score.tracks if track.notes), start=1)
    return Counter(
        (number, n.start, n.pitch, n.duration, n.velocity, t.program, t.is_drum)
        for number, t in tracks
        for n in t.notes
    )


def most_together(score: Score) -> int:
    """How many pitched instruments sound at once; what ends as another begins still counts."""
    moves: list[tuple[int, int]] = []
    for track in score.tracks:
        if not track.is_drum:
            for start, end in phrases_of(track):
                moves += [(start, -1), (end, 1)]
    count = most = 0
    for _, step in sorted(moves):
        count -= step
        most = max(most, count)
    return most


@settings(max_examples=50, deadline=None)
@given(bands())
def test_every_note_has_its_instrument(score: Score) -> None:
    data = midi_bytes(score)
    assert Counter(map(tuple, played_notes(data))) == sounds(score)
    assert score_from_midi(data) == score
    drum_kits = {track.program for track in score.tracks if track.is_drum}
    if most_together(score) <= 15 and len(drum_kits) <= 1:
        assert not midi_said(score)
    if not midi_said(score):  # and a player that knows no ports does the same
        assert Counter(map(tuple, played_notes(data, ports=False))) == sounds(score)


@settings(max_examples=20, deadline=None)
@given(bands())
def test_a_part_of_a_band_has_channels_of_its_own(score: Score) -> None:
    few = replace(score, tracks=tuple(t for t in score.tracks if not t.is_drum)[:15])
    assert not midi_said(few)
    file = mido.MidiFile(file=BytesIO(midi_bytes(few)))
    channels = [m.channel for track in file.tracks for m in track if m.type == "program_change"]
    assert channels == [number for number in range(16) if number != 9][: len(few.tracks)]
