"""Scores for property tests: small, odd, and everything that a Score may hold."""

from hypothesis import strategies as st

from musicrnn.score import (
    CHORD_QUALITIES,
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

RESOLUTIONS = (1, 4, 24, 96, 120, 220, 480, 960, 1024, 32767)
_TICKS = st.one_of(st.integers(0, 2000), st.integers(0, 2**20))
_NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)

_SECTION_NAMES = st.one_of(st.sampled_from("iABXbo"), _NAMES.map(str.strip).filter(is_section_name))


@st.composite
def notes(draw: st.DrawFn, overlaps: bool = True) -> tuple[Note, ...]:
    """1 to 20 notes; without overlaps no two of one pitch sound at once."""
    found = draw(
        st.lists(
            st.builds(
                Note,
                start=st.one_of(st.integers(0, 500), st.integers(0, 2**18)),
                pitch=st.one_of(st.integers(58, 62), st.integers(0, 127)),
                duration=st.one_of(st.integers(1, 100), st.integers(1, 2**16)),
                velocity=st.integers(1, 127),
            ),
            min_size=1,
            max_size=20,
        )
    )
    if overlaps:
        return tuple(sorted(found))
    kept: list[Note] = []
    free: dict[int, int] = {}
    for note in sorted(found):
        if note.start >= free.get(note.pitch, 0):
            kept.append(note)
            free[note.pitch] = note.start + note.duration
    return tuple(kept)


@st.composite
def pedals(draw: st.DrawFn) -> tuple[Pedal, ...]:
    moves = sorted(draw(st.sets(_TICKS, max_size=8)))
    return tuple(Pedal(down, up - down) for down, up in zip(moves[::2], moves[1::2], strict=False))


@st.composite
def tracks(draw: st.DrawFn, overlaps: bool = True) -> Track:
    is_drum = draw(st.booleans())
    program = 0 if is_drum else draw(st.integers(0, 127))
    return Track(draw(notes(overlaps)), program, is_drum, draw(_NAMES), draw(pedals()))


@st.composite
def scores(
    draw: st.DrawFn,
    overlaps: bool = True,
    slowest: int = 2**24 - 1,
    resolutions: tuple[int, ...] = RESOLUTIONS,
) -> Score:
    """Any score that a MIDI file can say; ``slowest`` bounds the microseconds a quarter."""
    chord = st.one_of(
        st.builds(Chord, _TICKS, st.integers(0, 11), st.sampled_from(CHORD_QUALITIES)),
        st.builds(Chord, _TICKS, st.just(-1), st.just("none")),
    )
    signature = st.builds(
        TimeSignature, _TICKS, st.integers(1, 32), st.sampled_from([1, 2, 4, 8, 16, 32, 64])
    )
    return make_score(
        draw(st.sampled_from(resolutions)),
        draw(st.lists(tracks(overlaps), min_size=1, max_size=4)),
        tempos=draw(st.lists(st.builds(Tempo, _TICKS, st.integers(1, slowest)), max_size=4)),
        time_signatures=draw(st.lists(signature, max_size=4)),
        keys=draw(st.lists(st.builds(Key, _TICKS, st.integers(0, 11), st.booleans()), max_size=3)),
        chords=draw(st.lists(chord, max_size=5)),
        title=draw(_NAMES),
        sections=draw(st.lists(st.builds(Section, _TICKS, _SECTION_NAMES), max_size=4)),
    )
