"""ABC notation, the text of folk music: files and tunes to scores.

Conventions. ABC 2.1 as far as folk and classical files use it. A voice is a track; quarters have
10080 ticks, so that tuplets of 3, 5, 7 and 9 are exact; every note has velocity 90; a tune without
``Q:`` takes the tempo that its metre suggests (fields.default_tempo). Repeats are unrolled and
pick-ups placed (play.py, bars.py), parts played in the order that ``P:`` asks for (parts.py), and
overlays (``&``) sound in their voice's track (sound.py). Chord symbols become the score's chords.
``%%MIDI program N`` and ``%%MIDI channel 10`` set a voice's instrument, ``%%MIDI transpose N``
transposes it. Grace notes, decorations, lyrics and what else makes no sound here, and what is no
ABC, the score's ``said`` tells, a sentence a kind with how often it was met (said.py).
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc.bars import place_bars
from musicrnn.io.abc.fields import default_tempo
from musicrnn.io.abc.parts import in_order
from musicrnn.io.abc.play import MAX_EVENTS, MAX_QUARTERS, Performance, perform
from musicrnn.io.abc.sound import Voice
from musicrnn.io.abc.voice import Reader
from musicrnn.io.content import content_of
from musicrnn.io.written import TICKS_PER_QUARTER
from musicrnn.score import Chord, Key, Note, Score, Tempo, TimeSignature, Track, make_score

VELOCITY = 90
MAX_TEXT = 200_000  # characters in a tune
MAX_FILE = 16 * 2**20  # bytes


def read_abc_tunes(path: str | Path) -> list[tuple[str, str]]:
    """(title, text) of every tune in a file, in UTF-8 or Latin-1; tunes begin with ``X:`` and end
    at an empty line. A file without ``X:`` that has a ``K:`` is one tune.

    Raises:
        MusicRNNError: the file cannot be read or is larger than 16 MiB.
    """
    path = Path(path)
    data = content_of(path, MAX_FILE)
    if len(data) > MAX_FILE:
        raise MusicRNNError(f"{path} has more than {MAX_FILE} bytes, too many for a file of tunes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    tunes: list[tuple[str, str]] = []
    lines: list[str] = []
    inside = in_body = False
    numbered = "\nX:" in "\n" + text.replace("\r", "\n")
    for line in io.StringIO(text, newline=None):
        begins = line.startswith("X:")
        if (begins or not line.strip()) and inside and (begins or in_body):
            _add_tune(tunes, lines)
            inside = False
        if begins or (not numbered and not inside and line[1:2] == ":"):
            lines, inside, in_body = [], True, False
        if inside:
            in_body = in_body or line.startswith("K:")
            lines.append(line)
    if inside:
        _add_tune(tunes, lines)
    return tunes


def _add_tune(tunes: list[tuple[str, str]], lines: list[str]) -> None:
    if any(line.startswith("K:") for line in lines):
        title = next((line[2:].strip() for line in lines if line.startswith("T:")), "")
        tunes.append((title, "".join(lines)))


def read_abc(path: str | Path) -> Score:
    """The first tune of a file; of several tunes its ``said`` tells.

    Raises:
        MusicRNNError: the file cannot be read or holds no tune.
    """
    tunes = read_abc_tunes(path)
    if not tunes:
        raise MusicRNNError(f"{path} holds no ABC tune: no header with X: and K: was found")
    score = parse_abc(tunes[0][1])
    if len(tunes) > 1:
        first = f"its first tune of {len(tunes)} is taken"
        score = replace(score, said=(first, *score.said))
    return score


def parse_abc(text: str, *, strict: bool = False) -> Score:
    """The score of one tune.

    Leniently, any text whatever gives a score: what is not ABC is skipped, and its ``said`` tells.

    Raises:
        MusicRNNError: strict, and the text is not ABC; the message has line and column.
    """
    if len(text) > MAX_TEXT and strict:
        raise MusicRNNError(f"an ABC tune may have {MAX_TEXT} characters, got {len(text)}")
    reader = Reader(strict)
    voices: list[tuple[Voice, Performance]] = []
    left = MAX_EVENTS
    for voice in reader.read(text[:MAX_TEXT]):
        played, left = in_order(voice.events, reader.opening, left, reader.order)
        performance = perform(played, reader.opening, left)
        voices.append((voice, performance))
        left = performance.left
    if strict and left == 0:
        raise MusicRNNError(
            f"a tune may have {MAX_EVENTS} notes and {MAX_QUARTERS:g} quarters with its repeats"
        )
    if left == 0 or len(text) > MAX_TEXT:
        bound = f"{MAX_EVENTS} notes" if left == 0 else f"{MAX_TEXT} characters"
        reader.said.add("long", f"{bound} are the most")
    with_notes = [(v, p) for v, p in voices if p.notes] or voices[:1]
    first = with_notes[0][1]
    pickup, metres = place_bars(first)
    tracks = [
        Track(
            notes=_notes(performance, pickup),
            program=voice.program,
            is_drum=voice.is_drum,
            name=voice.name,
        )
        for voice, performance in with_notes
    ]
    return make_score(
        TICKS_PER_QUARTER,
        tracks,
        tempos=[
            Tempo.from_bpm(0, reader.tempo or default_tempo(reader.opening.metre)),
            *(Tempo.from_bpm(_tick(at + pickup if at else 0.0), s.bpm) for at, s in first.speeds),
        ],
        time_signatures=[TimeSignature(_tick(at), *metre) for at, metre in metres],
        keys=[
            Key(_tick(at + pickup if at else 0.0), state.key.tonic, state.key.minor)
            for at, state in first.states
            if state.key.tonic >= 0
        ],
        chords=[
            Chord(_tick(at + pickup), harmony.root, harmony.quality)
            for at, harmony in sorted(
                (h for _, p in reversed(with_notes) for h in p.harmonies), key=lambda h: h[0]
            )
        ],
        title=reader.title,
        said=reader.said.sentences(),
    )


def _tick(quarters: float) -> int:
    return round(quarters * TICKS_PER_QUARTER)


def _notes(performance: Performance, pickup: float) -> tuple[Note, ...]:
    notes: list[Note] = []
    for start, end, pitch in performance.notes:
        tick = _tick(start + pickup)
        notes.append(Note(tick, pitch, max(1, _tick(end + pickup) - tick), VELOCITY))
    return tuple(sorted(notes))
