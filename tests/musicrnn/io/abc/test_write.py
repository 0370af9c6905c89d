"""Law: parse_abc(write_abc(q)) == q for every score on ABC's grid."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicrnn.errors import MusicRNNError
from musicrnn.io.abc import (
    parse_abc,
    quantize_abc,
    read_abc,
    read_abc_tunes,
    write_abc,
    write_abc_file,
)
from musicrnn.score import (
    CHORD_QUALITIES,
    Chord,
    Key,
    Note,
    Score,
    Tempo,
    TimeSignature,
    Track,
    make_score,
)

TICKS = st.integers(0, 4000)
NOTES = st.builds(
    Note,
    TICKS,
    st.integers(0, 127) | st.integers(57, 72),
    st.integers(1, 1500),
    st.integers(1, 127),
)
TRACKS = st.builds(
    lambda notes, program, drum, name: Track(tuple(sorted(notes)), program, drum, name),
    st.lists(NOTES, max_size=12),
    st.integers(0, 127),
    st.booleans(),
    st.text(max_size=8),
)
SCORES = st.builds(
    lambda ticks, tracks, tempos, metres, keys, chords, title: make_score(
        ticks, tracks, tempos=tempos, time_signatures=metres, keys=keys, chords=chords, title=title
    ),
    st.sampled_from([24, 96, 220, 480, 10080]),
    st.lists(TRACKS, max_size=3),
    st.lists(st.builds(Tempo, TICKS, st.integers(50_000, 2**24 - 1)), max_size=2),
    st.lists(
        st.builds(
            TimeSignature, TICKS, st.integers(1, 255), st.sampled_from([1, 2, 4, 8, 16, 32, 64])
        ),
        max_size=3,
    ),
    st.lists(st.builds(Key, TICKS, st.integers(0, 11), st.booleans()), max_size=3),
    st.lists(
        st.builds(Chord, TICKS, st.integers(0, 11), st.sampled_from(CHORD_QUALITIES))
        | st.builds(Chord, TICKS, st.just(-1), st.just("none")),
        max_size=5,
    ),
    st.text(max_size=12),
)


@settings(max_examples=150, deadline=None)
@given(SCORES)
def test_what_is_written_is_read(score: Score) -> None:
    try:
        quantized = quantize_abc(score)
    except MusicRNNError:
        assert len(score.bars()) > 1000
        return
    assert quantize_abc(quantized) == quantized
    assert parse_abc(write_abc(score), strict=True) == quantized


def test_every_tune_of_nottingham_survives(corpora: Path) -> None:
    for path in sorted((corpora / "nottingham/abc").glob("*.abc")):
        for _, text in read_abc_tunes(path)[::7]:
            score = parse_abc(text)
            quantized = quantize_abc(score)
            assert parse_abc(write_abc(score), strict=True) == quantized
            assert quantized.tracks[0].notes == score.tracks[0].notes


def test_the_text_is_one_to_read() -> None:
    text = (
        "X:1\nT:Gilderoy\nM:6/8\nL:1/8\nQ:1/4=165\nK:Am\n"
        'E2|"Am"A2B cBc|"G"d^cd (3=cBAG-|G6|\n'
        '[EA]6|B2-"C"B4|]\n'
    )
    assert write_abc(parse_abc(text, strict=True)) == text


def test_triplets_stand_where_the_grid_says_so() -> None:
    thirds = [Note(i * 160, 60 + i, 160, 80) for i in range(3)]
    long_short = [Note(480, 70, 320, 80), Note(800, 72, 160, 80)]
    text = write_abc(make_score(480, [Track((*thirds, *long_short))], keys=[Key(0, 0, False)]))
    assert "(3C^CD (3:2:2_B2=c|]" in text


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    score = make_score(96, [Track((Note(0, 60, 96, 80),))], title="Ré")
    write_abc_file(score, tmp_path / "a.abc")
    assert read_abc(tmp_path / "a.abc") == quantize_abc(score)
    with pytest.raises(MusicRNNError, match="cannot write"):
        write_abc_file(score, tmp_path / "none" / "a.abc")


def test_what_is_too_long_is_refused() -> None:
    far = make_score(1, [Track((Note(2**30, 60, 1, 80),))])
    with pytest.raises(MusicRNNError, match="50000 quarters"):
        write_abc(far)
    short_bars = make_score(
        1, [Track((Note(40_000, 60, 1, 80),))], time_signatures=[TimeSignature(0, 1, 64)]
    )
    with pytest.raises(MusicRNNError, match="20000 bars"):
        write_abc(short_bars)
