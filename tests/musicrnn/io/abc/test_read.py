"""Each item of ABC syntax gives the notes that it stands for."""

from pathlib import Path

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import TICKS_PER_QUARTER, parse_abc, read_abc, read_abc_tunes
from musicrnn.score import Score

HEADER = "X:1\nT:Test\nM:4/4\nL:1/8\nK:{key}\n"


def tune(body: str, key: str = "C", **fields: str) -> Score:
    header = HEADER.format(key=key)
    for letter, text in fields.items():
        lines = [line for line in header.splitlines() if not line.startswith(letter + ":")]
        header = "\n".join([lines[0], f"{letter}:{text}", *lines[1:]]) + "\n"
    return parse_abc(header + body, strict=True)


def pitches(score: Score, track: int = 0) -> list[int]:
    return [note.pitch for note in score.tracks[track].notes]


def eighths(score: Score) -> list[float]:
    """Lengths of the notes in eighths."""
    return [2 * n.duration / score.ticks_per_quarter for n in score.tracks[0].notes]


def starts(score: Score) -> list[float]:
    return [2 * n.start / score.ticks_per_quarter for n in score.tracks[0].notes]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("CDEFGABc", [60, 62, 64, 65, 67, 69, 71, 72]),
        ("C,C,,c'c''", [48, 36, 84, 96]),
        ("c,C'", [60, 72]),
        ("^C_D=E^^F__G", [61, 61, 64, 67, 65]),
        ("^CC|C", [61, 61, 60]),  # to the bar's end
        ("^Cc", [61, 73]),  # in every octave: ABC 2.1, 11.3
        ("^F=FF", [66, 65, 65]),
        ("[CEG]", [60, 64, 67]),
        ("(CD){g}E", [60, 62, 64]),
        ("!trill!C +fermata+D ~E .F uG", [60, 62, 64, 65, 67]),
        ('"^ritardando"C"Am7"D', [60, 62]),
        ("C D % the rest\n% of it\nE", [60, 62, 64]),
        ("CD\\\nEF", [60, 62, 64, 65]),
        ("C\nw: la la\nD\nP:B\nE", [60, 62, 64]),
        ("C y D y2 E `F", [60, 62, 64, 65]),
        ("CD & EF | G", [60, 64, 62, 65, 67]),
    ],
)
def test_pitches(body: str, expected: list[int]) -> None:
    assert pitches(tune(body)) == expected


@pytest.mark.parametrize(
    ("key", "expected"),  # of F G A B c
    [
        ("C", [65, 67, 69, 71, 72]),
        ("G", [66, 67, 69, 71, 72]),
        ("Gmaj", [66, 67, 69, 71, 72]),
        ("G major", [66, 67, 69, 71, 72]),
        ("F", [65, 67, 69, 70, 72]),
        ("Am", [65, 67, 69, 71, 72]),
        ("A minor", [65, 67, 69, 71, 72]),
        ("Ddor", [65, 67, 69, 71, 72]),
        ("A Mixolydian", [66, 67, 69, 71, 73]),
        ("EPhr", [65, 67, 69, 71, 72]),
        ("Flyd", [65, 67, 69, 71, 72]),
        ("B loc", [65, 67, 69, 71, 72]),
        ("Cm", [65, 67, 68, 70, 72]),
        ("F#m", [66, 68, 69, 71, 73]),
        ("Bb", [65, 67, 69, 70, 72]),
        ("none", [65, 67, 69, 71, 72]),
        ("", [65, 67, 69, 71, 72]),
        ("HP", [66, 67, 69, 71, 73]),
        ("D =c", [66, 67, 69, 71, 72]),
        ("D exp _B", [65, 67, 69, 70, 72]),
        ("G clef=treble", [66, 67, 69, 71, 72]),
        ("C octave=-1", [53, 55, 57, 59, 60]),
        ("C transpose=2", [67, 69, 71, 73, 74]),
    ],
)
def test_keys(key: str, expected: list[int]) -> None:
    assert pitches(tune("FGABc", key)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("C2D3E/F//G3/2A/4B/2", [2, 3, 0.5, 0.25, 1.5, 0.25, 0.5]),
        ("C>DE<F", [1.5, 0.5, 0.5, 1.5]),
        ("C>>D E<<<F", [1.75, 0.25, 0.125, 1.875]),
        ("(3CDE", [2 / 3] * 3),
        ("(3C2DE", [4 / 3, 2 / 3, 2 / 3]),
        ("(5CDEFG", [0.4] * 5),
        ("(7CDEFGAB", [2 / 7] * 7),
        ("(4CDEF", [0.75] * 4),
        ("(3:2:2C2DE", [4 / 3, 2 / 3, 1]),
        ("(5:4CDEFG", [0.8] * 5),
        ("(3:2C2DE", [4 / 3, 2 / 3, 2 / 3]),
        ("C-C", [2]),
        ("C4-|C2D", [6, 1]),
        ("^F4-|F2F", [6, 1]),
        ("C-D", [1, 1]),
        ("[CE]3", [3, 3]),
        ("[C2E2]2", [4, 4]),
        ("[CE]-[CG]", [2, 1, 1]),
        ("[C-E][CG]", [2, 1, 1]),
    ],
)
def test_lengths(body: str, expected: list[float]) -> None:
    assert eighths(tune(body)) == pytest.approx(expected, abs=1e-4)


def test_fifths_and_sevenths_of_a_beat_are_exact() -> None:
    for count in (3, 5, 7, 9):
        notes = tune(f"({count}:2:{count}" + "C" * count).tracks[0].notes
        assert len({note.duration for note in notes}) == 1
        assert sum(note.duration for note in notes) == TICKS_PER_QUARTER


def test_a_tied_note_keeps_its_accidental_over_the_barline_alone() -> None:
    assert pitches(tune("^F4-|F2F2")) == [66, 65]


def test_rests() -> None:
    assert starts(tune("z2C x/ D Z E")) == [2, 3.5, 12.5]
    assert starts(tune("Z2C")) == [16]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("CD|EF|", "CDEF"),
        ("|:CD:|EF|", "CDCDEF"),
        ("CD:|EF:|", "CDCDEFEF"),
        ("|:CD::EF:|", "CDCDEFEF"),
        ("|:CD:||:EF:|", "CDCDEFEF"),
        ("|:C|[1D:|[2E|]", "CDCE"),
        ("|:C|1D:|2E||F:|", "CDCEFF"),
        ("|: C [1 D :| [2 E :|: F :|", "CDCEFF"),
        ("|:C[1,3D:|[2E:|", "CDCECD"),
        ("|:C[1-2D:|[3E||", "CDCDCE"),
        ("|::CD::|E", "CDCDCDE"),
        ("C||D:|", "CDD"),
        ("|:C||D:|", "CDCD"),
        ("C|]D:|E", "CDDE"),
        ("|:C|:D:|", "CDD"),
        ("C:|[2D", "CCD"),
    ],
)
def test_repeats(body: str, expected: str) -> None:
    names = {60: "C", 62: "D", 64: "E", 65: "F"}
    score = tune(body, M="none")
    assert "".join(names[pitch] for pitch in pitches(score)) == expected


def test_a_repeat_restores_key_and_metre() -> None:
    score = tune("|:F4F4|[K:D]F4F4:|")
    assert pitches(score) == [65, 65, 66, 66, 65, 65, 66, 66]
    assert [key.tonic for key in score.keys] == [0, 2, 0, 2]


def test_changes_of_key_metre_and_unit() -> None:
    score = tune("F8|[K:G][M:3/4]F6|\nL:1/4\nF3|\nM:2/4\nF2|")
    assert pitches(score) == [65, 66, 66, 66]
    assert eighths(score) == [8, 6, 6, 4]
    quarter = TICKS_PER_QUARTER
    assert [(s.tick, s.numerator) for s in score.time_signatures] == [
        (0, 4), (4 * quarter, 3), (10 * quarter, 2),
    ]  # fmt: skip
    assert [(k.tick, k.tonic) for k in score.keys] == [(0, 0), (4 * quarter, 7)]


@pytest.mark.parametrize(
    ("metre", "expected"),
    [("C", (4, 4)), ("C|", (2, 2)), ("6/8", (6, 8)), ("(2+3+2)/8", (7, 8)), ("none", (4, 4))],
)
def test_metres(metre: str, expected: tuple[int, int]) -> None:
    signature = tune("C", M=metre).time_signatures[0]
    assert (signature.numerator, signature.denominator) == expected


def test_the_unit_follows_the_metre_where_none_is_given() -> None:
    assert eighths(parse_abc("M:2/4\nK:C\nC")) == [0.5]
    assert eighths(parse_abc("M:3/4\nK:C\nC")) == [1]


@pytest.mark.parametrize(
    ("tempo", "expected"),
    [
        ("1/4=100", 100), ("3/8=100", 150), ('"Allegro" 1/2=60', 120), ("1/4 1/8=80", 120),
        ("120", 60), ("C=100", 50), ("C2=100", 100),
    ],
)  # fmt: skip
def test_tempos(tempo: str, expected: float) -> None:
    assert tune("C", Q=tempo).tempos[0].bpm == pytest.approx(expected, abs=0.01)


def test_without_a_tempo_the_metre_gives_one() -> None:
    assert tune("C", M="6/8").tempos[0].bpm == pytest.approx(165, abs=0.01)
    assert tune("C[Q:1/4=90]D").tempos[1].bpm == pytest.approx(90, abs=0.01)


def test_chord_symbols() -> None:
    score = tune('"G"C"D7/f+"D"N.C."E"F#m7"F"nonsense"G"Bbdim"A"(E7)"B"Cd"c')
    assert [chord.name for chord in score.chords] == [
        "G:maj", "D:7", "N", "F#:min7", "Bb:dim", "C:dim",
    ]  # fmt: skip


def test_voices_are_tracks() -> None:
    score = tune(
        'V:1 name="Fiddle"\n%%MIDI program 40\nCD|\n'
        "V:2\n%%MIDI channel 10\nE,2|\n[V:1]EF|\nV:2\nF,2|"
    )
    assert pitches(score) == [60, 62, 64, 65]
    assert pitches(score, 1) == [52, 53]
    assert (score.tracks[0].name, score.tracks[0].program) == ("Fiddle", 40)
    assert score.tracks[1].is_drum


def test_a_pickup_is_a_bar_of_its_own_and_begins_at_once() -> None:
    assert starts(tune("D2|:C8:|")) == [0, 2, 10]
    score = tune("D2|:C6D2:|")
    assert [bar[0] // TICKS_PER_QUARTER for bar in score.bars()] == [0, 1, 5]
    assert [metre.name for metre in score.time_signatures] == ["1/4", "4/4"]
    off_the_grid = tune("(3:2:1D|C8|")  # 1/12 of a whole note: no metre is as short
    assert [metre.name for metre in off_the_grid.time_signatures] == ["4/4"]
    assert off_the_grid.tracks[0].notes[0].start > 0


def test_an_irregular_bar_has_its_own_metre() -> None:
    score = tune("C8|C6|C8|")
    assert [(s.tick // TICKS_PER_QUARTER, s.numerator) for s in score.time_signatures] == [
        (0, 4), (4, 3), (7, 4),
    ]  # fmt: skip
    completed = tune("E2|C8|C6||D2|C8|")  # behind the double bar
    assert [metre.name for metre in completed.time_signatures] == ["1/4", "4/4"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("X:1\nK:C\nCD;E", "line 3, column 3"),
        ("X:1\nK:C\n[CE", "line 3, column 1"),
        ('X:1\nK:C\nC "Am', "line 3, column 3"),
        ("X:1\nK:Q\nC", "line 2, column 1"),
        ("X:1\nM:4/5\nK:C\nC", "line 2, column 1"),
        ("X:1\nL:0\nK:C\nC", "line 2"),
        ("X:1\nQ:fast\nK:C\nC", "line 2"),
        ("CDE", "line 1"),
        ("X:1\nK:C\nC0", "line 3, column 1"),
        ("X:1\nK:C\nC/0", "line 3, column 1"),
        ("X:1\nK:C\nz-C", "line 3, column 2"),
        ("X:1\nK:C\nC,,,,,,,,", "line 3"),
        ("", "no K:"),
    ],
)
def test_strict_errors_say_where(text: str, where: str) -> None:
    with pytest.raises(MusicRNNError, match=where):
        parse_abc(text, strict=True)
    parse_abc(text)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "tunes.abc"
    path.write_bytes(
        "% a book\n\nX:1\nT:Été\nK:C\nCD|\nEF|\n\nwords\n\nX:2\nK:G\nF\nX:3\nT:c\nK:C\nG".encode(
            "latin-1"
        )
    )
    tunes = read_abc_tunes(path)
    assert [title for title, _ in tunes] == ["Été", "", "c"]
    assert [pitches(parse_abc(text)) for _, text in tunes] == [[60, 62, 64, 65], [66], [67]]
    assert read_abc(path).title == "Été"
    path.write_text("words alone")
    with pytest.raises(MusicRNNError, match="no ABC tune"):
        read_abc(path)
    with pytest.raises(MusicRNNError, match="cannot read"):
        read_abc(tmp_path / "none.abc")
    path.write_text("M:3/4\r\nK:G\r\nF3|", newline="")
    assert pitches(read_abc(path)) == [66]
