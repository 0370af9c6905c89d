"""Standard MIDI files, types 0 and 1: read_midi, write_midi.

Conventions. One Track for each instrument (channel and program) of each track of the file, in the
file's order; channel 10 is drums, where no bank of General MIDI 2 says otherwise. A program belongs
to its channel, whichever track sets it (:mod:`musicrnn.io.midi_programs`). Times are the file's own
ticks. The sustain pedal (controller 64, down from 64 on) becomes Pedals; other controllers, pitch
bends and lyrics are left out. A marker
whose text is the name of a chord (``C:maj7``, ``N``) is a Chord, one with another short text a
Section, as the standard means it ("rehearsal letter or section name"). The title is the name of the
first track of a type 1 file if nothing is played on it. Names are UTF-8.

What a file need not say clearly: a note that is never ended or has no length is left out; of two
notes of one pitch in one instrument, the first to begin is the first to end. A file that breaks off
or whose sizes are wrong is read as far as it goes, and the score's ``said`` tells it
(:mod:`musicrnn.io.midi_chunks`); one with an event that cannot be is refused.

The law: ``read(write(score)) == score`` in the file's ticks, 480 a quarter or more, except that
tracks without notes are not written, a note that overlaps another of the same pitch in the same
track may exchange its end with it, and pedals of one track that overlap are read as one.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from musicrnn.errors import MusicRNNError, counted
from musicrnn.io.atomic import write_whole
from musicrnn.io.content import content_of
from musicrnn.io.midi_chunks import MidiChunks, midi_chunks
from musicrnn.io.midi_columns import MidiMeta, midi_columns
from musicrnn.io.midi_events import midi_bytes, midi_said
from musicrnn.io.midi_instruments import MidiInstrument, midi_instruments
from musicrnn.io.midi_walk import KEY, MARKER, METRE, NAME, ONE_INSTRUMENT, OWN, TEMPO
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

__all__ = [
    "MAX_BYTES",
    "MAX_NOTES",
    "midi_bytes",
    "midi_said",
    "read_midi",
    "score_from_midi",
    "write_midi",
]

MAX_BYTES = 16 * 2**20
MAX_NOTES = 2_000_000


def read_midi(path: str | Path) -> Score:
    """The score of a MIDI file. It may hold no note at all: see ``score.note_count``.

    Raises:
        MusicRNNError: the file cannot be read, is no MIDI file, or is broken or too large.
    """
    path = Path(path)
    data = content_of(path, MAX_BYTES)
    try:
        return score_from_midi(data)
    except MusicRNNError as error:
        raise MusicRNNError(f"cannot read {path}: {error}") from error


def score_from_midi(data: bytes) -> Score:
    """The score of the bytes of a MIDI file; see :func:`read_midi`."""
    if len(data) > MAX_BYTES:
        raise MusicRNNError(f"a MIDI file may have {MAX_BYTES} bytes, this one has more")
    chunks = midi_chunks(data)
    events, metas = midi_columns(chunks)
    joined = {m.track for m in metas if m.kind == OWN and m.content == ONE_INSTRUMENT}
    instruments, open_notes = midi_instruments(events, joined)
    found = sum(len(instrument.rows) for instrument in instruments)
    if found > MAX_NOTES:
        raise MusicRNNError(f"a MIDI file may have {MAX_NOTES} notes, this one has {found}")
    names = {m.track: _text(m.content) for m in metas if m.kind == NAME}  # the last of each
    said = list(chunks.said)
    if said and open_notes:
        said.append(f"{counted(open_notes, 'note')} without an end left out")
    return replace(
        make_score(
            chunks.ticks_per_quarter,
            [_track(each, names.get(each.track, "")) for each in instruments if len(each.rows)],
            title=_title(chunks, metas),
            **_changes([meta for meta in metas if meta.tick <= MAX_TICK]),
        ),
        said=tuple(said),
    )


def write_midi(score: Score, path: str | Path) -> None:
    """Writes a type 1 file, whole or not at all. Equal scores give equal bytes. What a program that
    knows no ports may play otherwise :func:`midi_said` tells.

    Raises:
        MusicRNNError: the folder cannot be written to.
    """
    write_whole(path, midi_bytes(score))


def _title(chunks: MidiChunks, metas: list[MidiMeta]) -> str:
    if not (chunks.several and chunks.tracks[0].silent):
        return ""
    names = [_text(meta.content) for meta in metas if meta.kind == NAME and meta.track == 0]
    return next(filter(None, names), "")


def _changes(metas: list[MidiMeta]) -> dict[str, Any]:
    """Tempos, metres, keys, chords and sections; impossible ones are passed over."""
    tempos: list[Tempo] = []
    metres: list[TimeSignature] = []
    keys: list[Key] = []
    chords: list[Chord] = []
    sections: list[Section] = []
    for meta in metas:
        tick, content = meta.tick, meta.content
        if meta.kind == TEMPO and len(content) == 3 and any(content):
            tempos.append(Tempo(tick, int.from_bytes(content, "big")))
        elif meta.kind == METRE and len(content) == 4 and content[0] > 0 and content[1] <= 6:
            metres.append(TimeSignature(tick, content[0], 2 ** content[1]))
        elif meta.kind == KEY and len(content) == 2:
            sharps, minor = int.from_bytes(content[:1], "big", signed=True), content[1]
            if -7 <= sharps <= 7 and minor <= 1:
                keys.append(Key(tick, key_tonic(sharps, minor == 1), minor == 1))
        elif meta.kind == MARKER:
            text = _text(content)
            if text in NAMED_CHORDS:
                chords.append(Chord(tick, *NAMED_CHORDS[text]))
            if is_section_name(text.strip()):
                sections.append(Section(tick, text.strip()))
    return {
        "tempos": tempos,
        "time_signatures": metres,
        "keys": keys,
        "chords": chords,
        "sections": sections,
    }


def key_tonic(sharps: int, minor: bool) -> int:
    """The tonic (0 = C) of the key with so many sharps (flats if negative)."""
    return (7 * sharps + (9 if minor else 0)) % 12


def _track(played: MidiInstrument, name: str) -> Track:
    end = int((played.rows[:, 0] + played.rows[:, 2]).max())
    if end > MAX_TICK:
        raise MusicRNNError(f"the piece is longer than {MAX_TICK} ticks: a time in it is broken")
    return Track(
        notes=tuple(map(Note, *played.rows.T.tolist())),
        program=played.program,
        is_drum=played.is_drum,
        name=name,
        pedals=tuple(Pedal(begin, stop - begin) for begin, stop in played.pedals),
    )


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")
