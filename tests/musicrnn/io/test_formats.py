"""docs/formats.md says what each format keeps; a score goes through each, and comes back so."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from musicrnn.io.notes import read_piece
from musicrnn.io.save import save_pieces
from musicrnn.score import (
    Chord,
    Key,
    Note,
    Pedal,
    Score,
    Section,
    Tempo,
    TimeSignature,
    Track,
    make_score,
)

PAGE = Path(__file__).parents[3] / "docs" / "formats.md"
SUFFIXES = {"MIDI": ".mid", "ABC": ".abc", "MusicXML": ".musicxml"}
WHOLE = make_score(
    480,
    [
        Track(
            (Note(0, 60, 480, 100), Note(240, 60, 480, 70), Note(961, 64, 479, 33)),
            40,
            name="Fiddle",
            pedals=(Pedal(0, 480),),
        ),
        Track((Note(0, 36, 240, 90), Note(480, 51, 240, 50)), is_drum=True, name="Kit"),
    ],
    tempos=[Tempo(0, 500_001), Tempo(960, 400_000)],
    time_signatures=[TimeSignature(0, 3, 4)],
    keys=[Key(0, 3, True)],
    chords=[Chord(0, 3, "min"), Chord(480, 10, "7")],
    title="A title",
    sections=[Section(0, "A")],
)
Said = Callable[[Score], object]


def _notes(field: str) -> Said:
    """A field of the notes, quarters in 1/24."""

    def read(score: Score) -> object:
        scale = 24 / score.ticks_per_quarter if field in ("start", "duration") else 1
        found = [getattr(note, field) * scale for track in score.tracks for note in track.notes]
        return sorted(map(round, found))

    return read


def _exact_ticks(score: Score) -> object:
    return [note.start * 480 / score.ticks_per_quarter for note in score.tracks[0].notes]


def _without_ticks(name: str) -> Said:
    def read(score: Score) -> object:
        quarter = score.ticks_per_quarter
        return [replace(e, tick=round(e.tick * 24 / quarter)) for e in getattr(score, name)]

    return read


ROWS: dict[str, Said] = {
    "pitches, tracks, names, instruments, drums": lambda score: [
        (t.name, t.program, t.is_drum, [n.pitch for n in t.notes]) for t in score.tracks
    ],
    "beginnings and lengths": _exact_ticks,
    "two notes of one pitch at once in a track": _notes("duration"),
    "velocities": _notes("velocity"),
    "sustain pedal": lambda score: bool(score.tracks[0].pedals),
    "metres": _without_ticks("time_signatures"),
    "tempos": lambda score: [tempo.microseconds_per_quarter for tempo in score.tempos],
    "keys": _without_ticks("keys"),
    "chord symbols": _without_ticks("chords"),
    "sections": _without_ticks("sections"),
}
KEPT = ("yes", "as markers", "as rehearsal marks", "to the tick", "to a microsecond")


def table() -> dict[str, dict[str, str]]:
    """Row by row what each format keeps."""
    text = PAGE.read_text(encoding="utf-8").partition("## What each keeps")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
    rows = [row for row in rows if len(row) == 4 and set(row[1]) != {"-"}]
    formats = rows[0][1:]
    return {row[0]: dict(zip(formats, row[1:], strict=True)) for row in rows[1:]}


@pytest.mark.parametrize("kind", SUFFIXES)
@pytest.mark.parametrize("row", ROWS)
def test_what_the_table_says_is_so(tmp_path: Path, row: str, kind: str) -> None:
    path = tmp_path / f"piece{SUFFIXES[kind]}"
    save_pieces(WHOLE, [path])
    kept = ROWS[row](read_piece(path)) == ROWS[row](WHOLE)
    said = table()[row][kind]
    assert kept == said.startswith(KEPT), said


def test_the_table_names_every_format() -> None:
    assert set(ROWS) < set(table())
    assert all(set(row) == set(SUFFIXES) for row in table().values())
