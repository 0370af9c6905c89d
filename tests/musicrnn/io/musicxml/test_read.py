"""What stands in a measure is heard as MusicXML 4.0 says (its element reference, by name)."""

import zipfile
from io import BytesIO

import pytest

from musicrnn.errors import MusicRNNError
from musicrnn.io.musicxml import score_from_musicxml
from musicrnn.io.musicxml.unpack import CONTAINER
from musicrnn.score import Chord, Key, TimeSignature
from tests.musicrnn.io.musicxml.documents import document, heard, note, part, pitches, score_of

TIE_ON, TIE_OFF = '<tie type="start"/>', '<tie type="stop"/>'


def test_notes_rests_and_chords_follow_one_another() -> None:
    score = score_of(
        note("C4", 2)
        + note("E4", 2).replace("<note>", "<note><chord/>")
        + note("rest", 2)
        + note("F#5", 4)
    )
    assert heard(score) == [(0, 60, 1), (0, 64, 1), (2, 78, 2)]


def test_voices_sound_together() -> None:
    back = "<backup><duration>8</duration></backup><forward><duration>2</duration></forward>"
    score = score_of(note("C5", 8) + back + note("E4", 6))
    assert heard(score) == [(0, 72, 4), (1, 64, 3)]


def test_ties_are_one_note_over_the_bar_line_and_across_voices() -> None:
    score = score_of(
        note("C4", 8, TIE_ON),
        note("C4", 4, TIE_OFF + TIE_ON) + note("C4", 2, TIE_OFF) + note("C4", 2),
    )
    assert heard(score) == [(0, 60, 7), (7, 60, 1)]


def test_a_tie_that_leads_nowhere_ends_with_its_note() -> None:
    assert heard(score_of(note("C4", 8, TIE_ON), note("D4", 8))) == [(0, 60, 4), (4, 62, 4)]


def test_tuplets_last_what_their_duration_says() -> None:
    triplet = "<attributes><divisions>3</divisions></attributes>" + note("C4", 1) * 3
    assert [round(start, 6) for start, _, _ in heard(score_of(triplet))] == [0, 0.333333, 0.666667]


def test_grace_notes_come_before_the_beat_and_move_nothing() -> None:
    grace = note("B4", 0).replace("<note>", "<note><grace/>").replace("<duration>0</duration>", "")
    score = score_of(note("A4", 2) + grace + note("C5", 2))
    assert heard(score) == [(0, 69, 1), (0.875, 71, 0.125), (1, 72, 1)]


def test_transposing_instruments_are_read_as_they_sound() -> None:
    """A clarinet in B flat sounds two semitones lower (element transpose)."""
    transpose = "<attributes><key><fifths>2</fifths><mode>major</mode></key><transpose>"
    transpose += "<diatonic>-1</diatonic><chromatic>-2</chromatic></transpose></attributes>"
    chord = "<harmony><root><root-step>D</root-step></root><kind>dominant</kind></harmony>"
    score = score_of(transpose + chord + note("D5", 8))
    assert pitches(score) == [72]
    assert score.chords == (Chord(0, 0, "7"),)


def test_a_key_sounds_where_the_transposition_stands_behind_it() -> None:
    said = "<attributes><key><fifths>2</fifths></key><transpose><chromatic>-2</chromatic>"
    assert score_of(said + "</transpose></attributes>" + note("D5", 8)).keys == (Key(0, 0, False),)


def test_a_pick_up_is_a_bar_of_its_own_length() -> None:
    metre = "<attributes><time><beats>3</beats><beat-type>4</beat-type></time></attributes>"
    score = score_of(metre + note("G4", 2), note("C5", 6), note("C5", 6))
    assert score.time_signatures == (
        TimeSignature(0, 1, 4), TimeSignature(score.ticks_per_quarter, 3, 4)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("beats", "kinds", "metre"),
    [(("3+2",), ("8",), (5, 8)), (("2", "3"), ("4", "8"), (7, 8)), (("4",), ("4",), (4, 4))],
)
def test_metres(beats: tuple[str, ...], kinds: tuple[str, ...], metre: tuple[int, int]) -> None:
    pairs = zip(beats, kinds, strict=True)
    said = "".join(f"<beats>{b}</beats><beat-type>{k}</beat-type>" for b, k in pairs)
    first = score_of(f"<attributes><time>{said}</time></attributes>").time_signatures[0]
    assert (first.numerator, first.denominator) == metre


@pytest.mark.parametrize(
    ("kind", "more", "quality"),
    [
        ("minor-seventh", "", "min7"),
        ("dominant-ninth", "", "7"),
        ("half-diminished", "", "hdim7"),
        ("suspended-fourth", "", "sus4"),
        (
            "minor-seventh",
            "<degree><degree-value>5</degree-value><degree-alter>-1</degree-alter></degree>",
            "hdim7",
        ),
    ],
)
def test_chord_symbols(kind: str, more: str, quality: str) -> None:
    root = "<root><root-step>B</root-step><root-alter>-1</root-alter></root>"
    symbol = f"<harmony>{root}<kind>{kind}</kind>{more}</harmony>"
    score = score_of(note("C4", 4) + symbol + note("C4", 4))
    assert score.chords == (Chord(2 * score.ticks_per_quarter, 10, quality),)


def test_a_dotted_quarter_is_the_beat_of_a_metronome_mark() -> None:
    mark = "<direction><direction-type><metronome><beat-unit>quarter</beat-unit><beat-unit-dot/>"
    mark += "<per-minute>80</per-minute></metronome></direction-type></direction>"
    assert round(score_of(mark + note("C4", 8)).tempos[0].bpm, 3) == 120


def test_drums_keep_their_instruments() -> None:
    """midi-unpitched counts from 1 (element midi-unpitched): 37 is General MIDI's bass drum."""
    listed = '<score-part id="P1"><part-name>Kit</part-name><score-instrument id="P1-I37">'
    listed += "<instrument-name>Bass</instrument-name></score-instrument>"
    listed += '<midi-instrument id="P1-I37"><midi-channel>10</midi-channel>'
    listed += "<midi-unpitched>37</midi-unpitched></midi-instrument></score-part>"
    place = "<unpitched><display-step>C</display-step><display-octave>5</display-octave>"
    drum = f'<note>{place}</unpitched><duration>2</duration><instrument id="P1-I37"/></note>'
    track = score_of(drum, part_list=listed).tracks[0]
    assert track.is_drum
    assert [n.pitch for n in track.notes] == [36]


def test_measure_by_measure_is_the_same_as_part_by_part() -> None:
    two = [[note("C4", 8), note("D4", 8)], [note("C3", 8), note("D3", 8)]]
    first = "<attributes><divisions>2</divisions></attributes>"
    inside = [
        f'<measure number="{m + 1}">'
        + "".join(
            f'<part id="P{p + 1}">{first if m == 0 else ""}{two[p][m]}</part>' for p in (0, 1)
        )
        + "</measure>"
        for m in (0, 1)
    ]
    timewise = f"<score-timewise>{''.join(inside)}</score-timewise>".encode()
    partwise = document(part(*two[0]), part(*two[1], name="P2"))
    assert heard(score_from_musicxml(timewise)) == heard(score_from_musicxml(partwise))


@pytest.mark.parametrize("container", [True, False])
def test_a_compressed_file_is_read_with_and_without_its_container(container: bool) -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        if container:
            archive.writestr("a.xml", "<nothing/>")
            rootfile = '<container><rootfiles><rootfile full-path="in/b.xml"/></rootfiles>'
            archive.writestr(CONTAINER, rootfile + "</container>")
        archive.writestr("in/b.xml", document(part(note("C4", 8))))
    assert pitches(score_from_musicxml(data.getvalue())) == [60]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "latin-1"])
def test_encodings(encoding: str) -> None:
    listed = '<score-part id="P1"><part-name>Flöte</part-name></score-part>'
    text = document(part(note("C4", 8)), part_list=listed).decode()
    said = {"utf-8-sig": "utf-8", "latin-1": "iso-8859-1"}.get(encoding, encoding)
    text = text.replace('version="1.0"', f'version="1.0" encoding="{said}"')
    track = score_from_musicxml(text.encode(encoding)).tracks[0]
    assert (track.name, track.program) == ("Flöte", 73)


def test_what_is_not_heard_is_said() -> None:
    quarter_tone = note("C4", 2).replace("</step>", "</step><alter>0.5</alter>")
    cue = note("D4", 2).replace("<note>", "<note><cue/>")
    strange = "<harmony><root><root-step>C</root-step></root><kind>Tristan</kind></harmony>"
    score = score_of(quarter_tone * 2 + cue + strange)
    assert pitches(score) == [60, 60]
    assert score.said == (
        "2 quarter tones are rounded",
        "1 cue note is silent",
        "1 chord symbol is not understood",
    )


def test_ties_of_two_voices_in_unison_are_two_notes() -> None:
    back = "<backup><duration>8</duration></backup>"
    score = score_of(
        note("C4", 8, TIE_ON) + back + note("C4", 8, TIE_ON),
        note("C4", 8, TIE_OFF) + back + note("C4", 4, TIE_OFF),
    )
    assert heard(score) == [(0, 60, 6), (0, 60, 8)]


@pytest.mark.parametrize(
    ("lengths", "second"),
    [((8, 8, 8), 4), ((8, 16, 16), 4), ((16, 16, 16), 8), ((2, 2, 8), 1), ((0, 0, 0), 4)],
)
def test_how_long_a_measure_is(lengths: tuple[int, ...], second: float) -> None:
    """Of parts that disagree most are right, or the one that is as long as the metre."""
    parts = [
        part(note("C4", length) if length else "", note("E5", 8), name=f"P{number}")
        for number, length in enumerate(lengths, start=1)
    ]
    found = heard(score_from_musicxml(document(*parts)))
    assert {start for start, pitch, _ in found if pitch == 76} == {second}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_packed_otherwise_is_refused(method: int) -> None:
    """MusicXML 4.0, compressed .mxl files: deflate is the one method."""
    data = BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        archive.writestr("a.xml", document(part(note("C4", 8))))
    with pytest.raises(MusicRNNError, match=r"a.xml .* another method than deflate"):
        score_from_musicxml(data.getvalue())
