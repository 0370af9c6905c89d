"""Standard MIDI files, types 0 and 1: read_midi, write_midi.

Conventions. One Track for each instrument (channel and program) of each track of the file, in the
file's order; channel 10 is drums. Times are the file's own ticks. The sustain pedal (controller 64,
down from 64 on) becomes Pedals; other controllers, pitch bends and lyrics are left out. A marker
whose text is the name of a chord (``C:maj7``, ``N``) is a Chord, one with another short text a
Section, as the standard means it ("rehearsal letter or section name"). The title is the name of the
first track of a type 1 file if nothing is played on it. Names are UTF-8.

What a file need not say clearly: a note that is never ended or has no length is left out; of two
notes of one pitch in one instrument, the first to begin is the first to end.

The law: ``read(write(score)) == score`` in the file's ticks, 480 a quarter or more, except that
tracks without notes are not written, a note that overlaps another of the same pitch in the same
track may exchange its end with it, and pedals of one track that overlap are read as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from symusic.core import ScoreTick, TrackTick

from musicrnn.errors import MusicRNNError
from musicrnn.io.atomic import write_whole
from musicrnn.io.midi_events import midi_bytes
from musicrnn.io.midi_walk import Walked, canonical
from musicrnn.score import (
    MAX_TICK,
    NAMED_CHORDS,
    Chord,
    Key,
    Note,
    Pedal,
    Score,
    Section,
    Tempo,
    TimeSignature,
    Track,
    is_section_name,
    make_score,
)

__all__ = ["MAX_BYTES", "MAX_NOTES", "midi_bytes", "read_midi", "score_from_midi", "write_midi"]

MAX_BYTES = 16 * 2**20
MAX_NOTES = 2_000_000

_SUSTAIN = 64


def read_midi(path: str | Path) -> Score:
    """The score of a MIDI file. It may hold no note at all: see ``score.note_count``.

    Raises:
        MusicRNNError: the file cannot be read, is no MIDI file, or is broken or too large.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise MusicRNNError(f"cannot read {path}: {error.strerror}") from error
    try:
        return score_from_midi(data)
    except MusicRNNError as error:
        raise MusicRNNError(f"cannot read {path}: {error}") from error


def score_from_midi(data: bytes) -> Score:
    """The score of the bytes of a MIDI file; see :func:`read_midi`."""
    if len(data) > MAX_BYTES:
        raise MusicRNNError(f"a MIDI file may have {MAX_BYTES} bytes, this one has more")
    walked = canonical(data)
    try:
        parsed = ScoreTick.from_midi(walked.data)
    except Exception as error:  # the parser's own errors share no class of their own
        raise MusicRNNError(f"broken MIDI data: {str(error).splitlines()[0]}") from error
    return _score(parsed, walked)


def write_midi(score: Score, path: str | Path) -> None:
    """Writes a type 1 file, whole or not at all. Equal scores give equal bytes.

    Raises:
        MusicRNNError: the folder cannot be written to.
    """
    write_whole(path, midi_bytes(score))


def _score(parsed: ScoreTick, walked: Walked) -> Score:
    found = sum(len(track.notes) for track in parsed.tracks)
    if found > MAX_NOTES:
        raise MusicRNNError(f"a MIDI file may have {MAX_NOTES} notes, this one has {found}")
    chords = [
        Chord(marker.time, *NAMED_CHORDS[marker.text])
        for marker in parsed.markers
        if marker.text in NAMED_CHORDS
    ]
    texts = [(marker.time, marker.text.strip()) for marker in parsed.markers]
    tracks = [_track(track) for track in parsed.tracks]
    return make_score(
        parsed.ticks_per_quarter,
        [track for track in tracks if track.notes],
        tempos=[Tempo(t.time, t.mspq) for t in parsed.tempos],
        time_signatures=[
            TimeSignature(t.time, t.numerator % 256, t.denominator) for t in parsed.time_signatures
        ],
        keys=[
            Key(k.time, key_tonic(k.key, k.tonality == 1), k.tonality == 1)
            for k in parsed.key_signatures
        ],
        chords=chords,
        title=walked.title,
        sections=[Section(tick, text) for tick, text in texts if is_section_name(text)],
    )


def key_tonic(sharps: int, minor: bool) -> int:
    """The tonic (0 = C) of the key with so many sharps (flats if negative)."""
    return (7 * sharps + (9 if minor else 0)) % 12


def _track(parsed: TrackTick) -> Track:
    start, pitch, duration, velocity = _columns(
        parsed.notes.numpy(), ("time", "pitch", "duration", "velocity")
    )
    if start.size and (start.min() < 0 or (start + duration).max() > MAX_TICK):
        raise MusicRNNError(f"the piece is longer than {MAX_TICK} ticks: a time in it is broken")
    order = np.lexsort((velocity, duration, pitch, start))
    order = order[duration[order] > 0]
    columns = [column[order].tolist() for column in (start, pitch, duration, velocity)]
    end = int((start + duration).max()) if start.size else 0
    return Track(
        notes=tuple(map(Note, *columns)),
        program=parsed.program,
        is_drum=parsed.is_drum,
        name=parsed.name,
        pedals=_pedals(parsed, end),
    )


def _pedals(parsed: TrackTick, end: int) -> tuple[Pedal, ...]:
    """From the controllers: the parser's own pedals begin at 0 in every track but the first.

    A pedal that is never released is held to the end of the last note.
    """
    time, number, value = _columns(parsed.controls.numpy(), ("time", "number", "value"))
    time, down = time[number == _SUSTAIN], value[number == _SUSTAIN] >= 64
    moves = np.flatnonzero(np.diff(down, prepend=False))
    times = time[moves].tolist()
    if len(times) % 2:
        times.append(max(end, times[-1]))
    pairs = zip(times[::2], times[1::2], strict=True)
    return tuple(Pedal(begin, stop - begin) for begin, stop in pairs if 0 <= begin < stop)


def _columns(
    table: dict[str, NDArray[np.int32]], names: tuple[str, ...]
) -> Iterator[NDArray[np.int64]]:
    """The columns of one of the parser's lists of events."""
    return (np.asarray(table[name], dtype=np.int64) for name in names)
